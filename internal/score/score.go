// Package score adds verdicts up. It is arithmetic only.
package score

import "github.com/perenne-audit/perenne/internal/audit"

const (
	// BlockerCap is the most an axis can score while a blocker is not met: just
	// under the band "to complete".
	BlockerCap = 0.59
	// CoverageFloor is the coverage below which a score is provisional.
	CoverageFloor = 0.6

	readyFrom      = 0.80
	toCompleteFrom = 0.60
)

// Of scores a list of verdicts, one check at most once in it.
func Of(judged []audit.Judged) audit.Score {
	var s audit.Score
	for _, axis := range audit.Axes {
		if a, any := ofAxis(axis, judged); any {
			s.Axes = append(s.Axes, a)
		}
	}
	s.Continuity = continuity(s.Axes)
	return s
}

func ofAxis(axis audit.Axis, judged []audit.Judged) (result audit.AxisScore, any bool) {
	var earned, weighed, applicable float64
	result = audit.AxisScore{Axis: axis, Coverage: 1}
	for _, j := range judged {
		if j.Check.Axis != axis {
			continue
		}
		any = true
		weight, answer := weigh(j.Check), j.Verdict.Answer
		if answer == audit.AnswerNotApplicable {
			continue
		}
		applicable += weight
		if answer.Judged() {
			weighed += weight
		}
		switch answer {
		case audit.AnswerMet:
			earned += weight
		case audit.AnswerPartlyMet:
			earned += weight / 2
		case audit.AnswerNotMet:
			if j.Check.Severity == audit.Blocker {
				result.OpenBlockers = append(result.OpenBlockers, j.Check.ID)
			}
		}
	}
	if applicable > 0 {
		result.Coverage = weighed / applicable
	}
	result.Provisional = result.Coverage < CoverageFloor
	if weighed == 0 {
		return result, any
	}
	score := earned / weighed
	if len(result.OpenBlockers) > 0 {
		score = min(score, BlockerCap)
	}
	result.Score, result.Band = &score, BandOf(score)
	return result, any
}

// weigh is the severity's weight, except that every bonus check counts one
// point inside the bonus axis, where nothing else would.
func weigh(c *audit.Check) float64 {
	if c.Severity == audit.Bonus && c.Axis == audit.Community {
		return 1
	}
	return c.Severity.Weight()
}

// BandOf puts a score, 0 to 1, into its band.
func BandOf(score float64) audit.Band {
	// A sum of weights may fall a rounding error short of the threshold.
	const rounding = 1e-9
	switch {
	case score >= readyFrom-rounding:
		return audit.Ready
	case score >= toCompleteFrom-rounding:
		return audit.ToComplete
	}
	return audit.NotReady
}

// continuity is the lowest of the three axes, or nil when one of them has no
// score: an outcome, not a mean, because a deliverable lasts as long as its
// weakest side.
func continuity(axes []audit.AxisScore) *float64 {
	var lowest *float64
	found := 0
	for _, a := range axes {
		if a.Axis == audit.Community || a.Score == nil {
			continue
		}
		found++
		if lowest == nil || *a.Score < *lowest {
			lowest = a.Score
		}
	}
	if found < 3 {
		return nil
	}
	value := *lowest
	return &value
}
