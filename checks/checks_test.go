package checks_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/checks/security"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/report"
)

//go:generate go test -run TestCatalogueIsFresh -update .

var update = flag.Bool("update", false, "write the catalogue pages again")

// folders are the subjects, in the order in which their checks are printed.
var folders = []string{
	"documentation", "licences", "datascience", "containers", "delivery",
	"security", "errorreporting", "maintainers", "community",
}

func TestChecksAreValid(t *testing.T) {
	for _, fault := range audit.Validate(checks.All()) {
		t.Error(fault)
	}
}

// What would help an attacker is told to nobody but who may know.
func TestSecurityIsSensitive(t *testing.T) {
	for _, c := range security.Checks {
		if !c.Sensitive {
			t.Errorf("%s would be described in public issues", c.ID)
		}
	}
}

func TestAllBelongsToTheCaller(t *testing.T) {
	checks.All()[0] = nil
	if checks.All()[0] == nil {
		t.Error("changing the slice that All returned changed the next one")
	}
}

// folderOf returns the subject that a check lies in.
func folderOf(t *testing.T, id string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join("*", "text", id+".en.md"))
	if err != nil || len(found) != 1 {
		t.Fatalf("text of %s: found %v, want it in one folder (%v)", id, found, err)
	}
	return filepath.Dir(filepath.Dir(found[0]))
}

func TestChecksAreInOrder(t *testing.T) {
	at := 0
	for _, c := range checks.All() {
		next := slices.Index(folders, folderOf(t, c.ID))
		if next < at {
			t.Errorf("%s: the checks of %s come before those of %s", c.ID, folders[next], folders[at])
		}
		at = next
	}
}

// A check that was written and never listed is asked of nobody.
func TestNothingIsForgotten(t *testing.T) {
	for _, pattern := range []string{"*/text/*.*.md", "*/testdata/*"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			id, _, _ := strings.Cut(filepath.Base(f), ".")
			if filepath.Base(f) == "fuzz" {
				continue
			}
			if _, found := checks.ByID(id); !found {
				t.Errorf("%s: no check %q in the list of its folder", f, id)
			}
		}
	}
}

func TestEachCheckHasItsFiles(t *testing.T) {
	for _, c := range checks.All() {
		folder, name := folderOf(t, c.ID), strings.ReplaceAll(c.ID, "-", "_")
		test, err := os.ReadFile(filepath.Join(folder, name+"_test.go"))
		if err != nil || !strings.Contains(string(test), "checktest.Run(t, ") {
			t.Errorf("%s: %s_test.go in %s does not run its cases", c.ID, name, folder)
		}
		if _, err := os.Stat(filepath.Join(folder, name+".go")); err != nil {
			t.Errorf("%s: %s.go is not in %s", c.ID, name, folder)
		}
		for _, kind := range []string{"met*", "not-met*", "trap-*"} {
			cases, err := filepath.Glob(filepath.Join(folder, "testdata", c.ID, kind+".txtar"))
			if err != nil || len(cases) == 0 {
				t.Errorf("%s: no case %s.txtar in %s/testdata", c.ID, kind, folder)
			}
		}
	}
}

func TestSelect(t *testing.T) {
	all := checks.All()
	last, first := all[len(all)-1].ID, all[0].ID
	chosen, err := checks.Select([]string{last, first})
	if err != nil {
		t.Fatal(err)
	}
	if len(chosen) != 2 || chosen[0].ID != first {
		t.Errorf("got %v, want the two in catalogue order", chosen)
	}
	if _, err := checks.Select([]string{"licence-presence", "nonsense"}); err == nil ||
		!strings.Contains(err.Error(), "licence-present?") || !strings.Contains(err.Error(), `"nonsense"`) {
		t.Errorf("the error does not name both faults with the nearest check: %v", err)
	}
}

func TestCatalogueIsFresh(t *testing.T) {
	for name, lang := range map[string]audit.Lang{"CATALOGUE.md": audit.English, "CATALOGUE.fr.md": audit.French} {
		want, err := catalogue(lang)
		if err != nil {
			t.Fatal(err)
		}
		if *update {
			const readable = 0o644
			if err := os.WriteFile(name, []byte(want), readable); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(name)
		if err != nil || string(got) != want {
			t.Errorf("checks/%s is stale: run make gen (%v)", name, err)
		}
	}
}

// heads are what stands above the checks in the catalogue.
var heads = map[audit.Lang]string{
	audit.English: `# The checks

Version %s. Generated from the checks by ` + "`make gen`" + `; [en français](CATALOGUE.fr.md).

Each check is a question, named after the good state. It answers met, partly met, not met, not applicable or unknown, and says why and where. Unknown is neither good nor bad: it lowers the coverage, never the score.
`,
	audit.French: `# Les vérifications

Version %s. Page produite à partir des vérifications par ` + "`make gen`" + ` ; [in English](CATALOGUE.md).

Chaque vérification est une question, qui porte le nom du bon état. Elle répond conforme, partiel, non conforme, sans objet ou indéterminé, et dit pourquoi et où. Indéterminé n'est ni bon ni mauvais : la couverture baisse, jamais le score.
`,
}

func catalogue(lang audit.Lang) (string, error) {
	var table, pages strings.Builder
	for _, c := range checks.All() {
		text, err := c.Text(lang)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&table, "- [`%s`](#%s) %s\n", c.ID, c.ID, text.Title)
		page, err := report.CheckPage(c, lang)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&pages, "\n<a id=\"%s\"></a>\n\n%s", c.ID, page)
	}
	return fmt.Sprintf(heads[lang], checks.Version) + "\n" + table.String() + pages.String(), nil
}

// Each sentence of a check can be said, and each reason that a check gives has
// its sentence.
func TestReasonsAreWrittenAndUsed(t *testing.T) {
	for _, folder := range folders {
		literals, given := literalsOf(t, folder)
		every := map[string]bool{}
		for _, c := range checks.All() {
			if folderOf(t, c.ID) != folder {
				continue
			}
			reasons := reasonsOf(t, c)
			maps.Copy(every, reasons)
			for key := range reasons {
				if !said(key, literals) {
					t.Errorf("%s: no Go file of %s mentions the reason %q", c.ID, folder, key)
				}
			}
			for key, where := range given[strings.ReplaceAll(c.ID, "-", "_")+".go"] {
				if !reasons[key] && !common()[key] {
					t.Errorf("%s: the texts of %s do not hold the reason %q", where, c.ID, key)
				}
			}
		}
		for _, keys := range given {
			for key, where := range keys {
				if !every[key] && !common()[key] {
					t.Errorf("%s: no text of %s holds the reason %q", where, folder, key)
				}
			}
		}
	}
}

// said reports whether a literal is the key, or the beginning of it up to a
// hyphen, as in "one-"+kind.
func said(key string, literals []string) bool {
	return slices.ContainsFunc(literals, func(l string) bool {
		return l == key || strings.HasSuffix(l, "-") && strings.HasPrefix(key, l)
	})
}

func reasonsOf(t *testing.T, c *audit.Check) map[string]bool {
	t.Helper()
	text, err := c.Text(audit.English)
	if err != nil {
		t.Fatal(err)
	}
	return keys(text.Reasons)
}

func common() map[string]bool { return keys(audit.CommonText(audit.English).Reasons) }

func keys(reasons map[string]string) map[string]bool {
	set := map[string]bool{}
	for key := range reasons {
		set[key] = true
	}
	return set
}
