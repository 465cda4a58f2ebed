package licence

import (
	"bytes"
	"slices"
	"strings"
)

// family is a licence by one of its names, with the versions that it has.
type family struct {
	// names are normalised: lower case, words joined by one space.
	names []string
	// id is an SPDX id, or the beginning of one that the version completes.
	id string
	// versions maps a version as written to the end of the id; nil when there is
	// one version only.
	versions map[string]string
	// unsaid is the version that is meant when none is named; "" when that
	// cannot be said, and then the name alone says nothing.
	unsaid string
	// later is true for the GNU licences, of which a notice says whether later
	// versions are allowed.
	later bool
	// bare is true for a name that means a licence only with a version at once
	// behind it, as in "apache 2.0".
	bare bool
}

var gnuVersions = map[string]string{"1": "1.0", "1.0": "1.0", "2": "2.0", "2.0": "2.0", "3": "3.0", "3.0": "3.0"}

// families are tried from the first; a longer name comes before the shorter one
// that begins like it. Unversioned notices of CeCILL, EUPL and the Licence
// Ouverte are taken as the version in force since 2013, 2017 and 2017.
var families = []family{
	{names: []string{"gnu affero general public license", "affero general public license", "affero gpl", "gnu agpl", "agpl"}, id: "AGPL-",
		versions: map[string]string{"1": "1.0", "1.0": "1.0", "3": "3.0", "3.0": "3.0"}, unsaid: "3.0", later: true},
	{names: []string{"gnu lesser general public license", "gnu library general public license", "lesser gnu general public license",
		"lesser general public license", "gnu library or lesser general public license", "lesser gpl", "gnu lgpl", "lgpl",
		"license publique generale limitee gnu"}, id: "LGPL-",
		versions: map[string]string{"2": "2.0", "2.0": "2.0", "2.1": "2.1", "3": "3.0", "3.0": "3.0"}, later: true},
	{names: []string{"gnu general public license", "license publique generale gnu", "license publique generale de gnu", "gnu gpl", "gpl"}, id: "GPL-",
		versions: gnuVersions, later: true},
	{names: []string{"gnu free documentation license", "gfdl"}, id: "GFDL-",
		versions: map[string]string{"1.1": "1.1", "1.2": "1.2", "1.3": "1.3"}, later: true},
	{names: []string{"apache software license", "apache license", "license apache"}, id: "Apache-",
		versions: map[string]string{"2": "2.0", "2.0": "2.0", "1.1": "1.1"}, unsaid: "2.0"},
	{names: []string{"apache"}, id: "Apache-", versions: map[string]string{"2": "2.0", "2.0": "2.0"}, bare: true},
	{names: []string{"mozilla public license", "mpl"}, id: "MPL-", versions: map[string]string{"1.1": "1.1", "2": "2.0", "2.0": "2.0"}},
	{names: []string{"eclipse public license", "epl"}, id: "EPL-", versions: map[string]string{"1": "1.0", "1.0": "1.0", "2": "2.0", "2.0": "2.0"}},
	{names: []string{"european union public license", "license publique de l union europeenne", "eupl"}, id: "EUPL-",
		versions: map[string]string{"1.0": "1.0", "1.1": "1.1", "1.2": "1.2"}, unsaid: "1.2"},
	{names: []string{"cecill b"}, id: "CECILL-B"},
	{names: []string{"cecill c"}, id: "CECILL-C"},
	{names: []string{"cecill"}, id: "CECILL-",
		versions: map[string]string{"1": "1.0", "1.0": "1.0", "1.1": "1.1", "2": "2.0", "2.0": "2.0", "2.1": "2.1"}, unsaid: "2.1"},
	{names: []string{"license ouverte open license", "license ouverte etalab", "license ouverte", "open license etalab", "license etalab"}, id: "etalab-",
		versions: map[string]string{"1": "1.0", "1.0": "1.0", "2": "2.0", "2.0": "2.0"}, unsaid: "2.0"},
	{names: []string{"etalab"}, id: "etalab-", versions: map[string]string{"2.0": "2.0"}, bare: true},
	{names: []string{"odbl", "open database license"}, id: "ODbL-1.0"},
	{names: []string{"mit license", "license mit", "mit licensed", "mit x11 license", "expat license", "licenses mit"}, id: "MIT"},
	{names: []string{"bsd 3 clause", "3 clause bsd", "three clause bsd", "new bsd license", "new bsd", "modified bsd license", "bsd 3 clauses"}, id: "BSD-3-Clause"},
	{names: []string{"bsd 2 clause", "2 clause bsd", "two clause bsd", "simplified bsd license", "freebsd license"}, id: "BSD-2-Clause"},
	{names: []string{"isc license", "license isc"}, id: "ISC"},
	{names: []string{"zero clause bsd", "0bsd"}, id: "0BSD"},
	{names: []string{"unlicense"}, id: "Unlicense"},
	{names: []string{"wtfpl", "do what the fuck you want to public license"}, id: "WTFPL"},
	{names: []string{"cc0"}, id: "CC0-1.0"},
	{names: []string{"boost software license"}, id: "BSL-1.0"},
	{names: []string{"zlib license"}, id: "Zlib"},
	{names: []string{"artistic license"}, id: "Artistic-", versions: map[string]string{"1.0": "1.0", "2.0": "2.0"}},
	{names: []string{"business source license"}, id: "BUSL-1.1"},
	{names: []string{"server side public license"}, id: "SSPL-1.0"},
	{names: []string{"elastic license"}, id: "Elastic-", versions: map[string]string{"2.0": "2.0"}, unsaid: "2.0"},
	{names: []string{"sil open font license"}, id: "OFL-1.1"},
}

// noticeSigns are phrases of a notice that puts a work under a licence, as the
// licences themselves ask for.
var noticeSigns = []string{
	" redistribute it and or modify it ", " is free software ", " terms of the gnu ", " est un logiciel libre ",
	" may not use this file except in compliance ", " subject to the terms of the mozilla public license ",
	" governed by the cecill", " regi par la license cecill", " soumis a la license cecill", " licensed under the eupl ",
	" licensed under the european union public license ", " terms of the eclipse public license ",
	" work is licensed under a creative commons ", " disposition selon les termes de la license creative commons ",
	" distributed under the boost software license ", " terms of the cecill", " under the apache license ",
}

// restrictions are phrases that take back a freedom, or reserve all rights.
var restrictions = []string{
	" commons clause ", " not for commercial use ", " non commercial use only ", " noncommercial use only ",
	" for non commercial purposes only ", " may not be used for commercial ", " usage commercial interdit ",
	" utilisation commerciale interdite ", " usage non commercial uniquement ", " proprietary and confidential ",
	" strictly confidential ", " confidentiel et proprietaire ", " reproduction interdite ",
}

// restricts reports whether a text takes back what a licence gives.
func restricts(w *words) bool { return containsAny(" "+string(w.text), restrictions) }

// notices finds the licences that a text names: Header when the text reads like
// a notice, Mention otherwise.
func notices(w *words) []Found {
	text := " " + string(w.text)
	match := Mention
	if containsAny(text, noticeSigns) {
		match = Header
	}
	var found, guessed []Found
	for at := 0; at < len(w.list); {
		id, next := w.named(at, match == Header)
		if id == "" {
			at++
			continue
		}
		if id, unsaid := strings.CutSuffix(id, unsaidMark); unsaid {
			guessed = append(guessed, Found{id, match})
		} else {
			after := w.afterVersion(next)
			found = append(found, Found{w.openLicence(id, after), match})
			if other := w.otherVersion(id, after); other != "" {
				found = append(found, Found{other, match})
			}
		}
		at = next
	}
	return withInvariants(text, oneNotice(withGuessed(found, guessed)))
}

// unsaidMark ends an id whose version was taken for granted.
const unsaidMark = "?"

// withGuessed adds the licences named without a version, but for those of which
// the same text says the version elsewhere.
func withGuessed(found, guessed []Found) []Found {
	said := len(found)
	for _, g := range guessed {
		family, _, _ := strings.Cut(g.ID, "-")
		if !slices.ContainsFunc(found[:said], func(f Found) bool { return strings.HasPrefix(strings.TrimPrefix(f.ID, "LicenseRef-"), family+"-") }) {
			found = append(found, g)
		}
	}
	return found
}

// afterVersion returns the word after the version that follows a name.
func (w *words) afterVersion(next int) int {
	for i := next; i < min(next+farVersion, len(w.list)); i++ {
		if word := strings.TrimPrefix(string(w.at(i)), "v"); word != "" && isDigit(word[0]) {
			return i + 1
		}
	}
	return next
}

// openLicence names the first version of the Licence Ouverte, unless the text
// goes on to allow later ones: then the second may be chosen.
func (w *words) openLicence(id string, next int) string {
	switch {
	case id != "etalab-1.0":
		return id
	case w.hasName(next, "ou ulterieure") > 0, w.hasName(next, "or later") > 0, w.hasName(next, "ou toute version ulterieure") > 0:
		return "etalab-2.0"
	}
	return FirstOpenLicence
}

// otherVersion reads "either version 2 or (at your option) version 3": the id of
// the second, "" for none.
func (w *words) otherVersion(id string, next int) string {
	base, suffix := Base(id)
	if suffix != "-only" || w.hasName(next, "or") == 0 {
		return ""
	}
	for i := next + 1; i < min(next+6, len(w.list)-1); i++ {
		if number, ok := gnuVersions[string(w.at(i+1))]; ok && string(w.at(i)) == "version" {
			family, _, _ := strings.Cut(base, "-")
			return family + "-" + number + suffix
		}
	}
	return ""
}

// withInvariants completes the ids of the Free Documentation License by what a
// notice says of sections that nobody may change.
func withInvariants(text string, found []Found) []Found {
	if len(found) == 0 || !strings.Contains(text, " invariant sections ") {
		return found
	}
	kind := "-invariants"
	if strings.Contains(text, " no invariant sections ") {
		kind = "-no-invariants"
	}
	for i, f := range found {
		if base, suffix := Base(f.ID); strings.HasPrefix(base, "GFDL-") && suffix != "" {
			found[i].ID = base + kind + suffix
		}
	}
	return found
}

// oneNotice drops "GPL-3.0" and "GPL-3.0-only" where the same text also says
// "GPL-3.0-or-later": a notice names its licence several times, and says once
// which versions it means.
func oneNotice(found []Found) []Found {
	said := map[string]string{}
	for _, f := range found {
		if base, suffix := Base(f.ID); suffix > said[base] { // "-or-later" > "-only" > ""
			said[base] = suffix
		}
	}
	return slices.DeleteFunc(found, func(f Found) bool {
		base, suffix := Base(f.ID)
		return suffix != said[base]
	})
}

func containsAny(text string, phrases []string) bool {
	return slices.ContainsFunc(phrases, func(p string) bool { return strings.Contains(text, p) })
}

// named returns the licence whose name begins at a word, and the word after it.
func (w *words) named(at int, inNotice bool) (string, int) {
	word := w.at(at)
	if id, next := w.creativeCommons(at); id != "" {
		return id, next
	}
	for i := range families {
		f := &families[i]
		for _, name := range f.names {
			if name[0] != word[0] {
				continue
			}
			if next := w.hasName(at, name); next > 0 {
				if id := w.versioned(f, next, inNotice); id != "" {
					return id, next
				}
			} else if id := glued(f, name, word); id != "" {
				if _, suffix := Base(id); suffix == "" {
					id += w.later(f, at, at+1, false)
				}
				return id, at + 1
			}
		}
	}
	return "", 0
}

// hasName returns the word after the name when it begins at a word, else 0.
func (w *words) hasName(at int, name string) int {
	for {
		word, rest, more := strings.Cut(name, " ")
		if at >= len(w.list) || string(w.at(at)) != word {
			return 0
		}
		at++
		if !more {
			return at
		}
		name = rest
	}
}

// glued reads "gplv3", "agplv3+", "lgpl2.1".
func glued(f *family, name string, word []byte) string {
	rest, ok := bytes.CutPrefix(word, []byte(name))
	if !ok || len(rest) == 0 || f.versions == nil {
		return ""
	}
	version, plus := strings.CutSuffix(strings.TrimPrefix(string(rest), "v"), "+")
	number, ok := f.versions[version]
	switch {
	case !ok:
		return ""
	case plus && f.later:
		return f.id + number + "-or-later"
	}
	return f.id + number
}

// nearVersion and farVersion are how many words after the name its version may
// stand: in a notice the publisher comes in between.
const nearVersion, farVersion = 4, 16

// versioned completes the id of a family by the version named after it.
func (w *words) versioned(f *family, next int, inNotice bool) string {
	if f.versions == nil {
		return f.id
	}
	reach := nearVersion
	if inNotice && f.later {
		reach = farVersion
	}
	if f.bare {
		reach = 1
	}
	for i := next; i < min(next+reach, len(w.list)); i++ {
		word := strings.TrimPrefix(string(w.at(i)), "v")
		version, plus := strings.CutSuffix(word, "+")
		if number, ok := f.versions[version]; ok && (i == next || !isItem(word) || saysVersion[string(w.at(i-1))]) {
			if plus && f.later {
				return f.id + number + "-or-later"
			}
			return f.id + number + w.later(f, i, i+1, inNotice)
		}
		if word != "" && isDigit(word[0]) {
			break
		}
	}
	if f.unsaid == "" || f.bare || next < len(w.list) && hosts[string(w.at(next))] {
		return ""
	}
	return f.id + f.unsaid + unsaidMark
}

// hosts are what follows a name that is only a part of an address: cecill.info.
var hosts = map[string]bool{"info": true, "org": true, "com": true, "eu": true}

// saysVersion are the words before a number that is a version, and not that of
// an item in the list below.
var saysVersion = map[string]bool{"version": true, "versions": true, "v": true, "gnu": true, "license": true, "ver": true, "gpl": true}

func isItem(word string) bool { return len(word) == 1 }

// later reads what a text says of later versions after the version's number.
// A notice that names a version and no later one means that version only.
func (w *words) later(f *family, version, next int, inNotice bool) string {
	if !f.later {
		return ""
	}
	after := ""
	if next < len(w.list) {
		after = string(w.text[w.list[next].from:w.list[min(next+10, len(w.list)-1)].to]) + " "
	}
	switch {
	case strings.HasPrefix(after, "or later "), strings.Contains(after, "any later version "), strings.Contains(after, "or later of the license "),
		strings.Contains(after, "toute version ulterieure "), strings.HasPrefix(after, "ou ulterieure "), strings.HasPrefix(after, "or any later "),
		strings.HasPrefix(after, "or newer "), strings.HasPrefix(after, "or above "), strings.HasPrefix(after, "ou superieure "), strings.HasPrefix(after, "or greater "):
		return "-or-later"
	case strings.HasPrefix(after, "only "), strings.HasPrefix(after, "of the license only "), strings.HasPrefix(after, "uniquement "), strings.HasPrefix(after, "seulement "):
		return "-only"
	case inNotice && version > 0 && string(w.at(version-1)) == "version" && f.id != "AGPL-1":
		return "-only"
	}
	return ""
}

// creativeCommons reads "cc by sa 4.0", "creative commons attribution share
// alike", in French too, and the address of a deed.
func (w *words) creativeCommons(at int) (string, int) {
	next := w.hasName(at, "creative commons")
	if next == 0 {
		next = w.hasName(at, "creativecommons org licenses")
	}
	short := next == 0
	if short {
		if next = w.hasName(at, "cc"); next == 0 {
			return "", 0
		}
	}
	var by, nc, nd, sa bool
	version := ""
	end := next
	for i := next; i < min(next+14, len(w.list)) && version == ""; i++ {
		word := string(w.at(i))
		switch word {
		case "by", "attribution", "paternite":
			by, end = true, i+1
		case "nc", "noncommercial", "commercial", "commerciale":
			nc, end = true, i+1
		case "sa", "sharealike", "alike", "partage":
			sa, end = true, i+1
		case "nd", "noderivatives", "noderivs", "derivatives", "modification":
			nd, end = true, i+1
		case "zero", "cc0":
			return "CC0-1.0", i + 1
		default:
			if isDigit(word[0]) && strings.Contains(word, ".") {
				version, end = word, i+1
			} else if short {
				version = "4.0"
			}
		}
	}
	if !by {
		return "", 0
	}
	id := "CC-BY"
	for _, part := range []struct {
		holds bool
		name  string
	}{{nc, "-NC"}, {nd, "-ND"}, {sa && !nd, "-SA"}} {
		if part.holds {
			id += part.name
		}
	}
	if version == "" || !slices.Contains([]string{"1.0", "2.0", "2.5", "3.0", "4.0"}, version) {
		version = "4.0"
	}
	return id + "-" + version, end
}

// spdxTag stands before an expression in a file's header, as reuse.software
// asks for.
var spdxTag = []byte("SPDX-License-Identifier:")

// tags reads the SPDX tags of a file. Each licence of an expression is found.
func tags(content []byte) []Found {
	var found []Found
	for {
		_, after, ok := bytes.Cut(content, spdxTag)
		if !ok {
			return found
		}
		content = after
		line, _, _ := bytes.Cut(after, []byte("\n"))
		text := strings.TrimSpace(strings.TrimRight(string(line[:min(len(line), 200)]), " \t\r*/->"))
		if e, ok := ParseExpression(text); ok {
			for _, id := range e.IDs() {
				found = append(found, Found{id, Header})
			}
		}
	}
}

// legalWords are what licences talk about, in both languages.
var legalWords = []string{
	" license", " permission ", " permitted ", " granted ", " grants ", " warrant", " liabilit", " liable ", " copyright ", " redistribut",
	" concede", " licencie ", " garantie", " responsabilite ", " droits ", " reproduction ", " autorise", " clause ", " agreement ", " contrat ",
}

// readsLikeLicence reports whether a text is long enough, and speaks enough of
// rights and duties, to be meant as a licence.
func readsLikeLicence(w *words) bool {
	const fewWords, enough = 60, 5
	if len(w.list) < fewWords {
		return false
	}
	seen := 0
	text := " " + string(w.text)
	for _, legal := range legalWords {
		if strings.Contains(text, legal) {
			seen++
		}
	}
	return seen >= enough
}
