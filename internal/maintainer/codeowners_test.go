package maintainer

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hmarr/codeowners"
)

// published reads the patterns that the module hmarr/codeowners publishes with its
// own tests, where the module lies.
func published(t *testing.T) []struct {
	Name, Pattern string
	Paths         map[string]bool
} {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/hmarr/codeowners").Output()
	if err != nil {
		t.Fatalf("find the module: %v", err)
	}
	content, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "testdata", "patterns.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all []struct {
		Name, Pattern string
		Paths         map[string]bool
	}
	if err := json.Unmarshal(content, &all); err != nil || len(all) < 20 {
		t.Fatalf("%d patterns, %v", len(all), err)
	}
	return all
}

// Whatever the pattern before them, the owners are those that hmarr/codeowners
// reads, and the pattern means to it what it publishes.
func TestOwnersAgreeWithPublishedPatterns(t *testing.T) {
	t.Parallel()
	for _, one := range published(t) {
		line := one.Pattern + " @ada @etat/ports grace@mer.gouv.fr # who keeps it"
		rules, err := codeowners.ParseFile(strings.NewReader(line))
		if err != nil || len(rules) != 1 {
			t.Errorf("%s: %q: %v", one.Name, one.Pattern, err)
			continue
		}
		var want []Entry
		for _, o := range rules[0].Owners {
			e := Entry{Login: o.Value, Team: o.Type == codeowners.TeamOwner}
			if o.Type == codeowners.EmailOwner {
				e = Entry{Email: o.Value}
			}
			want = append(want, e)
		}
		if diff := cmp.Diff(want, ownersOf(line), cmp.AllowUnexported(Entry{})); diff != "" {
			t.Errorf("%s: %q: %s", one.Name, one.Pattern, diff)
		}
		for path, matches := range one.Paths {
			if got, err := rules[0].Match(path); got != matches || err != nil {
				t.Errorf("%s: %q on %s: %t, %v", one.Name, one.Pattern, path, got, err)
			}
		}
	}
}

// Each forge has its own way to write the same file.
func TestOwnersOf(t *testing.T) {
	t.Parallel()
	ada, team, mail := Entry{Login: "ada"}, Entry{Login: "etat/ports", Team: true}, Entry{Email: "grace@mer.gouv.fr"}
	for line, want := range map[string][]Entry{
		"* @ada @etat/ports":                          {ada, team},
		"*.go\t@ada # who knows Go":                   {ada},
		"/docs/ grace@mer.gouv.fr":                    {mail},
		`/with\ space/ @ada`:                          {ada},
		"/nobody/":                                    nil,
		"# * @ada":                                    nil,
		"":                                            nil,
		"[Documentation] @ada":                        {ada},
		"^[Optional][2] @etat/ports @ada":             {team, ada},
		"[Section without owners]":                    nil,
		"docs/ @etat/direction/ports":                 {{Login: "etat/direction/ports", Team: true}},
		"*.rb @@developer":                            {{Login: "role/developer", Team: true}},
		`.*\.go @ada @etat/ports`:                     {ada, team},
		`!docs/.*\.md @ada`:                           {ada},
		`(frontend|web)/.* grace@mer.gouv.fr @ada`:    {mail, ada},
		"* @ada " + strings.Repeat("x", MaxLineBytes): nil,
	} {
		if diff := cmp.Diff(want, ownersOf(line), cmp.AllowUnexported(Entry{})); diff != "" {
			t.Errorf("%q: %s", line[:min(len(line), 40)], diff)
		}
	}
}
