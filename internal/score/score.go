// Package score adds verdicts up. It is arithmetic only.
package score

import "github.com/perenne-audit/perenne/internal/audit"

const (
	// BlockerCap is the most an axis can score while a blocker is not met: just
	// under the band "to complete", and lower where a policy lets that band begin
	// lower.
	BlockerCap = 0.59

	// rounding is how far a sum of weights may fall short of a threshold.
	rounding = 1e-9
)

// Of scores a list of verdicts by the default thresholds.
func Of(judged []audit.Judged) audit.Score { return By(audit.DefaultThresholds, judged) }

// By scores a list of verdicts, one check at most once in it. A gap with an
// accepted exception is left out, as what does not apply is, unless what is met
// of it does the axis more good; the scores without the exceptions stand beside.
func By(t audit.Thresholds, judged []audit.Judged) audit.Score {
	var s audit.Score
	for _, axis := range audit.Axes {
		if a, any := ofAxis(t, axis, judged); any {
			s.Axes = append(s.Axes, a)
		}
	}
	return withContinuity(s)
}

// withContinuity adds the continuity of the axes, with the exceptions that were
// accepted and without.
func withContinuity(s audit.Score) audit.Score {
	s.Continuity = continuity(s.Axes, func(a audit.AxisScore) *float64 { return a.Score })
	s.WithoutWaivers = continuity(s.Axes, func(a audit.AxisScore) *float64 { return a.WithoutWaivers })
	return s
}

func ofAxis(t audit.Thresholds, axis audit.Axis, judged []audit.Judged) (result audit.AxisScore, any bool) {
	var without sum
	var choices []choice
	for _, j := range judged {
		if j.Check.Axis != axis {
			continue
		}
		one := shareOf(j.Verdict.Answer)
		without.add(j.Check, one)
		c := choice{check: j.Check, left: one, kept: one}
		if j.Waived() {
			c.left = share{answer: audit.AnswerNotApplicable}
			if one.met == 0 {
				c.kept = c.left
			}
		}
		choices = append(choices, c)
	}
	with, _ := best(choices)
	return axisScore(t, axis, &with, &without), len(choices) > 0
}

// sum adds answers up, in points of weight.
type sum struct {
	earned, weighed, applicable float64
	openBlockers                []string
}

// share is what a check's answers come to: the answer, the part of the evidence
// that was judged, the part of that which is met, and the one that decided.
type share struct {
	answer     audit.Answer
	known, met float64
	by         *answer
}

// shareOf is what a single answer comes to.
func shareOf(a audit.Answer) share {
	s := share{answer: a, met: worth(a)}
	if a.Judged() {
		s.known = 1
	}
	return s
}

// add counts what one check's answers come to. What does not apply counts for
// nothing.
func (s *sum) add(c *audit.Check, part share) {
	if part.answer == audit.AnswerNotApplicable {
		return
	}
	weight := weigh(c)
	s.applicable += weight
	s.weighed += weight * part.known
	s.earned += weight * part.known * part.met
	if part.answer == audit.AnswerNotMet && c.Severity == audit.Blocker {
		s.openBlockers = append(s.openBlockers, c.ID)
	}
}

// worth is the part of its weight that an answer earns.
func worth(a audit.Answer) float64 {
	switch a {
	case audit.AnswerMet:
		return 1
	case audit.AnswerPartlyMet:
		return 0.5
	}
	return 0
}

// score is the weight earned over the weight judged, under the cap of an open
// blocker; nil when nothing was judged.
func (s *sum) score(t audit.Thresholds) *float64 {
	if s.weighed == 0 {
		return nil
	}
	score := s.earned / s.weighed
	if len(s.openBlockers) > 0 {
		score = min(score, capUnder(t))
	}
	return &score
}

// capUnder is [BlockerCap], or what lies just under the band "to complete".
func capUnder(t audit.Thresholds) float64 { return max(min(BlockerCap, t.ToComplete-0.01), 0) }

func (s *sum) coverage() float64 {
	if s.applicable == 0 {
		return 1
	}
	return s.weighed / s.applicable
}

// axisScore puts two sums of one axis together: with the exceptions that were
// accepted, and without.
func axisScore(t audit.Thresholds, axis audit.Axis, with, without *sum) audit.AxisScore {
	result := audit.AxisScore{
		Axis: axis, Score: with.score(t), WithoutWaivers: without.score(t),
		Coverage: with.coverage(), OpenBlockers: with.openBlockers,
	}
	result.Provisional = result.Coverage < t.Provisional
	if result.Score != nil {
		result.Band = BandBy(t, *result.Score)
	}
	return result
}

// weigh is the severity's weight, except that every bonus check counts one
// point inside the bonus axis, where nothing else would.
func weigh(c *audit.Check) float64 {
	if c.Severity == audit.Bonus && c.Axis == audit.Community {
		return 1
	}
	return c.Severity.Weight()
}

// BandOf puts a score, 0 to 1, into its band by the default thresholds.
func BandOf(score float64) audit.Band { return BandBy(audit.DefaultThresholds, score) }

// BandBy puts a score, 0 to 1, into its band.
func BandBy(t audit.Thresholds, score float64) audit.Band {
	switch {
	case score >= t.Ready-rounding:
		return audit.Ready
	case score >= t.ToComplete-rounding:
		return audit.ToComplete
	}
	return audit.NotReady
}

// continuity is the lowest of the three axes, or nil when one of them has no
// score: an outcome, not a mean, because a deliverable lasts as long as its
// weakest side.
func continuity(axes []audit.AxisScore, of func(audit.AxisScore) *float64) *float64 {
	var lowest *float64
	found := 0
	for _, a := range axes {
		score := of(a)
		if a.Axis == audit.Community || score == nil {
			continue
		}
		found++
		if lowest == nil || *score < *lowest {
			lowest = score
		}
	}
	if found < 3 {
		return nil
	}
	value := *lowest
	return &value
}
