package sqlite

import (
	"path/filepath"
	"testing"

	"github.com/perenne-audit/perenne/internal/store/storetest"
)

func open1(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path, storetest.Lookup)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestStore(t *testing.T) {
	storetest.Exercise(t, func(t *testing.T) storetest.Store {
		return open1(t, filepath.Join(t.TempDir(), "data", "a b?c%d#é.db"))
	})
}
