package storetest

import (
	"errors"
	"testing"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/store"
)

// evidence is kept for one commit and scope of each repository: the newest.
func evidence(t *testing.T, s store.Store) {
	a := Sample(key(1), CommitID(1), noon, 1)
	ctx, content := t.Context(), []byte{0, 1, 2, 0xff}
	if err := s.KeepEvidence(ctx, a.Key, "c1", "all", content); !errors.Is(err, audit.ErrNotFound) {
		t.Errorf("for a key never heard of: %v", err)
	}
	save(t, s, a)
	must(t, s.KeepEvidence(ctx, a.Key, "c1", "all", content))
	got, err := s.Evidence(ctx, a.Key, "c1", "all")
	must(t, err)
	equal(t, "evidence", got, content)
	must(t, s.KeepEvidence(ctx, a.Key, "c2", "all", []byte("newer")))
	for _, other := range [][2]string{{"c1", "all"}, {"c2", "part"}} {
		if got, err := s.Evidence(ctx, a.Key, other[0], other[1]); !errors.Is(err, audit.ErrNotFound) {
			t.Errorf("evidence for %v: %q, %v", other, got, err)
		}
	}
}
