package score

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/perenne-audit/perenne/internal/audit"
)

// What is met of a waived gap counts where it is more than the rest has.
func TestAWaivedGapThatIsPartlyMet(t *testing.T) {
	waived := func(id string, answer audit.Answer) audit.Judged {
		j := judged(id, audit.Reliability, audit.Moderate, answer)
		j.Waiver = &audit.Waiver{Check: id}
		return j
	}
	plain := func(id string, answer audit.Answer) audit.Judged {
		return judged(id, audit.Reliability, audit.Moderate, answer)
	}
	for name, c := range map[string]struct {
		judged []audit.Judged
		want   float64
	}{
		"a weak axis keeps it":             {[]audit.Judged{plain("a", gap), plain("b", gap), waived("c", half)}, 0.5 / 3},
		"a strong axis leaves it out":      {[]audit.Judged{plain("a", met), plain("b", met), plain("c", gap), waived("d", half)}, 2.0 / 3},
		"one not met at all is left out":   {[]audit.Judged{plain("a", gap), plain("b", met), waived("c", gap)}, 0.5},
		"together":                         {[]audit.Judged{plain("a", gap), waived("b", half), waived("c", gap)}, 0.25},
		"nothing else was judged":          {[]audit.Judged{waived("a", half)}, 0.5},
		"left out, it lifts above another": {[]audit.Judged{plain("a", met), plain("b", gap), waived("c", gap), waived("d", half)}, 0.5},
	} {
		if got := Of(c.judged).Axes[0].Score; got == nil || math.Abs(*got-c.want) > 1e-9 {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// An exception more never lowers a score, of one repository or of many.
func TestAnExceptionNeverLowersAScore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []audit.Audited
		for i := range rapid.IntRange(1, 4).Draw(t, "repositories") {
			all = append(all, draw(t, string(rune('a'+i)), audit.Answers, true))
		}
		before := Roll(&audit.Challenge{}, all, today).Score
		repository := rapid.SampledFrom(all).Draw(t, "repository")
		if repository.Result == nil || len(repository.Result.Judged) == 0 {
			return
		}
		alone := Of(repository.Result.Judged)
		at := rapid.IntRange(0, len(repository.Result.Judged)-1).Draw(t, "check")
		if j := &repository.Result.Judged[at]; j.Verdict.Answer.Gap() {
			j.Waiver = &audit.Waiver{Check: j.Check.ID}
		}
		notLower(t, alone, Of(repository.Result.Judged))
		notLower(t, before, Roll(&audit.Challenge{}, all, today).Score)
	})
}

func notLower(t *rapid.T, before, after audit.Score) {
	for i, a := range after.Axes {
		was := before.Axes[i]
		if a.Score != nil && was.Score != nil && *a.Score < *was.Score-1e-9 {
			t.Fatalf("%s fell from %v to %v", a.Axis, *was.Score, *a.Score)
		}
		if a.Score != nil && a.WithoutWaivers != nil && *a.Score < *a.WithoutWaivers-1e-9 {
			t.Fatalf("%s has %v, and %v without exceptions", a.Axis, *a.Score, *a.WithoutWaivers)
		}
	}
}

// One axis alone is what it is among the others.
func TestRollAxisIsRoll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := drawAll(t)
		whole := Roll(&audit.Challenge{}, all, today).Score
		for _, axis := range audit.Axes {
			want := 0.0
			for _, a := range whole.Axes {
				if a.Axis == axis && a.Score != nil {
					want = *a.Score
				}
			}
			if got := RollAxis(&audit.Challenge{}, all, axis); got != want {
				t.Fatalf("%s: %v alone, %v among the others", axis, got, want)
			}
		}
	})
}
