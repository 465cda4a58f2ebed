package store

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/perenne-audit/perenne/internal/audit"
)

func TestAxesComeBackAsTheyWere(t *testing.T) {
	blockers := rapid.SliceOfN(rapid.StringMatching(`[a-z]+-[a-z]+`), 1, 3)
	axis := rapid.Custom(func(t *rapid.T) AxisSummary {
		a := AxisSummary{AxisScore: audit.AxisScore{
			Axis: rapid.SampledFrom(audit.Axes).Draw(t, "axis"), Score: rapid.Ptr(ratios, true).Draw(t, "score"),
			WithoutWaivers: rapid.Ptr(ratios, true).Draw(t, "without waivers"), Coverage: ratios.Draw(t, "coverage"),
			Provisional: rapid.Bool().Draw(t, "provisional"), Band: rapid.SampledFrom([]audit.Band{"", audit.Ready, audit.NotReady}).Draw(t, "band"),
		}}
		if rapid.Bool().Draw(t, "blocked") {
			a.OpenBlockers = blockers.Draw(t, "blockers")
		}
		for i := range a.Counts {
			a.Counts[i] = rapid.IntRange(0, 99).Draw(t, "count")
		}
		return a
	})
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOf(axis).Draw(t, "axes")
		got, err := ParseAxes(FormatAxes(want))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Fatalf("%v\n%s", err, diff)
		}
	})
}

func TestDamagedSummariesAreSaid(t *testing.T) {
	for _, text := range []string{"deployment", "deployment x - 1 - - 0 0 0 0 0 -", "deployment - x 1 - - 0 0 0 0 0 -",
		"deployment - - x - - 0 0 0 0 0 -", "deployment - - 1 - - 0 x 0 0 0 -", "deployment - - 1 - - 0 0 0 0 0 - -"} {
		if _, err := ParseAxes(text); !errors.Is(err, audit.ErrDamaged) {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, letters := range []string{"", "m", "mx", "mmm"} {
		if _, err := ParseAnswers([]string{"a", "b"}, letters); !errors.Is(err, audit.ErrDamaged) {
			t.Errorf("%q: %v", letters, err)
		}
	}
}

func TestRetention(t *testing.T) {
	now := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	step := rapid.Custom(func(t *rapid.T) Step {
		hours := rapid.OneOf(rapid.IntRange(-48, 24*40), rapid.IntRange(0, 24*800)).Draw(t, "age")
		return Step{Audit: int64(rapid.IntRange(1, 20).Draw(t, "audit")), At: now.Add(-time.Duration(hours) * time.Hour)}
	})
	rapid.Check(t, func(t *rapid.T) {
		steps := rapid.SliceOfN(step, 0, 60).Draw(t, "steps")
		for i := range steps {
			steps[i].ID = int64(i + 1)
		}
		latest := int64(0)
		if len(steps) > 0 {
			latest = steps[len(steps)-1].Audit
		}
		left := without(steps, Thinned(now, latest, steps))
		if len(steps) > 0 && (left[0] != steps[0] || left[len(left)-1] != steps[len(steps)-1]) {
			t.Fatal("the first or the latest went")
		}
		checkSpans(t, now, steps, left)
		// How often it ran does not matter.
		later := now.Add(time.Duration(rapid.IntRange(0, 24*500).Draw(t, "later")) * time.Hour)
		twice := without(left, Thinned(later, latest, left))
		if diff := cmp.Diff(without(steps, Thinned(later, latest, steps)), twice); diff != "" {
			t.Fatalf("once or twice (-once +twice):\n%s", diff)
		}
	})
}

// checkSpans checks that every span with a step keeps its last one, and that a
// day or a month past its time keeps no more than the rule says.
func checkSpans(t *rapid.T, now time.Time, all, left []Step) {
	spans := func(steps []Step, form string, from, to time.Duration) map[string]int {
		n := map[string]int{}
		for _, s := range steps {
			if age := now.Sub(s.At); age >= from && age < to {
				n[s.At.Format(form)]++
			}
		}
		return n
	}
	const day, ever = 24 * time.Hour, 10000 * 24 * time.Hour
	for month := range spans(all, "2006-01", -ever, ever) {
		if spans(left, "2006-01", -ever, ever)[month] == 0 {
			t.Fatalf("nothing is left of %s", month)
		}
	}
	most := func(form string, from, to time.Duration, limit int) {
		for span, n := range spans(left, form, from, to) {
			if n > limit+2 { // the first and the latest stay besides
				t.Fatalf("%d are left of %s", n, span)
			}
		}
	}
	most("2006-01-02", day, 30*day, 1)
	most("2006-01", 30*day, 365*day, 5)
	most("2006-01", 365*day, ever, 1)
	if got, want := len(spans(left, time.RFC3339Nano, -ever, day)), len(spans(all, time.RFC3339Nano, -ever, day)); got != want {
		t.Fatalf("%d of %d of the last day are left", got, want)
	}
}

func without(steps, gone []Step) []Step {
	left := []Step{}
	for _, s := range steps {
		keep := true
		for _, g := range gone {
			keep = keep && g.ID != s.ID
		}
		if keep {
			left = append(left, s)
		}
	}
	return left
}
