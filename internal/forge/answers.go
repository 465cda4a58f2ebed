package forge

import (
	"slices"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Answered sums up how issues were answered: asked is how many were looked at,
// took how long each answer took, in any order.
func Answered(asked int, took []time.Duration) audit.IssueAnswers {
	a := audit.IssueAnswers{Asked: asked, Answered: len(took)}
	if len(took) == 0 {
		return a
	}
	took = slices.Clone(took)
	slices.Sort(took)
	// The lower of the two in the middle: an answer that was given, not a mean.
	a.Median = took[(len(took)-1)/2]
	return a
}
