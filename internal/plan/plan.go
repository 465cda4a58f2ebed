// Package plan turns gaps into actions.
package plan

import (
	"cmp"
	"slices"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Of returns one action per gap, gaps with an accepted exception left out: open blockers first, then by what the check's
// axis gains when it becomes met, then by the least effort, then by id. The
// gain is found by scoring again with score, so that a blocker's cap, and the
// weight of what is unknown, count as they really do.
func Of(judged []audit.Judged, score func([]audit.Judged) audit.Score) []audit.Action {
	// An axis depends on its own checks only.
	own := map[audit.Axis][]audit.Judged{}
	before := map[audit.Axis]float64{}
	for _, j := range judged {
		own[j.Check.Axis] = append(own[j.Check.Axis], j)
	}
	for axis, of := range own {
		before[axis] = axisScore(score(of), axis)
	}
	var actions []audit.Action
	for _, j := range judged {
		if !j.Verdict.Answer.Gap() || j.Waived() {
			continue
		}
		axis := j.Check.Axis
		after := slices.Clone(own[axis])
		for i := range after {
			if after[i].Check == j.Check {
				after[i].Verdict.Answer = audit.AnswerMet
			}
		}
		gain := axisScore(score(after), axis) - before[axis]
		actions = append(actions, audit.Action{Check: j.Check, Gain: gain, Blocking: blocks(j), Side: j.Check.Side})
	}
	slices.SortStableFunc(actions, func(a, b audit.Action) int {
		return cmp.Or(
			compareBool(b.Blocking, a.Blocking),
			compareBool(a.Check.Axis == audit.Community, b.Check.Axis == audit.Community),
			cmp.Compare(b.Gain, a.Gain),
			cmp.Compare(a.Check.EffortHours, b.Check.EffortHours),
			cmp.Compare(a.Check.ID, b.Check.ID),
		)
	})
	return actions
}

func blocks(j audit.Judged) bool {
	return j.Check.Severity == audit.Blocker && j.Verdict.Answer == audit.AnswerNotMet
}

func axisScore(s audit.Score, axis audit.Axis) float64 {
	for _, a := range s.Axes {
		if a.Axis == axis && a.Score != nil {
			return *a.Score
		}
	}
	return 0
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}
