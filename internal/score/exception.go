package score

import (
	"slices"

	"github.com/perenne-audit/perenne/internal/audit"
)

// choice is one check of an axis with what it comes to when its gaps with an
// accepted exception are left out, and when what is met of them is kept: half of
// a partly met one may be more than the axis has otherwise. An exception is there
// to lift a score, so it never lowers one.
type choice struct {
	check      *audit.Check
	left, kept share

	// Of a challenge's check: where it stands in the list, what its repositories
	// answered, and what that comes to without exceptions.
	at      int
	answers []answer
	all     share
}

// best returns the highest sum of an axis and what was chosen for each check. A
// quotient of sums is highest where no choice adds more to what is earned than
// the quotient itself would on its weight; from a lower one, each turn finds a
// higher one, and there are finitely many.
func best(choices []choice) (sum, []share) {
	chosen := make([]share, len(choices))
	for i, c := range choices {
		chosen[i] = c.left
	}
	for {
		var s sum
		for i, c := range choices {
			s.add(c.check, chosen[i])
		}
		level := 0.0
		if s.weighed > 0 {
			level = s.earned / s.weighed
		}
		better := false
		for i, c := range choices {
			for _, other := range []share{c.left, c.kept} {
				if lifts(c.check, other, level) > lifts(c.check, chosen[i], level)+rounding {
					chosen[i], better = other, true
				}
			}
		}
		if !better {
			return s, chosen
		}
	}
}

// lifts is how much more a share earns than its weight would at a level.
func lifts(c *audit.Check, s share, level float64) float64 {
	if s.answer == audit.AnswerNotApplicable {
		return 0
	}
	return weigh(c) * s.known * (s.met - level)
}

// choose weighs what the repositories of a challenge answered to one check.
func choose(check *audit.Check, answers []answer) choice {
	c := choice{check: check, answers: answers, all: decide(check, answers)}
	c.left, c.kept = c.all, c.all
	if slices.ContainsFunc(answers, func(a answer) bool { return a.Waived() }) {
		c.left = decide(check, without(answers, func(a answer) bool { return a.Waived() }))
		c.kept = decide(check, without(answers, func(a answer) bool { return a.Waived() && worth(a.Verdict.Answer) == 0 }))
	}
	return c
}

// without leaves some answers out. Mostly there are none such.
func without(answers []answer, which func(answer) bool) []answer {
	if !slices.ContainsFunc(answers, which) {
		return answers
	}
	return slices.DeleteFunc(slices.Clone(answers), which)
}
