package portfolio

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/internal/audit"
)

const withRepositories = "repositories: [{url: 'github:culture/gobelins'}, {url: https://forge.example/a/b}]\n"

func TestIssues(t *testing.T) {
	for content, want := range map[string]*audit.IssueSetting{
		"issues: {}\n":           {},
		"issues:\n":              nil,
		"issues: {each: true}\n": {Each: true},
		"issues: {repository: https://github.com/Culture/Gobelins.git, labels: [perenne, à trier], lang: en, every: weekly}\n": {
			Repository: "github:culture/gobelins", Labels: []string{"perenne", "à trier"}, Lang: audit.English, Every: 7 * 24 * time.Hour},
		"issues: {repository: https://forge.example/a/plan}\n": {Repository: "https://forge.example/a/plan"},
	} {
		content = inChallenge(withRepositories + content)
		p, err := Parse("p.yaml", []byte(content), catalogue)
		if err != nil {
			t.Errorf("%s: %v", content, err)
			continue
		}
		if d := cmp.Diff(want, p.Challenges[0].Issues); d != "" {
			t.Errorf("%s: %s", content, d)
		}
		if err := schema(t).Validate(decoded(t, []byte(content))); err != nil {
			t.Errorf("%s: %v", content, err)
		}
	}
	for _, setting := range []string{"{each: true}", "{repository: https://forge.example/a/plan}"} {
		content := inChallenge("discover: [{in: 'https://forge.example/a'}]\nissues: " + setting + "\n")
		if p, err := Parse("p.yaml", []byte(content), catalogue); err != nil || p.Challenges[0].Issues == nil {
			t.Errorf("%s of what is found: %v", setting, err)
		}
	}
	p, err := Parse("p.yaml", []byte(inChallenge("status: gate\n")), catalogue)
	if err != nil || p.Challenges[0].Status != audit.StatusGate {
		t.Errorf("%v", err)
	}
	for content, want := range map[string]string{
		withRepositories + "issues: {each: true, repository: https://forge.example/a/b}\n": "leave out repository",
		withRepositories + "issues: {repository: ./folder}\n":                              "lies on no forge",
		withRepositories + "issues: {labels: ['a,b']}\n":                                   "without a comma",
		withRepositories + "issues: {lang: de}\n":                                          "language",
		withRepositories + "issues: {every: 5 minutes}\n":                                  "schedule",
		withRepositories + "issues: yes\n":                                                 "keys and values",
		withRepositories + "issues: {labls: [a]}\n":                                        "labels",
		"repositories: [{url: ./a}]\nissues: {}\n":                                         "lies on no forge",
		"issues: {}\n":           "without repositories",
		"issues: {each: true}\n": "without repositories",
		"discover: [{in: 'https://forge.example/a'}]\nissues: {}\n": "each: true",
		"status: failing\n": "status",
	} {
		_, err := Parse("p.yaml", []byte(inChallenge(content)), catalogue)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", content, err, want)
		}
	}
}
