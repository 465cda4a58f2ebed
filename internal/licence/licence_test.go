package licence

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

func text(t testing.TB, id string) string {
	t.Helper()
	content, err := os.ReadFile("texts/" + id + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestSamples compares with what licensecheck's authors expect of their samples.
// They want nothing for a text in which a few words are changed; we say that it
// is the licence.
func TestSamples(t *testing.T) {
	all := samples(t)
	wrong := 0
	for _, s := range all {
		want := slices.Clone(s.ids)
		slices.Sort(want)
		want = slices.Compact(want)
		if got := Recognise(s.content).IDs(Header); !slices.Equal(got, want) {
			wrong++
			t.Logf("%s: got %v, want %v", s.name, got, want)
		}
	}
	t.Logf("%d of %d agree", len(all)-wrong, len(all))
	if wrong*100 > len(all)*5 {
		t.Errorf("%d of %d samples are read otherwise", wrong, len(all))
	}
}

// TestCopies reads licences as people copy them.
func TestCopies(t *testing.T) {
	changes := map[string]func(string) string{
		"as it is":           func(s string) string { return s },
		"in capitals":        strings.ToUpper,
		"on one line":        func(s string) string { return strings.Join(strings.Fields(s), " ") },
		"Windows line ends":  func(s string) string { return "\ufeff" + strings.ReplaceAll(s, "\n", "\r\n") },
		"as a comment":       func(s string) string { return "# " + strings.ReplaceAll(s, "\n", "\n# ") },
		"quoted by Markdown": func(s string) string { return "# Licence\n\n> " + strings.ReplaceAll(s, "\n", "\n> ") },
		"in UTF-16":          inUTF16,
		"in Windows-1252":    inWindows1252,
		"curly quotes":       func(s string) string { return strings.NewReplacer("'", "’", `"`, "”").Replace(s) },
		"two-line holder": func(s string) string {
			return "Copyright © 2018 Ministère de la Pêche,\nDirection des phares et balises.\n\n" + s
		},
		"one word replaced": func(s string) string { return strings.Replace(s, " copies ", " duplicates ", 1) },
	}
	for _, id := range []string{"MIT", "BSD-3-Clause", "Apache-2.0", "GPL-3.0", "AGPL-3.0", "MPL-2.0", "EPL-2.0", "EUPL-1.2", "CECILL-2.1", "CECILL-B", "CECILL-C", "etalab-2.0", "ODbL-1.0"} {
		for name, change := range changes {
			r := Recognise([]byte(change(text(t, id))))
			if diff := cmp.Diff([]Found{{id, Full}}, r.Licences); diff != "" || r.Match != Full {
				t.Errorf("%s %s: %s (-want +got):\n%s", id, name, r.Match, diff)
			}
		}
	}
}

func inUTF16(s string) string {
	out := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return string(out)
}

func inWindows1252(s string) string {
	var out []byte
	for _, r := range s {
		switch {
		case r < 0x100:
			out = append(out, byte(r))
		case r == '’' || r == '‘':
			out = append(out, 0x92)
		case r == 'œ':
			out = append(out, 0x9c)
		default:
			out = append(out, ' ')
		}
	}
	return string(out)
}

func TestRecognise(t *testing.T) {
	const notice = "This program is free software: you can redistribute it and/or modify it under the terms of the GNU Affero General Public License as published by the Free Software Foundation, either version 3 of the License, or (at your option) any later version.\n"
	cases := []struct {
		name, content string
		want          []Found
		match         Match
	}{
		{"empty", "", nil, None},
		{"nothing", "hello", nil, None},
		{"notice", notice, []Found{{"AGPL-3.0-or-later", Header}}, Header},
		{"notice and text", notice + "\n" + text(t, "AGPL-3.0"), []Found{{"AGPL-3.0-or-later", Full}}, Full},
		{"SPDX tag and text", "SPDX-License-Identifier: GPL-3.0-only\n\n" + text(t, "GPL-3.0"), []Found{{"GPL-3.0-only", Full}}, Full},
		{"advice after the text is no notice", text(t, "GPL-3.0") + notice, []Found{{"GPL-3.0", Full}}, Full},
		{"code and contents", "Le code :\n\n" + text(t, "MIT") + "\n\nLes contenus :\n\n" + text(t, "etalab-2.0"),
			[]Found{{"MIT", Full}, {"etalab-2.0", Full}}, Full},
		{"lesser with the text it supplements", text(t, "LGPL-3.0") + "\n\n" + text(t, "GPL-3.0"), []Found{{"LGPL-3.0", Full}}, Full},
		{"half of a text", text(t, "MIT")[:700], []Found{{"MIT", Mention}}, Unrecognised},
		{"French GNU notice", "Ce programme est un logiciel libre ; vous pouvez le redistribuer ou le modifier suivant les termes de la GNU General Public License telle que publiée par la Free Software Foundation ; soit la version 3 de la licence, soit (à votre gré) toute version ultérieure.",
			[]Found{{"GPL-3.0-or-later", Header}}, Header},
		{"CeCILL notice", "Ce logiciel est régi par la licence CeCILL-B soumise au droit français et respectant les principes de diffusion des logiciels libres.",
			[]Found{{"CECILL-B", Header}}, Header},
		{"EUPL notice", "Copyright 2020 the State\n\nLicensed under the EUPL, Version 1.2 or – as soon they will be approved by the European Commission – subsequent versions of the EUPL",
			[]Found{{"EUPL-1.2", Header}}, Header},
		{"mention", "Licence MIT", []Found{{"MIT", Mention}}, Mention},
		{"mentions", "Code : AGPL v3. Documentation : Licence Ouverte 2.0 (Etalab).", []Found{{"AGPL-3.0", Mention}, {"etalab-2.0", Mention}}, Mention},
		{"Creative Commons", "Contenus sous licence Creative Commons Attribution - Partage dans les mêmes conditions 4.0", []Found{{"CC-BY-SA-4.0", Mention}}, Mention},
		{"not commercial", "Licence CC BY-NC-ND 3.0", []Found{{"CC-BY-NC-ND-3.0", Mention}}, Mention},
		{"GPL without a version says nothing", "Under the GPL.", nil, None},
		{"changed, as its title says", "Modified MIT Licence\n\n" + strings.Replace(text(t, "MIT"), "to deal in the Software without restriction", "to deal in the Software", 1), []Found{{"MIT", Mention}}, Unrecognised},
		{"the usual name of a licence", "Modified BSD License\n\n" + strings.Replace(text(t, "BSD-3-Clause"), "its contributors", "the contributors", 1), []Found{{"BSD-3-Clause", Full}}, Full},
		{"another after the text", text(t, "MIT") + "\n\nEverything else is licensed under the Apache License, Version 2.0; you may not use this file except in compliance with it.\n",
			[]Found{{"Apache-2.0", Header}, {"MIT", Full}}, Full},
		{"either version 2 or 3", "You can redistribute it and/or modify it under the terms of the GNU General Public License, either version 2 or (at your option) version 3 of the License.",
			[]Found{{"GPL-2.0-only", Header}, {"GPL-3.0-only", Header}}, Header},
		{"an item is no version", "You can redistribute it under the terms of the GPL (see the file GPL) as follows:\n\n1. Keep the notice.", nil, None},
		{"a later sentence leaves the version out", "This software is governed by the CeCILL-C license. You may use it under the CeCILL license as found on http://www.cecill.info.",
			[]Found{{"CECILL-C", Header}}, Header},
		{"later said twice", "Under the LGPLv3+ or later.", []Found{{"LGPL-3.0-or-later", Mention}}, Mention},
		{"first Licence Ouverte", "Données sous Licence Ouverte 1.0", []Found{{FirstOpenLicence, Mention}}, Mention},
		{"first Licence Ouverte or later", "Données sous Licence Ouverte 1.0 ou ultérieure", []Found{{"etalab-2.0", Mention}}, Mention},
		{"documentation licence", "Permission is granted to copy, distribute and/or modify this document under the terms of the GNU Free Documentation License, Version 1.3 or any later version, with no Invariant Sections.",
			[]Found{{"GFDL-1.3-no-invariants-or-later", Header}}, Header},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := Recognise([]byte(c.content))
			if diff := cmp.Diff(c.want, r.Licences); diff != "" || r.Match != c.match {
				t.Errorf("match %q, want %q (-want +got):\n%s", r.Match, c.match, diff)
			}
		})
	}
}

// TestFrench builds what the French texts are recognised by, since it is not
// their words that are ours to keep.
func TestFrench(t *testing.T) {
	build := func(beginning string, headings []string, words int) string {
		filler := strings.Repeat("lorem ipsum dolor ", words/3/len(headings))
		var b strings.Builder
		b.WriteString(beginning + "\n\n")
		for i, heading := range headings {
			b.WriteString("Article " + string(rune('A'+i)) + " - " + strings.ToUpper(heading) + "\n\n" + filler + "\n")
		}
		return b.String()
	}
	for _, c := range []struct {
		beginning string
		headings  []string
		words     int
		want      []string
	}{
		{"CONTRAT DE LICENCE DE LOGICIEL LIBRE CeCILL\n\nVersion 2.1 du 2013-06-21\n\nCompatible avec la GNU Affero GPL.", cecillHeadings, 3200, []string{"CECILL-2.1"}},
		{"Le contrat est compatible avec la GNU Affero GPL.", cecillHeadings, 3200, []string{"CECILL-2.1"}},
		{"CONTRAT DE LICENCE DE LOGICIEL LIBRE CeCILL\n\nVersion 2.0 du 2006-09-05.", cecillHeadings, 3200, []string{"CECILL-2.0"}},
		{"Les auteurs de la licence CeCILL-B sont :", cecillHeadings, 3200, []string{"CECILL-B"}},
		{"Contrat de licence de logiciel libre CeCILL-C", cecillHeadings, 3200, []string{"CECILL-C"}},
		{"LICENCE PUBLIQUE DE L'UNION EUROPÉENNE v. 1.2\n\nEUPL v. 1.2", euplHeadings, 2100, []string{"EUPL-1.2"}},
		{"Le « Producteur » ouvre l'Information.", openHeadings, 700, []string{FirstOpenLicence}},
		{"Le « Concédant » ouvre l'Information.", openHeadings, 1000, []string{"etalab-2.0"}},
		{"The \"Grantor\" opens the Information.", openHeadingsInEnglish, 800, []string{"etalab-2.0"}},
		{"Le contrat en bref, compatible avec la GNU Affero GPL.", cecillHeadings, 300, []string{}},
		{"Le contrat, sans rien qui le nomme.", cecillHeadings, 3200, []string{}},
	} {
		if got := Recognise([]byte(build(c.beginning, c.headings, c.words))).IDs(Full); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.beginning, got, c.want)
		}
	}
}

func TestRestricted(t *testing.T) {
	if r := Recognise([]byte(text(t, "MIT") + "\nThis software is not for commercial use.\n")); !r.Restricted {
		t.Errorf("a restriction after the text was not seen: %+v", r)
	}
	if r := Recognise([]byte(text(t, "ODbL-1.0"))); r.Restricted {
		t.Error("a free licence was called restricted")
	}
}

func TestParseExpression(t *testing.T) {
	for written, want := range map[string]string{
		"mit": "MIT", "apache-2.0": "Apache-2.0", "MIT/Apache-2.0": "MIT OR Apache-2.0", "(MIT OR GPL-3.0+)": "MIT OR GPL-3.0-or-later",
		"MIT AND (CC0-1.0 OR ISC)": "MIT AND (CC0-1.0 OR ISC)", "GPL-2.0-only WITH Classpath-exception-2.0": "GPL-2.0-only WITH Classpath-exception-2.0",
		"GPL (>= 3)": "GPL-3.0-or-later", "GPL-3 | file LICENSE": "GPL-3.0", "MIT + file LICENSE": "MIT", "file LICENSE": "", "AGPLv3": "AGPL-3.0", "GPLv3+": "GPL-3.0-or-later",
		"Apache License, Version 2.0": "Apache-2.0", "Licence MIT": "MIT", "GNU GPL v3 or later": "GPL-3.0-or-later", "Etalab 2.0": "etalab-2.0",
		"UNLICENSED": Proprietary, "Proprietary": Proprietary, "LicenseRef-scancode-x": "LicenseRef-scancode-x",
		"GNU General Public License v3 or later (GPLv3+)": "GPL-3.0-or-later", "European Union Public Licence 1.2 (EUPL 1.2)": "EUPL-1.2", "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
		"LGPL-3 | GPL-2": "LGPL-3.0 OR GPL-2.0", "Artistic-2.0 | GPL-3": "Artistic-2.0 OR GPL-3.0", "GPLv2 or GPLv3": "GPL-2.0 OR GPL-3.0", "MIT,Apache-2.0": "MIT OR Apache-2.0",
		"Apache-2.0 WITH LLVM-exception": "Apache-2.0 WITH LLVM-exception", "Expat": "MIT", "New BSD": "BSD-3-Clause", "MIT AND Nonsense-1.0": "", "EUPL-1.2-or-later": "EUPL-1.2",
		"Licence MIT et Licence Ouverte 2.0": "MIT AND etalab-2.0",
		"SEE LICENSE IN LICENSE.md":          "", "": "", "BSD": "", "TBD": "", "MIT OR": "MIT",
	} {
		e, ok := ParseExpression(written)
		if written == "MIT OR" {
			continue // either answer is fair
		}
		if e.String() != want || ok != (want != "") {
			t.Errorf("%q: got %q %v, want %q", written, e, ok, want)
		}
	}
}

func TestStanding(t *testing.T) {
	for expression, want := range map[string]Standing{
		"MIT": CodeListed, "GPL-3.0": CodeListed, "GPL-3.0-or-later": CodeListed, "GPL-3.0-only": Free, "GPL-2.0-or-later": Free, "LGPL-2.1": Free,
		"EUPL-1.2": CodeListed, "EUPL-1.1": Free, "CECILL-2.0": Free, "ISC": Free, "CC0-1.0": Free, "CC-BY-4.0": Free, "WTFPL": Free,
		"etalab-2.0": ContentListed, "ODbL-1.0": ContentListed, "CC-BY-NC-4.0": NotFree, "SSPL-1.0": NotFree, "BUSL-1.1": NotFree, "UNLICENSED": NotFree,
		"MIT OR CC0-1.0": CodeListed, "SSPL-1.0 OR AGPL-3.0-or-later": CodeListed, "MIT AND CC-BY-NC-4.0": NotFree, "MIT AND ISC": Free,
		"LicenseRef-ours": Unplaced,
	} {
		e, ok := ParseExpression(expression)
		if got := e.Standing(StandingOf); !ok || got != want {
			t.Errorf("%s: got %d %v, want %d", expression, got, ok, want)
		}
	}
}

func BenchmarkRecognise(b *testing.B) {
	for _, id := range []string{"MIT", "BSD-3-Clause", "Apache-2.0", "GPL-3.0", "AGPL-3.0", "EUPL-1.2", "CECILL-2.1", "etalab-2.0"} {
		content := []byte(text(b, id))
		b.Run(id, func(b *testing.B) {
			for b.Loop() {
				Recognise(content)
			}
		})
		edited := bytes.Replace(append([]byte("Copyright 2018 A,\nB and C\n\n"), content...), []byte(" the "), []byte(" a "), 3)
		b.Run(id+"/edited", func(b *testing.B) {
			for b.Loop() {
				Recognise(edited)
			}
		})
	}
}

func FuzzRecognise(f *testing.F) {
	for _, id := range []string{"MIT", "LGPL-3.0", "etalab-2.0"} {
		f.Add([]byte(text(f, id)))
	}
	f.Add([]byte("\xff\xfeL\x00"))
	f.Add([]byte("SPDX-License-Identifier: (((MIT"))
	f.Add([]byte("GPL v cc by version 3 gplv"))
	f.Fuzz(func(t *testing.T, content []byte) {
		before := bytes.Clone(content)
		r := recognise(content, func([]byte) []Found { return nil }) // the slow search would leave no time to look around
		if !bytes.Equal(before, content) {
			t.Error("the content was changed")
		}
		if len(r.Licences) > 0 && r.Match == None {
			t.Errorf("licences without a match: %+v", r)
		}
	})
}

func FuzzParseExpression(f *testing.F) {
	for _, seed := range []string{"MIT/Apache-2.0", "((((", "GPL (>= 3) | file LICENSE", "A WITH", "GPLv+", "cc"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, ok := ParseExpression(s)
		if ok == e.IsEmpty() {
			t.Errorf("%q: %v and %q", s, ok, e)
		}
		if ok {
			e.Standing(StandingOf)
		}
	})
}
