package plan

import (
	"math"
	"testing"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/score"
)

func gap(id string, axis audit.Axis, severity audit.Severity, hours float64, answer audit.Answer) audit.Judged {
	return audit.Judged{
		Check:   &audit.Check{ID: id, Axis: axis, Severity: severity, EffortHours: hours},
		Verdict: audit.Verdict{Answer: answer},
	}
}

func TestOf(t *testing.T) {
	waived := gap("waived", audit.Deployment, audit.Blocker, 1, audit.AnswerNotMet)
	waived.Waiver = &audit.Waiver{}
	actions := Of([]audit.Judged{
		waived,
		gap("fine", audit.Deployment, audit.Major, 1, audit.AnswerMet),
		gap("unknown", audit.Deployment, audit.Blocker, 1, audit.AnswerUnknown),
		gap("bonus", audit.Community, audit.Bonus, 1, audit.AnswerNotMet),
		gap("small", audit.Deployment, audit.Minor, 1, audit.AnswerNotMet),
		gap("costly", audit.Transmission, audit.Major, 9, audit.AnswerNotMet),
		gap("cheap", audit.Transmission, audit.Major, 2, audit.AnswerNotMet),
		gap("blocking", audit.Reliability, audit.Blocker, 50, audit.AnswerNotMet),
		gap("half", audit.Reliability, audit.Blocker, 1, audit.AnswerPartlyMet),
		gap("last", audit.Reliability, audit.Major, 1, audit.AnswerMet),
	}, score.Of)
	var order []string
	for _, a := range actions {
		order = append(order, a.Check.ID)
	}
	// "half" would gain more than "small" did the open blocker not cap its axis.
	want := []string{"blocking", "cheap", "costly", "small", "half", "bonus"}
	if len(order) != len(want) {
		t.Fatalf("order %v, want %v", order, want)
	}
	for i := range want {
		if order[i] != want[i] {
			t.Fatalf("order %v, want %v", order, want)
		}
	}
	// 9/21 with the blocker open, 17/21 once it is met: found by scoring again.
	if gain := actions[0].Gain; math.Abs(gain-8.0/21) > 1e-9 || !actions[0].Blocking {
		t.Errorf("gain %v, blocking %t", gain, actions[0].Blocking)
	}
}

// Closing a small gap gains nothing while a blocker caps the axis.
func TestGainUnderCap(t *testing.T) {
	actions := Of([]audit.Judged{
		gap("open", audit.Deployment, audit.Blocker, 1, audit.AnswerNotMet),
		gap("minor", audit.Deployment, audit.Minor, 1, audit.AnswerNotMet),
		gap("fine", audit.Deployment, audit.Blocker, 1, audit.AnswerMet),
		gap("fine", audit.Deployment, audit.Blocker, 1, audit.AnswerMet),
	}, score.Of)
	if actions[1].Check.ID != "minor" || actions[1].Gain != 0 {
		t.Errorf("gain %v", actions[1].Gain)
	}
}
