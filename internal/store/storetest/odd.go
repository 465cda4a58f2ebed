package storetest

import (
	"errors"
	"strings"
	"testing"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/store"
)

func strangeWords(t *testing.T, s store.Store) {
	k := store.Key{Challenge: "d'été \"; DROP TABLE audits; --", Repository: "https://forge.example/équipe/%00?a=$1&b=😀"}
	a := Sample(k, CommitID(1), noon, 3)
	a.Policy = "règles ' 2026"
	a.Result.Judged[0].Verdict = a.Result.Judged[0].Verdict.At(audit.Place{Path: "a\nb\x1b[31m\u202e\xff\x00", Text: "\xfe"}).Fact("path", "\xff")
	a.Result.Repository.Branch = "\xff\x00"
	saved := save(t, s, a)
	got, err := s.Audit(t.Context(), saved.ID)
	must(t, err)
	equal(t, "audit", got, saved)
}

// refused puts to the store what it must not take; nothing of it stays, and the
// store works on.
func refused(t *testing.T, s store.Store) {
	for name, change := range map[string]func(*store.Audit){
		"no challenge":   func(a *store.Audit) { a.Challenge = "" },
		"no repository":  func(a *store.Audit) { a.Repository = "" },
		"a NUL":          func(a *store.Audit) { a.Repository = "a\x00" },
		"not UTF-8":      func(a *store.Audit) { a.Policy = "\xff" },
		"no result":      func(a *store.Audit) { a.Result = nil },
		"no such answer": func(a *store.Audit) { a.Result.Judged[5].Verdict.Answer = "maybe" },
		"not an id": func(a *store.Audit) {
			a.Result.Judged[5].Check = &audit.Check{ID: "two\nlines", Axis: audit.Deployment}
		},
		"not a value": func(a *store.Audit) { a.Result.Judged[5].Verdict.Facts["count"] = make(chan int) },
	} {
		a := Sample(key(1), CommitID(1), noon, 3)
		change(&a)
		if _, err := s.Save(t.Context(), a); !errors.Is(err, audit.ErrUnsupported) || !strings.HasPrefix(err.Error(), "save audit") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.Fail(t.Context(), store.Key{}, noon, "x"); !errors.Is(err, audit.ErrUnsupported) {
		t.Errorf("a failure of nothing: %v", err)
	}
	summaries, err := s.Summaries(t.Context(), "")
	must(t, err)
	equal(t, "repositories", len(summaries), 0)
	save(t, s, Sample(key(1), CommitID(1), noon, 3))
	must(t, s.Ping(t.Context()))
}
