package score

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/perenne-audit/perenne/internal/audit"
)

func judged(id string, axis audit.Axis, severity audit.Severity, answer audit.Answer) audit.Judged {
	return audit.Judged{
		Check:   &audit.Check{ID: id, Axis: axis, Severity: severity},
		Verdict: audit.Verdict{Answer: answer},
	}
}

func number(x float64) *float64 { return &x }

func TestOf(t *testing.T) {
	d := func(severity audit.Severity, answer audit.Answer) audit.Judged {
		return judged(string(severity)+"-"+string(answer), audit.Deployment, severity, answer)
	}
	for name, tc := range map[string]struct {
		judged []audit.Judged
		want   audit.AxisScore
	}{
		"half for partly": {
			[]audit.Judged{d(audit.Major, audit.AnswerMet), d(audit.Major, audit.AnswerPartlyMet)},
			audit.AxisScore{Score: number(0.75), Coverage: 1, Band: audit.ToComplete},
		},
		"weights": {
			[]audit.Judged{d(audit.Blocker, audit.AnswerMet), d(audit.Moderate, audit.AnswerNotMet), d(audit.Minor, audit.AnswerMet)},
			audit.AxisScore{Score: number(9.0 / 12), Coverage: 1, Band: audit.ToComplete},
		},
		"a blocker caps": {
			[]audit.Judged{d(audit.Blocker, audit.AnswerNotMet), d(audit.Major, audit.AnswerMet), d(audit.Major, audit.AnswerMet), d(audit.Major, audit.AnswerMet), d(audit.Blocker, audit.AnswerMet)},
			audit.AxisScore{Score: number(0.59), Coverage: 1, Band: audit.NotReady, OpenBlockers: []string{"blocker-not-met"}},
		},
		"a blocker half met does not cap": {
			[]audit.Judged{d(audit.Blocker, audit.AnswerPartlyMet), d(audit.Blocker, audit.AnswerMet), d(audit.Blocker, audit.AnswerMet)},
			audit.AxisScore{Score: number(20.0 / 24), Coverage: 1, Band: audit.Ready},
		},
		"unknown lowers coverage, never the score": {
			[]audit.Judged{d(audit.Major, audit.AnswerMet), d(audit.Blocker, audit.AnswerUnknown)},
			audit.AxisScore{Score: number(1), Coverage: 5.0 / 13, Provisional: true, Band: audit.Ready},
		},
		"not applicable counts for nothing": {
			[]audit.Judged{d(audit.Major, audit.AnswerMet), d(audit.Blocker, audit.AnswerNotApplicable)},
			audit.AxisScore{Score: number(1), Coverage: 1, Band: audit.Ready},
		},
		"nothing judged has no score": {
			[]audit.Judged{d(audit.Major, audit.AnswerUnknown)},
			audit.AxisScore{Coverage: 0, Provisional: true},
		},
		"nothing applies": {
			[]audit.Judged{d(audit.Major, audit.AnswerNotApplicable)},
			audit.AxisScore{Coverage: 1},
		},
	} {
		tc.want.Axis, tc.want.WithoutWaivers = audit.Deployment, tc.want.Score
		if diff := cmp.Diff([]audit.AxisScore{tc.want}, Of(tc.judged).Axes); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestContinuity(t *testing.T) {
	all := []audit.Judged{
		judged("a", audit.Deployment, audit.Major, audit.AnswerMet),
		judged("b", audit.Transmission, audit.Major, audit.AnswerPartlyMet),
		judged("c", audit.Reliability, audit.Major, audit.AnswerMet),
		judged("d", audit.Community, audit.Bonus, audit.AnswerNotMet),
	}
	s := Of(all)
	if s.Continuity == nil || *s.Continuity != 0.5 {
		t.Errorf("continuity %v, want the lowest of the three, without the bonus", s.Continuity)
	}
	if got := s.Axes[3].Score; got == nil || *got != 0 {
		t.Errorf("the bonus axis scores %v", got)
	}
	if s := Of(all[:2]); s.Continuity != nil {
		t.Errorf("continuity %v although an axis has no score", *s.Continuity)
	}
}

func TestBandOf(t *testing.T) {
	for score, want := range map[float64]audit.Band{
		1: audit.Ready, 0.8: audit.Ready, 0.8 - 1e-12: audit.Ready, 0.7999: audit.ToComplete, 0.6: audit.ToComplete, BlockerCap: audit.NotReady, 0: audit.NotReady,
	} {
		if got := BandOf(score); got != want {
			t.Errorf("%v is %s, want %s", score, got, want)
		}
	}
}

// Whatever the verdicts, a score and a coverage lie between 0 and 1, an open
// blocker caps, and an unknown made known never lowers the coverage.
func TestOfProperties(t *testing.T) {
	severities := []audit.Severity{audit.Blocker, audit.Major, audit.Moderate, audit.Minor}
	rapid.Check(t, func(t *rapid.T) {
		var all []audit.Judged
		for range rapid.IntRange(1, 12).Draw(t, "checks") {
			all = append(all, judged("x", audit.Reliability, rapid.SampledFrom(severities).Draw(t, "severity"),
				rapid.SampledFrom(audit.Answers).Draw(t, "answer")))
		}
		a := Of(all).Axes[0]
		if a.Coverage < 0 || a.Coverage > 1 || (a.Score != nil && (*a.Score < 0 || *a.Score > 1 || math.IsNaN(*a.Score))) {
			t.Fatalf("out of range: %+v", a)
		}
		if len(a.OpenBlockers) > 0 && (*a.Score > BlockerCap || a.Band != audit.NotReady) {
			t.Fatalf("open blocker and %v, %s", *a.Score, a.Band)
		}
		for i := range all {
			if all[i].Verdict.Answer == audit.AnswerUnknown {
				all[i].Verdict.Answer = audit.AnswerMet
				if better := Of(all).Axes[0]; better.Coverage < a.Coverage {
					t.Fatalf("coverage fell from %v to %v", a.Coverage, better.Coverage)
				}
			}
		}
	})
}

// A waived gap is left out; it never turns into met, and the score without the
// exception is what it was.
func TestWaived(t *testing.T) {
	all := []audit.Judged{
		judged("open", audit.Deployment, audit.Blocker, audit.AnswerNotMet),
		judged("fine", audit.Deployment, audit.Major, audit.AnswerMet),
		judged("half", audit.Deployment, audit.Major, audit.AnswerPartlyMet),
		judged("dim", audit.Deployment, audit.Major, audit.AnswerUnknown),
	}
	all[0].Waiver = &audit.Waiver{}
	want := audit.AxisScore{Axis: audit.Deployment, Score: number(0.75), WithoutWaivers: number(7.5 / 18), Coverage: 10.0 / 15, Band: audit.ToComplete}
	if diff := cmp.Diff([]audit.AxisScore{want}, Of(all).Axes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for i := range all {
		all[i].Waiver = &audit.Waiver{}
	}
	// An exception on what is met, or unknown, changes nothing.
	if a := Of(all).Axes[0]; *a.Score != 1 || a.Coverage != 0.5 {
		t.Errorf("all waived: %+v", a)
	}
}
