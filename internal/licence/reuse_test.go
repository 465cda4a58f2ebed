package licence

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadReuse(t *testing.T) {
	got := ReadReuse([]byte(`version = 1

[[annotations]]
path = "**"
SPDX-FileCopyrightText = "2024 Direction des phares"
SPDX-License-Identifier = "EUPL-1.2"

[[annotations]]
path = ["docs/**", "data/*.csv"]
SPDX-License-Identifier = ["etalab-2.0", "ODbL-1.0"]

[[annotations]]
path = "nobody.txt"
`))
	want := []Annotation{
		{Paths: []string{"**"}, Licence: "EUPL-1.2"},
		{Paths: []string{"docs/**", "data/*.csv"}, Licence: "(etalab-2.0) AND (ODbL-1.0)"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if ReadReuse([]byte("[[annotations]\n")) != nil {
		t.Error("a malformed file was read")
	}
}

func TestReadDep5(t *testing.T) {
	got := ReadDep5([]byte(`Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: phares

Files: *
Copyright: 2024 Direction des phares
License: MIT

Files: docs/*
 data/a.csv
Copyright: 2024 Direction des phares
License: etalab-2.0
`))
	want := []Annotation{{Paths: []string{"**"}, Licence: "MIT", Line: 4}, {Paths: []string{"docs/**", "data/a.csv"}, Licence: "etalab-2.0", Line: 8}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCovers(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"**", "a/b.c", true}, {"*", "a.c", true}, {"*", "a/b.c", false}, {"docs/**", "docs/a/b.md", true}, {"docs/**", "doc/a.md", false},
		{"*.md", "README.md", true}, {"*.md", "READMEmd", false}, {"data/*.csv", "data/2024.csv", true}, {"data/*.csv", "data/x/2024.csv", false}, {"a[b].c", "ab.c", false},
	} {
		if got := (Annotation{Paths: []string{c.pattern}}).Covers(c.name); got != c.want {
			t.Errorf("%s covers %s: %t", c.pattern, c.name, got)
		}
	}
}

// FuzzReuse feeds anything to both formats.
func FuzzReuse(f *testing.F) {
	f.Add([]byte("[[annotations]]\npath = \"**\"\nSPDX-License-Identifier = \"MIT\"\n"))
	f.Add([]byte("Files: *\nLicense: MIT\n\nFiles: **a**b\n c\nLicense:\n x\n"))
	f.Fuzz(func(_ *testing.T, content []byte) {
		for _, a := range append(ReadReuse(content), ReadDep5(content)...) {
			a.Covers("docs/a/b.md")
			a.CoversAll()
			ParseExpression(a.Licence)
		}
	})
}
