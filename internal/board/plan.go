package board

import (
	"cmp"
	"slices"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/plan"
	"github.com/perenne-audit/perenne/internal/score"
)

// toDo lists what is to be done for a challenge: the gaps of its repositories
// that are gaps of the challenge too. What one repository holds serves its
// siblings; and of what none of them holds, one has to be given it. The most
// pressing comes first.
func toDo(result audit.ChallengeResult, repositories []audit.Audited, dates audit.Dates, now time.Time) []Action {
	var all []Action
	for _, rolled := range result.Checks {
		if gaps(rolled) == 0 {
			continue
		}
		own := actions(rolled, repositories)
		if score.OfChallenge(rolled.Check.ID) && len(own) > 0 {
			i := max(0, slices.IndexFunc(own, func(a Action) bool { return a.Repository == rolled.Repository }))
			own = own[i : i+1]
			own[0].Blocking = slices.Contains(result.Gate.Blockers, rolled.Check.ID)
		}
		all = append(all, own...)
	}
	for i := range all {
		all[i].Action = plan.Place([]audit.Action{all[i].Action}, dates, now)[0]
	}
	slices.SortStableFunc(all, func(a, b Action) int {
		return cmp.Or(
			cmp.Compare(slices.Index(audit.Quadrants, a.Quadrant), slices.Index(audit.Quadrants, b.Quadrant)),
			cmp.Compare(order(b.Blocking), order(a.Blocking)), cmp.Compare(b.Gain, a.Gain),
			cmp.Compare(a.Check.EffortHours, b.Check.EffortHours))
	})
	return all
}

// quadrants counts what is to be done by quadrant.
func quadrants(result audit.ChallengeResult, dates audit.Dates, now time.Time) map[audit.Quadrant]int {
	counts := map[audit.Quadrant]int{}
	for _, rolled := range result.Checks {
		if n := gaps(rolled); n > 0 {
			placed := plan.Place([]audit.Action{{Check: rolled.Check}}, dates, now)
			counts[placed[0].Quadrant] += n
		}
	}
	return counts
}

// actions lists what the repositories say has to be done for one check.
func actions(rolled audit.Rolled, repositories []audit.Audited) []Action {
	var all []Action
	for _, r := range repositories {
		if r.Result == nil {
			continue
		}
		i := slices.IndexFunc(r.Result.Actions, func(a audit.Action) bool { return a.Check.ID == rolled.Check.ID })
		if i < 0 {
			continue
		}
		one := Action{Action: r.Result.Actions[i], Repository: r.Source.URL}
		for _, j := range r.Result.Judged {
			if j.Check.ID == rolled.Check.ID {
				one.Verdict = j.Verdict
			}
		}
		all = append(all, one)
	}
	return all
}

// gaps counts what is to be done for one check of a challenge.
func gaps(rolled audit.Rolled) int {
	if !rolled.Verdict.Answer.Gap() {
		return 0
	}
	n := 0
	for _, a := range rolled.Answers {
		if a.Answer.Gap() && !a.Waived {
			n++
		}
	}
	if score.OfChallenge(rolled.Check.ID) {
		return min(n, 1)
	}
	return n
}

func order(b bool) int {
	if b {
		return 1
	}
	return 0
}
