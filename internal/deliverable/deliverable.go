// Package deliverable recognises what a repository delivers, and where in it.
package deliverable

import "github.com/perenne-audit/perenne/internal/audit"

// Of returns what the repository delivers, most weighty first; empty when it
// cannot be told. Use it to fill [audit.Snapshot.Deliverables].
func Of(s *audit.Snapshot) []audit.Deliverable {
	return nil
}

// Languages returns the share of each programming language in the authors' own
// code, by bytes, 0 to 1; empty without code.
func Languages(s *audit.Snapshot) map[string]float64 {
	return nil
}
