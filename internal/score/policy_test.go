package score

import (
	"testing"

	"github.com/perenne-audit/perenne/internal/audit"
)

// A policy moves the bands and what the gate asks for; an open blocker keeps an
// axis out of them wherever they begin.
func TestThresholds(t *testing.T) {
	three := func(answers ...audit.Answer) []audit.Judged {
		var all []audit.Judged
		for _, axis := range audit.Axes[:3] {
			for _, a := range answers {
				all = append(all, judged(string(axis)+"-"+string(a), axis, audit.Major, a))
			}
		}
		return all
	}
	consent := audit.Attestation{Check: audit.SignOff, Date: today}
	strict, lax := audit.DefaultThresholds, audit.DefaultThresholds
	strict.Ready, strict.Provisional = 0.95, 0.9
	lax.Ready, lax.ToComplete, lax.Coverage = 0.5, 0.3, 0.4
	half := three(audit.AnswerMet, audit.AnswerNotMet)
	dim := three(audit.AnswerMet, audit.AnswerUnknown)
	for name, tc := range map[string]struct {
		thresholds  audit.Thresholds
		all         []audit.Judged
		band        audit.Band
		provisional bool
		open        bool
	}{
		"half, by default":    {audit.DefaultThresholds, half, audit.NotReady, false, false},
		"half, where enough":  {lax, half, audit.Ready, false, true},
		"dim, by default":     {audit.DefaultThresholds, dim, audit.Ready, true, false},
		"dim, where enough":   {lax, dim, audit.Ready, true, true},
		"whole":               {strict, three(audit.AnswerMet), audit.Ready, false, true},
		"nine tenths, strict": {strict, three(audit.AnswerMet, audit.AnswerMet, audit.AnswerMet, audit.AnswerMet, audit.AnswerPartlyMet), audit.ToComplete, false, false},
	} {
		challenge := &audit.Challenge{Rules: &audit.Policy{Thresholds: tc.thresholds}, Attestations: []audit.Attestation{consent}}
		rolled := Roll(challenge, []audit.Audited{{Source: audit.Source{URL: "a"}, Result: &audit.Result{Judged: tc.all}}}, today)
		alone := By(tc.thresholds, tc.all)
		for _, a := range []audit.AxisScore{rolled.Score.Axes[0], alone.Axes[0]} {
			if a.Band != tc.band || a.Provisional != tc.provisional {
				t.Errorf("%s: %s %v, provisional %v", name, a.Band, *a.Score, a.Provisional)
			}
		}
		if rolled.Gate.Open != tc.open {
			t.Errorf("%s: %+v", name, rolled.Gate)
		}
	}
	blocked := []audit.Judged{judged("a", audit.Deployment, audit.Blocker, audit.AnswerNotMet), judged("b", audit.Deployment, audit.Blocker, audit.AnswerMet), judged("c", audit.Deployment, audit.Blocker, audit.AnswerMet)}
	if a := By(lax, blocked).Axes[0]; a.Band != audit.NotReady || *a.Score >= lax.ToComplete {
		t.Errorf("with a blocker: %s %v", a.Band, *a.Score)
	}
}
