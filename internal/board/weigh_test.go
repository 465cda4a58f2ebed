package board

import (
	"testing"

	"github.com/perenne-audit/perenne/internal/audit"
)

// A list weighs checks as the page of a challenge does: by its rules, which add
// their own, and by how much depends on it.
func TestWeigher(t *testing.T) {
	catalogue := map[string]*audit.Check{
		"tests-present": {ID: "tests-present", Severity: audit.Major}, "maintainer-staying": {ID: "maintainer-staying", Severity: audit.Blocker},
	}
	rules := &audit.Policy{
		Rules:      []*audit.Check{{ID: "chart-present", Severity: audit.Major}},
		Severities: map[string]audit.Severity{"tests-present": audit.Blocker, "chart-present": audit.Blocker},
	}
	w := newWeigher(func(id string) (*audit.Check, bool) { c, ok := catalogue[id]; return c, ok })
	for name, tc := range map[string]struct {
		challenge audit.Challenge
		want      map[string]audit.Severity
	}{
		"by default":    {audit.Challenge{}, map[string]audit.Severity{"tests-present": audit.Major, "maintainer-staying": audit.Blocker, "chart-present": ""}},
		"by rules":      {audit.Challenge{Rules: rules}, map[string]audit.Severity{"tests-present": audit.Blocker, "maintainer-staying": audit.Blocker, "chart-present": audit.Blocker}},
		"an experiment": {audit.Challenge{Rules: rules, Criticality: audit.CriticalityC}, map[string]audit.Severity{"tests-present": audit.Major, "maintainer-staying": audit.Major, "chart-present": audit.Major}},
	} {
		for range 2 {
			find := w.forChallenge(&tc.challenge)
			for id, severity := range tc.want {
				got := find(id)
				if (got == nil) != (severity == "") || got != nil && got.Severity != severity {
					t.Errorf("%s: %s: %+v, want %s", name, id, got, severity)
				}
			}
		}
	}
	if len(w.found) != 3 {
		t.Errorf("%d ways to weigh", len(w.found))
	}
}
