package community

import (
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/guide"
)

// homes are the folders where forges look for the files that speak to strangers.
var homes = []string{"", ".github", ".gitlab", ".gitea", ".forgejo", "docs", "doc", "documentation"}

var extensions = []string{"", ".md", ".markdown", ".rst", ".txt", ".adoc", ".org"}

// named finds the first file of one of these stems, in lower case and with hyphens
// for what may also be "_" or " ".
func named(s *audit.Snapshot, stems ...string) (audit.File, bool) {
	found, rank := audit.File{}, len(homes)
	for _, f := range s.Files() {
		name := separators.Replace(strings.ToLower(f.Name()))
		ext := path.Ext(name)
		at := slices.Index(homes, strings.ToLower(f.Dir()))
		if at < 0 || at >= rank || !slices.Contains(extensions, ext) || !slices.Contains(stems, strings.TrimSuffix(name, ext)) {
			continue
		}
		found, rank = f, at
	}
	return found, rank < len(homes)
}

var separators = strings.NewReplacer("_", "-", " ", "-", "é", "e")

// sectionOn finds the first section of a document whose heading holds one of the
// words, and something below it.
func sectionOn(doc *document.Document, words ...string) (document.Section, bool) {
	if doc == nil {
		return document.Section{}, false
	}
	for i, section := range doc.Sections {
		heading := guide.Plain(section.Heading)
		if len(strings.Fields(heading)) > 6 || !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(" "+heading+" ", " "+w+" ") }) {
			continue
		}
		if guide.HasContent(doc.Below(i)) {
			return section, true
		}
	}
	return document.Section{}, false
}
