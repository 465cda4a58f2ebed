package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/store"
)

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
