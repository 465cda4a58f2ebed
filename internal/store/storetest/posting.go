package storetest

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/store"
)

// postings are claimed by one at a time, and keep what was written.
func postings(t *testing.T, s store.Store) {
	claim := func(repository string, kind store.PostingKind, lease time.Duration, want bool) store.Posting {
		t.Helper()
		p, claimed, err := s.ClaimPosting(t.Context(), "gobelins", repository, kind, lease)
		must(t, err)
		equal(t, "claimed", claimed, want)
		return p
	}
	first := claim("", store.PostedIssue, time.Hour, true)
	equal(t, "before anything was written", first, store.Posting{Challenge: "gobelins", Kind: store.PostedIssue})
	claim("", store.PostedIssue, time.Hour, false)
	claim("", store.PostedStatus, time.Hour, true)
	claim(key(1).Repository, store.PostedIssue, time.Hour, true)

	first.Number, first.URL, first.Digest, first.Seen, first.WrittenAt, first.TriedAt = 12, "https://forge.example/12", "d", "s", noon, noon.Add(time.Second)
	must(t, s.KeepPosting(t.Context(), first))
	equal(t, "claimed again", claim("", store.PostedIssue, -time.Second, true), first)
	// A process died with the right: it ends.
	claim("", store.PostedIssue, time.Hour, true)
	failed := first
	failed.Failure, failed.TriedAt = "no\x00\xff", noon.Add(time.Minute)
	must(t, s.KeepPosting(t.Context(), failed))
	failed.Failure = "no\uFFFD\uFFFD"
	must(t, s.KeepPosting(t.Context(), store.Posting{Challenge: "archifiltre", Kind: store.PostedStatus}))

	all, err := s.Postings(t.Context(), "gobelins")
	must(t, err)
	equal(t, "kept", all, []store.Posting{failed, {Challenge: "gobelins", Kind: store.PostedStatus}, {Challenge: "gobelins", Repository: key(1).Repository, Kind: store.PostedIssue}})
	all, err = s.Postings(t.Context(), "")
	must(t, err)
	equal(t, "of all challenges", len(all), 4)
	if _, _, err := s.ClaimPosting(t.Context(), "g\x00", "", store.PostedIssue, 0); err == nil {
		t.Error("a NUL is kept")
	}
}

// manyClaim the same at once: one of them may write.
func manyClaim(t *testing.T, s store.Store) {
	var together sync.WaitGroup
	var won atomic.Int64
	for range 8 {
		together.Go(func() {
			_, claimed, err := s.ClaimPosting(t.Context(), "gobelins", "", store.PostedIssue, time.Hour)
			if err != nil {
				t.Error(err)
			}
			if claimed {
				won.Add(1)
			}
		})
	}
	together.Wait()
	equal(t, "who may write", won.Load(), int64(1))
}
