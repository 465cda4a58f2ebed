package board

import (
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/plan"
	"github.com/perenne-audit/perenne/internal/score"
	"github.com/perenne-audit/perenne/internal/store"
)

// planOf is what a challenge's plan is made from, besides what people decided.
func planOf(c *audit.Challenge, repositories []audit.Audited, now time.Time) *plan.Challenge {
	return &plan.Challenge{
		Repositories: repositories, Dates: c.Dates(), Criticality: c.Criticality, Now: now,
		Roll:  func(all []audit.Audited) audit.ChallengeResult { return score.Roll(c, all, now) },
		Axis:  func(all []audit.Audited, axis audit.Axis) float64 { return score.RollAxis(c, all, axis) },
		Whole: score.OfChallenge,
	}
}

// becameMet says when the answer to each question last became met.
func becameMet(changes []store.Change) map[plan.Key]time.Time {
	met := map[plan.Key]time.Time{}
	for _, c := range changes {
		if c.To != audit.AnswerMet {
			continue
		}
		key := plan.Key{Repository: c.Repository, Check: c.Check}
		if score.OfChallenge(c.Check) {
			key.Repository = ""
		}
		if c.At.After(met[key]) {
			met[key] = c.At
		}
	}
	return met
}

// quadrants counts what is to be done by quadrant, as people placed it.
func quadrants(result audit.ChallengeResult, dates audit.Dates, placed []audit.Placement, now time.Time) map[audit.Quadrant]int {
	decided := make(map[plan.Key]*audit.Placement, len(placed))
	for i := range placed {
		decided[plan.KeyOf(placed[i])] = &placed[i]
	}
	counts := map[audit.Quadrant]int{}
	count := func(check *audit.Check, repository string) {
		p := decided[plan.Key{Repository: repository, Check: check.ID}]
		counts[plan.Decided(audit.Action{Check: check}, p, dates, now).Quadrant]++
	}
	for _, rolled := range result.Checks {
		whole := score.OfChallenge(rolled.Check.ID)
		if plan.Gaps(rolled, whole) == 0 {
			continue
		}
		if whole {
			count(rolled.Check, "")
			continue
		}
		for _, a := range rolled.Answers {
			if a.Answer.Gap() && !a.Waived {
				count(rolled.Check, a.Repository)
			}
		}
	}
	return counts
}
