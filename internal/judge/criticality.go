package judge

import (
	"slices"

	"github.com/perenne-audit/perenne/internal/audit"
)

// everBlocking are the blockers that an experiment does not lower: without a
// licence nobody may take the work over, a secret harms whoever it opens a door
// to, and without a README nobody knows what there is.
var everBlocking = []string{"licence-present", "no-secrets-committed", "readme-useful"}

// ForCriticality returns the checks as they weigh for a challenge: of
// criticality C, blockers become major, save for licence, secrets and README.
// The checks given are not changed; those that stay the same are shared.
func ForCriticality(checks []*audit.Check, c audit.Criticality) []*audit.Check {
	adjusted := slices.Clone(checks)
	if c != audit.CriticalityC {
		return adjusted
	}
	for i, check := range adjusted {
		if check.Severity == audit.Blocker && !slices.Contains(everBlocking, check.ID) {
			lowered := *check
			lowered.Severity = audit.Major
			adjusted[i] = &lowered
		}
	}
	return adjusted
}
