package portfolio

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/internal/audit"
)

// list has the form of the programme's list, with entries of every kind in it.
const list = `
"Herbier":
  title: Herbier
  image: /img/herbier.png
  year: 2018
  promotion: 2
  duration_months: 10
  administration: "Muséum d'exemple, "
  eigs: ["Ada Exemple", "Bob Exemple"]
  mentors: ["Cid: mentor"]
  website: https://herbier.example
  source_code: https://github.com/musee/herbier
  key_figures:
    - amount: 3
"Herbier 2019":
  {title: Herbier, year: 2019, promotion: 3, duration_months: 10, administration: Muséum d'Exemple, source_code: "https://gitlab.com/musee"}
"No":
  {title: "No", year: 2019, promotion: dig, duration_months: 6, administration: "Ministère : essai # 1", source_code: "https://equipe/depot"}
"Page":
  {title: Page, promotion: 3, administration: Ministère, source_code: "https://page.github.io/"}
"Host":
  {title: L'été, year: 2019, promotion: 3, duration_months: 10, source_code: "https://forge.example/equipe/"}
"Short":
  {title: Short, year: 2019, promotion: 3, duration_months: 10, source_code: "github:a/b"}
"Nameless":
  {year: 2019}
`

func TestImport(t *testing.T) {
	written, err := Import([]byte(list), ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := Parse("p.yaml", written, Options{})
	if err != nil {
		t.Fatalf("%v\n%s", err, written)
	}
	end := day(2018, 10, 31)
	want := audit.Challenge{
		ID: "herbier-2018", Name: "Herbier", Ministry: "museum-d-exemple", Cohort: "EIG 2",
		MissionStart: day(2018, 1, 1), MissionEnd: end, Criticality: audit.CriticalityB,
		Mentors:      []audit.Person{{Name: "Cid: mentor"}},
		People:       []audit.Person{{Name: "Ada Exemple", Leaves: end, Leaving: true}, {Name: "Bob Exemple", Leaves: end, Leaving: true}},
		Repositories: []audit.Source{{URL: "https://github.com/musee/herbier", Role: audit.RoleApplication}},
	}
	if diff := cmp.Diff(want, p.Challenges[0]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var ids []string
	for _, c := range p.Challenges {
		ids = append(ids, c.ID)
		if len(c.Repositories) > 0 && c.ID != "herbier-2018" {
			t.Errorf("%s: %+v", c.ID, c.Repositories)
		}
	}
	if diff := cmp.Diff([]string{"herbier-2018", "herbier-2019", "no", "page", "l-ete", "short"}, ids); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(p.Ministries) != 3 || p.Ministries[1].Name != "Ministère : essai # 1" || p.Challenges[2].Cohort != "DIG" {
		t.Errorf("ministries %+v, cohort %s", p.Ministries, p.Challenges[2].Cohort)
	}
	for _, comment := range []string{
		"# Left out, because without a title: 1.\n",
		"# check: the list gives the year and 10 months\n",
		"# check: \"https://gitlab.com/musee\" names an organisation or a group; choose one of its repositories, or write it under discover\n",
		"# check: https://equipe/depot is not an address; perhaps https://github.com/equipe/depot\n",
		"# check: \"https://page.github.io/\" names a host; choose one repository on it\n",
		"# check: https://forge.example/equipe/ is not the address of a repository; choose one\n",
		"# check: the list does not say when the mission starts and how long it lasts\n",
		"# website: https://herbier.example\n",
	} {
		if !strings.Contains(string(written), comment) {
			t.Errorf("no %q in:\n%s", comment, written)
		}
	}
}

func TestImportChooses(t *testing.T) {
	written, err := Import([]byte(list), ImportOptions{Promotions: []string{"2"}, StartMonth: time.February})
	if err != nil {
		t.Fatal(err)
	}
	p, err := Parse("p.yaml", written, Options{})
	if err != nil || len(p.Challenges) != 1 || p.Challenges[0].ID != "herbier" || !p.Challenges[0].MissionEnd.Equal(day(2018, 11, 30)) {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := Import([]byte(list), ImportOptions{Promotions: []string{"9"}}); !errors.Is(err, audit.ErrNotFound) {
		t.Errorf("no such promotion: %v", err)
	}
}

func TestImportRefuses(t *testing.T) {
	for name, content := range map[string]string{
		"empty": "", "a word": "defis\n", "broken": "a: [", "binary": "\x00", "entries that are none": "a: b\n", "nothing in it": "[]\n",
		"large": strings.Repeat("# comment\n", 1<<20), "bomb": "&a [*a, *a]\n",
	} {
		if written, err := Import([]byte(content), ImportOptions{}); err == nil {
			t.Errorf("%s: %s", name, written)
		}
	}
}

// Whatever the list holds, what is written from it can be read.
func FuzzImport(f *testing.F) {
	f.Add([]byte(list))
	f.Add([]byte("- {title: 'a\u2028b: #', eigs: [null, \"\\n- x\"], source_code: 'https://a.example/b/c:', year: 2020, duration_months: 3}\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		written, err := Import(content, ImportOptions{})
		if err != nil {
			return
		}
		if _, err := Parse("p.yaml", written, Options{}); err != nil {
			t.Errorf("%v\n%s", err, written)
		}
	})
}
