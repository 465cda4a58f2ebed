package sqlite

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/perenne-audit/perenne/internal/store"
	"github.com/perenne-audit/perenne/internal/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m, openStore)) }

func openStore(ctx context.Context, path string) (store.Store, error) {
	return Open(ctx, path, storetest.Lookup)
}

func openFile(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path, storetest.Lookup)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // some tests have closed it
	return s
}

func TestStore(t *testing.T) {
	storetest.Exercise(t, func(t *testing.T) store.Store {
		return openFile(t, filepath.Join(t.TempDir(), "data", "a b?c%d#é.db"))
	})
}

func TestKilledProcesses(t *testing.T) {
	storetest.Crash(t, openStore, filepath.Join(t.TempDir(), "a.db"))
}

func BenchmarkStore(b *testing.B) {
	storetest.Benchmark(b, func(b *testing.B) store.Store {
		path := filepath.Join(b.TempDir(), "a.db")
		s, err := Open(b.Context(), path, storetest.Lookup)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() {
			if info, err := os.Stat(path); err == nil {
				b.Logf("the file has %d MB", info.Size()>>20)
			}
			_ = s.Close()
		})
		return s
	})
}
