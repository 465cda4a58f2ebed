package licence

import (
	"embed"
	"slices"
	"strings"
)

// The texts that a repository can be given: those that French administrations may
// choose and that are asked for most.
//
//go:embed texts/AGPL-3.0.txt texts/Apache-2.0.txt texts/BSD-2-Clause.txt texts/BSD-3-Clause.txt texts/CECILL-2.1.txt texts/CECILL-B.txt
//go:embed texts/EUPL-1.2.txt texts/GPL-3.0.txt texts/MIT.txt texts/MPL-2.0.txt texts/etalab-2.0.txt
var given embed.FS

// HolderBlank and YearBlank stand in [Text] where a licence names who has the
// rights, and since when.
const (
	HolderBlank = "{holder}"
	YearBlank   = "{year}"
)

// blanks are what stands there in the texts as published.
var blanks = strings.NewReplacer("<copyright holders>", HolderBlank, "<owner>", HolderBlank, "<year>", YearBlank)

// Given lists the identifiers of the licences that [Text] knows, sorted.
func Given() []string {
	entries, err := given.ReadDir("texts")
	if err != nil {
		panic(err)
	}
	var ids []string
	for _, e := range entries {
		ids = append(ids, strings.TrimSuffix(e.Name(), ".txt"))
	}
	slices.Sort(ids)
	return ids
}

// Text returns the whole text of a licence by its SPDX identifier; whether "later"
// versions are allowed is not in it. It reports false for one that is not among
// [Given].
func Text(id string) (string, bool) {
	base := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(id, "+"), "-or-later"), "-only")
	for _, known := range Given() {
		if !strings.EqualFold(known, base) {
			continue
		}
		content, err := given.ReadFile("texts/" + known + ".txt")
		if err != nil {
			return "", false
		}
		text := string(content)
		if strings.HasPrefix(text, "MIT") || strings.HasPrefix(known, "BSD") {
			text = blanks.Replace(text)
		}
		return text, true
	}
	return "", false
}
