package maintainers

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/checks/checktest"
	"github.com/perenne-audit/perenne/internal/publiccode"
)

func TestMaintainerStaying(t *testing.T) { checktest.Run(t, maintainerStaying) }

func TestEntriesOf(t *testing.T) {
	for line, want := range map[string][]entry{
		"* Ada Lovelock (ada@x.fr / @adal)":                                                                                {{name: "Ada Lovelock", email: "ada@x.fr", login: "adal"}},
		"* `cmd`: Ada Lovelock (<ada@x.fr> / @a), Bob Turin (@b)":                                                          {{name: "Ada Lovelock", email: "ada@x.fr", login: "a"}, {name: "Bob Turin", login: "b"}},
		"- [Ada Lovelock](<mailto:ada@x.fr>), developer":                                                                   {{name: "Ada Lovelock", email: "ada@x.fr"}},
		"- [Ada Lovelock](mailto:ada@x.fr), dev (aka [Al](https://twitter.com/a), or [Al](https://github.com/adal) there)": {{name: "Ada Lovelock", email: "ada@x.fr", login: "adal"}},
		"| Ada Lovelock | @adal | ada@x.fr |":                                                                              {{name: "Ada Lovelock", email: "ada@x.fr", login: "adal"}},
		"| Name | GitHub | E-mail |":                                                                                       nil,
		"|---|---|":                                                                                                        nil,
		"M: Ada Lovelock <ada@x.fr>":                                                                                       {{name: "Ada Lovelock", email: "ada@x.fr"}},
		"Jean-Marie de La Motte et Zoé D'Arvor":                                                                            {{name: "Jean-Marie de La Motte"}, {name: "Zoé D’Arvor"}},
		"Please open an issue at https://github.com/x/y/issues":                                                            nil,
		"[@adal](https://github.com/adal)":                                                                                 {{login: "adal"}},
		"[Ada Lovelock](https://github.com/adal) - front":                                                                  {{name: "Ada Lovelock", login: "adal"}},
		"Your Name <you@example.com>":                                                                                      nil,
		"Direction Interministérielle du Numérique":                                                                        nil,
		"@org/team": {{login: "org/team", team: true}},
		"Ministère de l'Intérieur <contact@x.gouv.fr>": {{email: "contact@x.gouv.fr"}},
		"": nil,
	} {
		if diff := cmp.Diff(want, entriesOf(line), cmp.AllowUnexported(entry{})); diff != "" {
			t.Errorf("%q (-want +got):\n%s", line, diff)
		}
	}
}

func TestMask(t *testing.T) {
	if got := maskWords("Ada <ada@x.fr> @ada"); got != "Ada a…@x.fr @ada" {
		t.Errorf("got %q", got)
	}
}

func FuzzSources(f *testing.F) {
	f.Add("* @a @b/c d@e.fr\n[S][2] @x\n^[O\n\\ @y\n# @z")
	f.Add("maintenance:\n  type: contract\n  contractors:\n    - {name: X, until: 2020-01-01}\n")
	f.Add("- [Ada Lovelock](<mailto:ada@x.fr>), `x`: (((@ \n|a|@|\n```\n")
	f.Fuzz(func(t *testing.T, text string) {
		for line := range strings.Lines(text) {
			ownersOf(line)
		}
		people(text, "MAINTAINERS", 1, maintainer)
		labelled(strings.Split(text, "\n"), "README.md")
		for _, d := range inPubliccode(publiccode.Parse("publiccode.yml", []byte(text))) {
			if got := d.fact(); strings.Contains(got.Email, "@") && !strings.Contains(got.Email, "…@") {
				t.Errorf("%q is not masked", got.Email)
			}
		}
	})
}
