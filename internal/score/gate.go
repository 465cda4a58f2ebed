package score

import (
	"cmp"
	"slices"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// gate says what stands between a challenge and production. The bonus axis
// cannot close it. A blocker that nobody could judge does: unknown is never a
// pass.
func gate(t audit.Thresholds, r audit.ChallengeResult, facts []audit.Attestation, at time.Time) audit.Gate {
	g := audit.Gate{SignedOff: signOff(facts, at)}
	for _, c := range r.Checks {
		if c.Check.Severity == audit.Blocker && c.Verdict.Answer == audit.AnswerUnknown {
			g.UnknownBlockers = append(g.UnknownBlockers, c.Check.ID)
		}
	}
	for _, axis := range audit.Axes {
		i := slices.IndexFunc(r.Score.Axes, func(a audit.AxisScore) bool { return a.Axis == axis })
		a := audit.AxisScore{Axis: axis}
		if i >= 0 {
			a = r.Score.Axes[i]
		}
		g.Blockers = append(g.Blockers, a.OpenBlockers...)
		if axis == audit.Community {
			continue
		}
		if a.Score == nil || BandBy(t, *a.Score) != audit.Ready {
			g.LowScores = append(g.LowScores, axis)
		}
		if a.Coverage < t.Coverage-rounding {
			g.LowCoverages = append(g.LowCoverages, axis)
		}
	}
	g.Open = len(g.Blockers)+len(g.UnknownBlockers)+len(g.LowScores)+len(g.LowCoverages) == 0 && g.SignedOff != nil
	return g
}

// signOff returns the newest consent that counts.
func signOff(facts []audit.Attestation, at time.Time) *audit.Attestation {
	var newest *audit.Attestation
	for _, f := range facts {
		if f.Check == audit.SignOff && f.Counts(at) && (newest == nil || f.Date.After(newest.Date)) {
			newest = &f
		}
	}
	return newest
}

// RollMinistry adds the challenges of one ministry up: the lowest, and the mean
// of those that have a score. The caller chooses the challenges; their order
// does not change a number.
func RollMinistry(m audit.Ministry, challenges []audit.ChallengeResult) audit.MinistryResult {
	result := audit.MinistryResult{Ministry: m}
	for _, c := range challenges {
		result.Challenges = append(result.Challenges, c.Challenge)
		if c.Gate.Open {
			result.Ready++
		}
	}
	byID := slices.Clone(challenges)
	slices.SortStableFunc(byID, func(a, b audit.ChallengeResult) int { return cmp.Compare(a.Challenge, b.Challenge) })
	for _, axis := range audit.Axes {
		has := func(c audit.ChallengeResult) bool { _, any := scoreOf(c, axis); return any }
		if slices.ContainsFunc(byID, has) {
			result.Axes = append(result.Axes, spread(axis, byID, func(c audit.ChallengeResult) *float64 {
				score, _ := scoreOf(c, axis)
				return score
			}))
		}
	}
	result.Continuity = spread("", byID, func(c audit.ChallengeResult) *float64 { return c.Score.Continuity })
	return result
}

// scoreOf returns the score of an axis, and whether the challenge has the axis.
func scoreOf(c audit.ChallengeResult, axis audit.Axis) (score *float64, any bool) {
	for _, a := range c.Score.Axes {
		if a.Axis == axis {
			return a.Score, true
		}
	}
	return nil, false
}

func spread(axis audit.Axis, challenges []audit.ChallengeResult, of func(audit.ChallengeResult) *float64) audit.Spread {
	s := audit.Spread{Axis: axis}
	var total float64
	for _, c := range challenges {
		score := of(c)
		if score == nil {
			continue
		}
		s.Scored++
		total += *score
		if s.Lowest == nil || *score < *s.Lowest {
			lowest := *score
			s.Lowest, s.LowestIn = &lowest, c.Challenge
		}
	}
	if s.Scored > 0 {
		mean := total / float64(s.Scored)
		s.Mean = &mean
	}
	return s
}
