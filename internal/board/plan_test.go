package board

import (
	"fmt"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/plan"
	"github.com/perenne-audit/perenne/internal/score"
)

// A challenge's plan has what is lacking of the challenge: a guide that one of
// its repositories holds is not asked of the others, one that none holds is asked
// once, and what concerns each repository is asked of each.
func TestPlanKnowsSiblings(t *testing.T) {
	guide := &audit.Check{ID: "operations-guide", Axis: audit.Reliability, Severity: audit.Blocker}
	tests := &audit.Check{ID: "tests-present", Axis: audit.Reliability, Severity: audit.Major}
	for name, c := range map[string]struct {
		guides, tests []audit.Answer
		want          string
	}{
		"a sibling covers a blocker": {[]audit.Answer{audit.AnswerNotMet, audit.AnswerMet}, []audit.Answer{audit.AnswerNotMet, audit.AnswerMet}, "tests-present@r0"},
		"asked once, as a blocker": {[]audit.Answer{audit.AnswerNotMet, audit.AnswerNotMet}, []audit.Answer{audit.AnswerNotMet, audit.AnswerNotMet},
			"operations-guide@r0! tests-present@r0 tests-present@r1"},
		"where most of it is": {[]audit.Answer{audit.AnswerNotMet, audit.AnswerPartlyMet}, []audit.Answer{audit.AnswerMet, audit.AnswerMet}, "operations-guide@r1"},
	} {
		var repositories []audit.Audited
		for i := range c.guides {
			r := &audit.Result{}
			for check, answer := range map[*audit.Check]audit.Answer{guide: c.guides[i], tests: c.tests[i]} {
				r.Judged = append(r.Judged, audit.Judged{Check: check, Verdict: audit.Verdict{Answer: answer}})
				if answer.Gap() {
					r.Actions = append(r.Actions, audit.Action{Check: check, Blocking: check == guide && answer == audit.AnswerNotMet})
				}
			}
			repositories = append(repositories, audit.Audited{Source: audit.Source{URL: fmt.Sprintf("r%d", i)}, Result: r})
		}
		result := score.Roll(&audit.Challenge{}, repositories, time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC))
		got, counted := "", 0
		for _, a := range planOf(&audit.Challenge{}, repositories, time.Time{}).Items() {
			got += " " + a.Check.ID + "@" + a.Repository
			if a.Blocking {
				got += "!"
			}
			if a.Verdict.Answer == "" {
				t.Errorf("%s: %s without a verdict", name, a.Check.ID)
			}
		}
		if got != " "+c.want {
			t.Errorf("%s:%s, want %s", name, got, c.want)
		}
		for _, rolled := range result.Checks {
			counted += plan.Gaps(rolled, score.OfChallenge(rolled.Check.ID))
		}
		if n := len(planOf(&audit.Challenge{}, repositories, time.Time{}).Items()); counted != n {
			t.Errorf("%s: %d are counted, %d are shown", name, counted, n)
		}
	}
}
