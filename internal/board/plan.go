package board

import (
	"cmp"
	"slices"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/score"
)

// plan lists what is to be done for a challenge: the gaps of its repositories
// that are gaps of the challenge too. What one repository holds serves its
// siblings; and of what none of them holds, one has to be given it.
func plan(result audit.ChallengeResult, repositories []audit.Audited) []Action {
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
	slices.SortStableFunc(all, func(a, b Action) int {
		return cmp.Or(cmp.Compare(order(b.Blocking), order(a.Blocking)), cmp.Compare(b.Gain, a.Gain),
			cmp.Compare(a.Check.EffortHours, b.Check.EffortHours))
	})
	return all
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
