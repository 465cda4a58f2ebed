package maintainer

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/internal/publiccode"
)

func TestEntriesOf(t *testing.T) {
	for line, want := range map[string][]Entry{
		"* Ada Lovelock (ada@x.fr / @adal)":                                                                                {{Name: "Ada Lovelock", Email: "ada@x.fr", Login: "adal"}},
		"* `cmd`: Ada Lovelock (<ada@x.fr> / @a), Bob Turin (@b)":                                                          {{Name: "Ada Lovelock", Email: "ada@x.fr", Login: "a"}, {Name: "Bob Turin", Login: "b"}},
		"- [Ada Lovelock](<mailto:ada@x.fr>), developer":                                                                   {{Name: "Ada Lovelock", Email: "ada@x.fr"}},
		"- [Ada Lovelock](mailto:ada@x.fr), dev (aka [Al](https://twitter.com/a), or [Al](https://github.com/adal) there)": {{Name: "Ada Lovelock", Email: "ada@x.fr", Login: "adal"}},
		"| Ada Lovelock | @adal | ada@x.fr |":                                                                              {{Name: "Ada Lovelock", Email: "ada@x.fr", Login: "adal"}},
		"| Name | GitHub | E-mail |":                                                                                       nil,
		"|---|---|":                                                                                                        nil,
		"M: Ada Lovelock <ada@x.fr>":                                                                                       {{Name: "Ada Lovelock", Email: "ada@x.fr"}},
		"Jean-Marie de La Motte et Zoé D'Arvor":                                                                            {{Name: "Jean-Marie de La Motte"}, {Name: "Zoé D’Arvor"}},
		"Please open an issue at https://github.com/x/y/issues":                                                            nil,
		"[@adal](https://github.com/adal)":                                                                                 {{Login: "adal"}},
		"[Ada Lovelock](https://github.com/adal) - front":                                                                  {{Name: "Ada Lovelock", Login: "adal"}},
		"Your Name <you@example.com>":                                                                                      nil,
		"Direction Interministérielle du Numérique":                                                                        nil,
		"@org/team": {{Login: "org/team", Team: true}},
		"Ministère de l'Intérieur <contact@x.gouv.fr>": {{Email: "contact@x.gouv.fr"}},
		"": nil,
	} {
		if diff := cmp.Diff(want, entriesOf(line), cmp.AllowUnexported(Entry{})); diff != "" {
			t.Errorf("%q (-want +got):\n%s", line, diff)
		}
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
		people(text, "MAINTAINERS", 1, Maintainer)
		labelled(strings.Split(text, "\n"), "README.md")
		inPubliccode(publiccode.Parse("publiccode.yml", []byte(text)))
	})
}
