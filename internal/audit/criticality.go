package audit

import "slices"

// everBlocking are the blockers that an experiment does not lower: without a
// licence nobody may take the work over, a secret harms whoever it opens a door
// to, and without a README nobody knows what there is.
var everBlocking = []string{"licence-present", "no-secrets-committed", "readme-useful"}

// Weigh returns the check as it weighs for a challenge of this criticality: of C,
// blockers become major, save for licence, secrets and README. The check given is
// not changed; one that stays the same is returned itself.
func (c Criticality) Weigh(check *Check) *Check {
	if c != CriticalityC || check.Severity != Blocker || slices.Contains(everBlocking, check.ID) {
		return check
	}
	lowered := *check
	lowered.Severity = Major
	return &lowered
}
