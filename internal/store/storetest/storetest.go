// Package storetest holds what every store must do, as tests that each
// implementation runs, and real PostgreSQL servers to run them on.
package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
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
	first.SeenAt = second.SeenAt
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

func manySaveTheSame(t *testing.T, s store.Store) {
	const workers, keys = 16, 3
	ids := make([][keys]int64, workers)
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for k := range keys {
				saved, err := s.Save(t.Context(), Sample(key(k), CommitID(1), noon.Add(time.Duration(w)*time.Minute), 3))
				if err != nil {
					t.Error(err)
				}
				ids[w][k] = saved.ID
			}
		})
	}
	group.Wait()
	for w := range workers {
		equal(t, "ids", ids[w], ids[0])
	}
	for k := range keys {
		if n := len(curve(t, s, key(k))); n != 1 {
			t.Errorf("%d points for one audit", n)
		}
	}
	summaries, err := s.Summaries(t.Context(), "")
	must(t, err)
	equal(t, "repositories", len(summaries), keys)
}

// manySaveAndThin lets audits come back while the retention takes others away.
func manySaveAndThin(t *testing.T, s store.Store) {
	var savers sync.WaitGroup
	for w := range 4 {
		savers.Go(func() {
			for i := range 40 {
				at := noon.Add(time.Duration(i) * time.Hour)
				if _, err := s.Save(t.Context(), Sample(key(w%2), CommitID(i%3), at, i%3)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 20 {
			if _, err := s.Thin(t.Context(), noon.AddDate(2, 0, 0)); err != nil {
				t.Error(err)
			}
		}
	}()
	savers.Wait()
	<-done
	states, err := s.States(t.Context(), "")
	must(t, err)
	for _, state := range states {
		points := curve(t, s, state.Key)
		if state.Latest == nil || len(points) == 0 {
			t.Errorf("%v: latest %v, %d points", state.Key, state.Latest, len(points))
		}
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

func changes(t *testing.T, s store.Store) {
	first := Sample(key(1), CommitID(1), noon, 0)
	second := Sample(key(1), CommitID(2), noon.Add(time.Hour), 0)
	second.Result.Judged = second.Result.Judged[2:] // two questions are not asked any more
	for _, i := range []int{3, 0} {
		v := &second.Result.Judged[i].Verdict
		v.Answer = audit.Answers[(slices.Index(audit.Answers, v.Answer)+1)%5]
	}
	save(t, s, first)
	save(t, s, second)
	save(t, s, Sample(store.Key{Challenge: "other", Repository: "x"}, CommitID(1), noon, 1))
	save(t, s, Sample(store.Key{Challenge: "other", Repository: "x"}, CommitID(1), noon.Add(2*time.Hour), 2))

	got, err := s.Changes(t.Context(), "gobelins", time.Time{}, 100)
	must(t, err)
	var want []store.Change
	for _, i := range []int{3, 0} { // newest first; at the same time, in the reverse order of ids
		check := second.Result.Judged[i].Check.ID
		want = append(want, store.Change{
			Key: key(1), Check: check, From: first.Result.Judged[i+2].Verdict.Answer, To: second.Result.Judged[i].Verdict.Answer,
			FromCommit: CommitID(1), ToCommit: CommitID(2), At: noon.Add(time.Hour),
		})
	}
	equal(t, "changes", got, want)

	all, err := s.Changes(t.Context(), "", time.Time{}, 1000)
	must(t, err)
	if len(all) < 10 || !slices.IsSortedFunc(all, func(a, b store.Change) int { return b.At.Compare(a.At) }) {
		t.Errorf("%d changes, or not newest first", len(all))
	}
	for _, c := range all {
		if c.From == c.To {
			t.Errorf("%v changed nothing", c)
		}
	}
	late, err := s.Changes(t.Context(), "", noon.Add(90*time.Minute), 1000)
	must(t, err)
	equal(t, "from a time on", late, all[:len(all)-2])
	for limit, n := range map[int]int{1: 1, 0: 0, -1: 0} {
		few, err := s.Changes(t.Context(), "", time.Time{}, limit)
		must(t, err)
		equal(t, "limit", len(few), n)
	}
}

// A forge that is down for a day makes an answer unknown; the day after, the
// audit of the day before is true again.
func comesBack(t *testing.T, s store.Store) {
	day := func(n int) time.Time { return noon.AddDate(0, 0, n) }
	well := save(t, s, Sample(key(1), CommitID(1), day(0), 0))
	save(t, s, Sample(key(1), CommitID(1), day(1), 1))
	back := save(t, s, Sample(key(1), CommitID(1), day(2), 0))
	equal(t, "id", back.ID, well.ID)
	state, err := s.State(t.Context(), key(1))
	must(t, err)
	equal(t, "latest", state.Latest.ID, well.ID)
	points := curve(t, s, key(1))
	if len(points) != 3 {
		t.Fatalf("%d points, want 3", len(points))
	}
	for i, p := range points {
		equal(t, "at", p.At, day(i))
	}
	equal(t, "scores", points[2].Scores, points[0].Scores)
	got, err := s.Changes(t.Context(), "", day(2), 100)
	must(t, err)
	before, err := s.Changes(t.Context(), "", time.Time{}, 100)
	must(t, err)
	if len(got) == 0 || len(before) != 2*len(got) {
		t.Errorf("%d changes on the way back, %d in all", len(got), len(before))
	}
}

func wrongClocks(t *testing.T, s store.Store) {
	latest := func() int64 {
		state, err := s.State(t.Context(), key(1))
		must(t, err)
		return state.Latest.ID
	}
	now := save(t, s, Sample(key(1), CommitID(2), noon, 0))
	// A slow worker comes second with what it saw first.
	save(t, s, Sample(key(1), CommitID(1), noon.Add(-10*time.Minute), 1))
	equal(t, "latest after a straggler", latest(), now.ID)
	none, err := s.Changes(t.Context(), "", time.Time{}, 10)
	must(t, err)
	equal(t, "changes", len(none), 0)
	equal(t, "points", len(curve(t, s, key(1))), 2)
	// A clock a year ahead, then put right.
	ahead := save(t, s, Sample(key(1), CommitID(3), noon.AddDate(1, 0, 0), 2))
	equal(t, "latest ahead", latest(), ahead.ID)
	right := save(t, s, Sample(key(1), CommitID(4), noon.Add(time.Hour), 3))
	equal(t, "latest put right", latest(), right.ID)
	state, err := s.State(t.Context(), key(1))
	must(t, err)
	equal(t, "succeeded", state.SucceededAt, noon.Add(time.Hour))
	if n, err := s.Thin(t.Context(), noon.Add(2*time.Hour)); n != 0 || err != nil {
		t.Errorf("thinned %d, %v", n, err)
	}
}

func retention(t *testing.T, s store.Store) {
	now := noon
	var at []time.Time
	for age := 450 * 24 * time.Hour; age >= 0; age -= 11 * time.Hour {
		at = append(at, now.Add(-age))
	}
	ids := map[int64]time.Time{}
	for i, when := range at {
		ids[save(t, s, Sample(key(1), CommitID(i), when, i)).ID] = when
	}
	other := save(t, s, Sample(key(2), CommitID(1), at[0], 1))
	gone, err := s.Thin(t.Context(), now)
	must(t, err)
	points := curve(t, s, key(1))
	equal(t, "gone", gone, len(at)-len(points))
	var kept []time.Time
	for _, p := range points {
		kept = append(kept, p.At)
	}
	equal(t, "kept", kept, keptByHand(now, at))
	for id, when := range ids {
		_, err := s.Audit(t.Context(), id)
		if stays := slices.ContainsFunc(kept, when.Equal); stays != (err == nil) || err != nil && !errors.Is(err, audit.ErrNotFound) {
			t.Errorf("audit of %v: stays %v, error %v", when, stays, err)
		}
	}
	if _, err := s.Audit(t.Context(), other.ID); err != nil {
		t.Error(err)
	}
	gone, err = s.Thin(t.Context(), now)
	must(t, err)
	equal(t, "gone the second time", gone, 0)
}

// keptByHand says in other words what the retention keeps: of each day, week or
// month the last one, the first of all, and all of the last day.
func keptByHand(now time.Time, at []time.Time) []time.Time {
	var kept []time.Time
	for i, when := range at {
		days := now.Sub(when).Hours() / 24
		form := "2006-01"
		week := func(t time.Time) int { return 0 }
		if days < 365 {
			week = func(t time.Time) int { return (t.Day() - 1) / 7 }
		}
		if days < 30 {
			form = "2006-01-02"
		}
		if i == 0 || i == len(at)-1 || days < 1 || at[i+1].Format(form) != when.Format(form) || week(at[i+1]) != week(when) {
			kept = append(kept, when)
		}
	}
	return kept
}

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
