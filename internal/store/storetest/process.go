package storetest

import (
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/store"
)

// processes live for as long as they say so, by the clock of the database: those
// of the machines may differ.
func processes(t *testing.T, s store.Store) {
	alive := func(within time.Duration) []string {
		t.Helper()
		all, err := s.Alive(t.Context(), within)
		must(t, err)
		return all
	}
	equal(t, "before any", len(alive(time.Hour)), 0)
	must(t, s.Beat(t.Context(), "b"))
	must(t, s.Beat(t.Context(), "a"))
	equal(t, "both", alive(time.Minute), []string{"a", "b"})
	time.Sleep(300 * time.Millisecond)
	must(t, s.Beat(t.Context(), "b"))
	equal(t, "one of them lately", alive(200*time.Millisecond), []string{"b"})
	equal(t, "both within longer", alive(time.Minute), []string{"a", "b"})
	if err := s.Beat(t.Context(), "a\x00"); err == nil {
		t.Error("a name with a NUL was taken")
	}
}
