package storetest

import (
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/store"
)

// seen is noted of an audit that follows from the same basis, and of no other.
func seen(t *testing.T, s store.Store) {
	ctx, k := t.Context(), key(1)
	latest := func(commit, basis string) {
		t.Helper()
		got, err := s.Latest(ctx, k)
		must(t, err)
		equal(t, "latest", got, store.Latest{Commit: commit, Basis: basis})
	}
	see := func(basis string, at time.Time, want bool) {
		t.Helper()
		before, err := s.State(ctx, k)
		must(t, err)
		if got, err := s.Seen(ctx, k, basis, at); err != nil || got != want {
			t.Errorf("seen from %q: %t, %v", basis, got, err)
		}
		after, err := s.State(ctx, k)
		must(t, err)
		if want {
			before.TriedAt, before.SucceededAt, before.Failure = at, at, ""
			if at.After(before.Latest.SeenAt) {
				before.Latest.SeenAt = at
			}
		}
		equal(t, "state after seeing it from "+basis, after, before)
	}
	latest("", "")
	see("one", noon, false)
	must(t, s.Fail(ctx, k, noon, "away"))
	see("", noon, false)

	a := Sample(k, CommitID(1), noon, 1)
	a.Basis = "one"
	first := save(t, s, a)
	latest(CommitID(1), "one")
	see("two", noon.Add(time.Hour), false)
	see("", noon.Add(time.Hour), false)
	must(t, s.Fail(ctx, k, noon.Add(time.Hour), "away"))
	see("one", noon.Add(2*time.Hour), true)
	see("one", noon.Add(time.Hour), true) // by a clock that was put right

	// The same audit again, from elsewhere, and from nothing known.
	a.Basis = "two"
	save(t, s, a)
	see("one", noon.Add(3*time.Hour), false)
	see("two", noon.Add(3*time.Hour), true)
	a.Basis = ""
	save(t, s, a)
	see("", noon.Add(4*time.Hour), false)
	see("two", noon.Add(4*time.Hour), false)

	// An audit that comes second and is the older one has no say.
	late := Sample(k, CommitID(2), noon.Add(3*time.Hour-time.Minute), 2)
	late.Basis = "late"
	save(t, s, late)
	latest(CommitID(1), "")
	see("late", noon.Add(4*time.Hour), false)
	state, err := s.State(ctx, k)
	must(t, err)
	if state.Latest.ID != first.ID {
		t.Errorf("latest is audit %d, not %d", state.Latest.ID, first.ID)
	}
}
