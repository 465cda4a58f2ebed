package portfolio

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/form"
)

const withPolicies = `challenges:
  - id: a
    name: A
    policy: culture
    repositories: [{url: ./a}]
    attestations: [{check: chart-present, says: seen, author: Ada, date: 2026-01-01}]
    waivers: [{check: chart-present, reason: later, author: DSI, expires: 2027-01-01}]
  - {id: b, name: B, policy: culture}
  - {id: c, name: C}
`

func TestPolicy(t *testing.T) {
	asked := 0
	culture := &audit.Policy{Name: "culture", Rules: []*audit.Check{{ID: "chart-present"}}}
	usual := &audit.Policy{Name: "usual"}
	o := Options{Checks: []string{"licence-present"}, Rules: usual, Policy: func(name, folder string) (*audit.Policy, error) {
		asked++
		if name != "culture" || folder != "." {
			t.Errorf("asked for %s in %s", name, folder)
		}
		return culture, nil
	}}
	p, err := Parse("p.yaml", []byte(withPolicies), o)
	if err != nil {
		t.Fatal(err)
	}
	if asked != 1 {
		t.Errorf("asked %d times for one policy", asked)
	}
	for i, want := range []*audit.Policy{culture, culture, usual} {
		if p.Challenges[i].Rules != want {
			t.Errorf("%s is judged by %s", p.Challenges[i].ID, p.Challenges[i].Rules)
		}
	}
	if c := p.Challenges[0]; c.Policy != "culture" || len(c.Attestations) != 1 || len(c.Waivers) != 1 {
		t.Errorf("%+v", c)
	}
}

func TestPolicyFaults(t *testing.T) {
	// A rule of one policy is none of another's.
	other := strings.Replace(withPolicies, "    policy: culture\n", "", 1)
	for name, tc := range map[string]struct {
		content string
		err     error
		want    []string
	}{
		"faults of the policy, once": {withPolicies, form.Faults{{File: "culture.yaml", Line: 3, What: "wrong", Instead: "mend it"}}, []string{"culture.yaml:3: wrong; mend it"}},
		"no such policy":             {withPolicies, fmt.Errorf("read policy %q: no such policy; write france-state: %w", "culture", audit.ErrNotFound), []string{`p.yaml:4: "culture": no such policy; write france-state`}},
		"a rule of another policy":   {other, nil, []string{`no check has the id "chart-present"`}},
	} {
		o := Options{Checks: []string{"licence-present"}, Policy: func(string, string) (*audit.Policy, error) {
			return &audit.Policy{Rules: []*audit.Check{{ID: "chart-present"}}}, tc.err
		}}
		_, err := Parse("p.yaml", []byte(tc.content), o)
		var faults Faults
		if !errors.As(err, &faults) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, want := range tc.want {
			if strings.Count(err.Error(), want) < 1 || strings.HasPrefix(name, "faults") && strings.Count(err.Error(), want) != 1 {
				t.Errorf("%s: %v\nwant %s", name, err, want)
			}
		}
	}
}

// The folder that a policy is looked for in is that of the file that names it.
func TestPolicyFolder(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"p.yaml": "include: [in/q.yaml]\n", "in/q.yaml": "challenges: [{id: a, name: A, policy: culture}]\n",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var folder string
	_, err := Load(filepath.Join(dir, "p.yaml"), Options{Policy: func(_, in string) (*audit.Policy, error) { folder = in; return nil, nil }})
	if err != nil || folder != filepath.Join(dir, "in") {
		t.Errorf("%s, %v", folder, err)
	}
}
