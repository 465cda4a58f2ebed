// Package storetest holds what every store must do, as tests that each
// implementation runs, and real PostgreSQL servers to run them on.
package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/store"
)

// Exercise runs the suite. open gives an empty store whose lookup is [Lookup]
// and which lives as long as the test.
func Exercise(t *testing.T, open func(t *testing.T) store.Store) {
	for name, test := range map[string]func(*testing.T, store.Store){
		"never heard of":         neverHeardOf,
		"save and read back":     saveAndReadBack,
		"save again":             saveAgain,
		"handover":               handedOver,
		"what makes another row": anotherRow,
		"many save the same":     manySaveTheSame,
		"many save and thin":     manySaveAndThin,
		"fail":                   fail,
		"states and summaries":   statesAndSummaries,
		"changes":                changes,
		"an audit comes back":    comesBack,
		"late and wrong clocks":  wrongClocks,
		"retention":              retention,
		"strange words":          strangeWords,
		"refused, then working":  refused,
		"cancelled":              cancelled,
		"evidence":               evidence,
		"seen":                   seen,
		"sessions":               sessions,
		"many end sessions":      manyEndSessions,
		"processes":              processes,
		"placements":             placements,
		"many place":             manyPlace,
		"listings":               listings,
		"renamed":                renamed,
		"postings":               postings,
		"many claim":             manyClaim,
		"ping":                   func(t *testing.T, s store.Store) { must(t, s.Ping(t.Context())) },
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func save(t *testing.T, s store.Store, a store.Audit) store.Audit {
	t.Helper()
	saved, err := s.Save(t.Context(), a)
	must(t, err)
	if saved.ID == 0 {
		t.Fatal("saved without an ID")
	}
	return saved
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func key(n int) store.Key {
	return store.Key{Challenge: "gobelins", Repository: fmt.Sprintf("https://forge.example/gobelins/%d", n)}
}

func curve(t *testing.T, s store.Store, k store.Key) []store.Point {
	t.Helper()
	points, err := s.Curve(t.Context(), k, time.Time{})
	must(t, err)
	return points
}

func neverHeardOf(t *testing.T, s store.Store) {
	state, err := s.State(t.Context(), key(1))
	must(t, err)
	equal(t, "state", state, store.State{Key: key(1)})
	if _, err := s.Audit(t.Context(), 41); !errors.Is(err, audit.ErrNotFound) {
		t.Errorf("audit 41: %v, want not found", err)
	}
	states, err := s.States(t.Context(), "")
	must(t, err)
	summaries, err := s.Summaries(t.Context(), "gobelins")
	must(t, err)
	changes, err := s.Changes(t.Context(), "", time.Time{}, 10)
	must(t, err)
	thinned, err := s.Thin(t.Context(), noon)
	must(t, err)
	if len(states)+len(summaries)+len(changes)+thinned+len(curve(t, s, key(1))) != 0 {
		t.Errorf("an empty store holds %v %v %v %d", states, summaries, changes, thinned)
	}
}

func saveAndReadBack(t *testing.T, s store.Store) {
	want := Sample(key(1), CommitID(1), noon.Add(1234567*time.Nanosecond), 3)
	saved := save(t, s, want)
	want.ID, want.SeenAt = saved.ID, want.Result.TakenAt.Truncate(time.Microsecond)
	equal(t, "saved", saved, want)
	got, err := s.Audit(t.Context(), saved.ID)
	must(t, err)
	equal(t, "audit", got, want)
	state, err := s.State(t.Context(), key(1))
	must(t, err)
	equal(t, "state", state, store.State{Key: key(1), Latest: &want, TriedAt: want.SeenAt, SucceededAt: want.SeenAt})
}

func saveAgain(t *testing.T, s store.Store) {
	first := save(t, s, Sample(key(1), CommitID(1), noon, 3))
	again := Sample(key(1), CommitID(1), noon.Add(24*time.Hour), 3)
	again.Took = time.Minute
	second := save(t, s, again)
	if second.ID != first.ID {
		t.Errorf("the same audit has the IDs %d and %d", first.ID, second.ID)
	}
	equal(t, "seen", second.SeenAt, noon.Add(24*time.Hour))
	kept, err := s.Audit(t.Context(), first.ID)
	must(t, err)
	first.SeenAt, first.Result.Handover = second.SeenAt, again.Result.Handover
	equal(t, "kept", kept, first)
	if n := len(curve(t, s, key(1))); n != 1 {
		t.Errorf("%d points for one audit", n)
	}
	state, err := s.State(t.Context(), key(1))
	must(t, err)
	equal(t, "succeeded", state.SucceededAt, second.SeenAt)
	// What is seen in the past does not move it back.
	save(t, s, Sample(key(1), CommitID(1), noon, 3))
	kept, err = s.Audit(t.Context(), first.ID)
	must(t, err)
	equal(t, "seen", kept.SeenAt, second.SeenAt)
}

func anotherRow(t *testing.T, s store.Store) {
	ids := map[int64]string{}
	for name, change := range map[string]func(*store.Audit){
		"nothing":    func(*store.Audit) {},
		"challenge":  func(a *store.Audit) { a.Challenge = "other" },
		"repository": func(a *store.Audit) { a.Repository += ".git" },
		"commit":     func(a *store.Audit) { a.Result.Repository.Commit = CommitID(2) },
		"catalogue":  func(a *store.Audit) { a.Result.Catalogue = "2026.12" },
		"policy":     func(a *store.Audit) { a.Policy = "strict 2" },
		"an answer": func(a *store.Audit) {
			v := &a.Result.Judged[0].Verdict
			v.Answer = audit.Answers[(slices.Index(audit.Answers, v.Answer)+1)%5]
		},
		"a question": func(a *store.Audit) { a.Result.Judged = a.Result.Judged[1:] },
		"a waiver": func(a *store.Audit) {
			gap := slices.IndexFunc(a.Result.Judged, func(j audit.Judged) bool { return j.Verdict.Answer.Gap() })
			a.Result.Judged[gap].Waiver = &audit.Waiver{Check: a.Result.Judged[gap].Check.ID, Reason: "agreed", Expires: noon.AddDate(1, 0, 0)}
		},
	} {
		a := Sample(key(1), CommitID(1), noon, 3)
		change(&a)
		id := save(t, s, a).ID
		if other, taken := ids[id]; taken {
			t.Errorf("%q and %q have the same row", name, other)
		}
		ids[id] = name
	}
}

func fail(t *testing.T, s store.Store) {
	must(t, s.Fail(t.Context(), key(1), noon, "no answer from \xff\x00forge.example"))
	state, err := s.State(t.Context(), key(1))
	must(t, err)
	equal(t, "before any audit", state, store.State{Key: key(1), TriedAt: noon, Failure: "no answer from \uFFFD\uFFFDforge.example"})

	saved := save(t, s, Sample(key(1), CommitID(1), noon.Add(time.Hour), 3))
	must(t, s.Fail(t.Context(), key(1), noon.Add(2*time.Hour), ""))
	state, err = s.State(t.Context(), key(1))
	must(t, err)
	equal(t, "after one", state, store.State{
		Key: key(1), Latest: &saved, TriedAt: noon.Add(2 * time.Hour), SucceededAt: noon.Add(time.Hour), Failure: "no reason given",
	})

	save(t, s, Sample(key(1), CommitID(1), noon.Add(3*time.Hour), 3))
	state, err = s.State(t.Context(), key(1))
	must(t, err)
	if state.Failure != "" || !state.SucceededAt.Equal(noon.Add(3*time.Hour)) {
		t.Errorf("after a success: %q at %v", state.Failure, state.SucceededAt)
	}
}

func statesAndSummaries(t *testing.T, s store.Store) {
	keys := []store.Key{
		{Challenge: "a", Repository: "z"}, {Challenge: "B", Repository: "a"}, {Challenge: "a", Repository: "Z"},
		{Challenge: "é", Repository: "a"}, {Challenge: "a-b", Repository: "a"},
	}
	for i, k := range keys {
		save(t, s, Sample(k, CommitID(i), noon, i))
	}
	must(t, s.Fail(t.Context(), store.Key{Challenge: "c", Repository: "c"}, noon, "gone"))
	states, err := s.States(t.Context(), "")
	must(t, err)
	summaries, err := s.Summaries(t.Context(), "")
	must(t, err)
	var order []string
	for i, state := range states {
		order = append(order, state.Challenge+"/"+state.Repository)
		equal(t, "summary", summaries[i].Key, state.Key)
		sameInNumbers(t, summaries[i], state)
	}
	equal(t, "order", order, []string{"B/a", "a/Z", "a/z", "a-b/a", "c/c", "é/a"})
	late := save(t, s, Sample(keys[1], CommitID(7), noon.Add(time.Hour), 7))
	must(t, s.Fail(t.Context(), keys[0], noon.Add(2*time.Hour), "away"))
	since, err := s.SummariesSince(t.Context(), noon.Add(time.Hour))
	must(t, err)
	if len(since) != 2 || since[0].Key != keys[1] || since[0].Audit != late.ID || since[1].Key != keys[0] || since[1].Failure != "away" {
		t.Errorf("tried since then: %+v", since)
	}
	some, err := s.Summaries(t.Context(), "a")
	must(t, err)
	few, err := s.States(t.Context(), "a")
	must(t, err)
	if len(some) != 2 || len(few) != 2 {
		t.Errorf("challenge a: %d summaries, %d states, want 2", len(some), len(few))
	}
}

func sameInNumbers(t *testing.T, got store.Summary, state store.State) {
	t.Helper()
	want := store.Summary{Key: state.Key, TriedAt: state.TriedAt, SucceededAt: state.SucceededAt, Failure: state.Failure}
	if a := state.Latest; a != nil {
		want.Audit, want.Commit, want.Catalogue, want.Policy = a.ID, a.Result.Repository.Commit, a.Result.Catalogue, a.Policy
		want.TakenAt, want.SeenAt, want.Actions = a.Result.TakenAt, a.SeenAt, len(a.Result.Actions)
		want.Continuity, want.Axes = a.Result.Score.Continuity, store.SummarizeAxes(a.Result)
		if h := a.Result.Handover; h != nil && h.KnownFiles > 0 {
			want.Files = &store.FilesKnown{Known: h.KnownFiles, Orphaned: h.OrphanedFiles, Untold: h.KnowledgeAtRisk == nil}
		}
		for _, j := range a.Result.Judged {
			if answer := got.Answers.Of(j.Check.ID); answer != j.Verdict.Answer {
				t.Errorf("%s: %q, want %q", j.Check.ID, answer, j.Verdict.Answer)
			}
		}
	}
	got.Answers = store.Answers{}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b store.Answers) bool { return a.Letters() == b.Letters() })); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
}
