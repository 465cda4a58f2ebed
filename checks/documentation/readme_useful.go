package docs

import (
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
)

var readmeUseful = &audit.Check{
	ID: "readme-useful", Axis: audit.Transmission, Severity: audit.Blocker,
	Needs: audit.NeedTree, EffortHours: 3.5, Side: audit.Team,
	Source: "https://github.com/entrepreneur-interet-general/eig-link/blob/master/opensource.md",
	Texts:  texts, Run: runReadmeUseful,
}

// shortestReadme is the number of characters below which a README is a stub.
const shortestReadme = 200

func runReadmeUseful(s *audit.Snapshot) audit.Verdict {
	doc := document.Readme(s)
	if doc == nil {
		return audit.NotMet("absent").Fact("path", "").Fact("language", "").Fact("sections", []string{})
	}
	found := readmeSections(s, doc)
	result := func(v audit.Verdict) audit.Verdict {
		return v.At(audit.Place{Path: doc.Path}).Fact("path", doc.Path).Fact("language", string(doc.Language)).Fact("sections", found.list())
	}
	if template, untouched := untouchedTemplate(doc); untouched {
		found = readmeParts{}
		return result(audit.NotMet("template", "path", doc.Path, "template", template))
	}
	if n := doc.Characters; n < shortestReadme {
		return result(audit.NotMet("stub", "path", doc.Path, "characters", n))
	}
	missing := found.missing()
	switch {
	case len(missing) == 0:
		return result(audit.Met("useful", "path", doc.Path))
	case len(missing) <= 2:
		return result(audit.PartlyMet("lacks-"+strings.Join(missing, "-"), "path", doc.Path))
	}
	return result(audit.NotMet("lacks-"+strings.Join(missing, "-"), "path", doc.Path))
}

// readmeParts says which parts a README has.
type readmeParts map[topic]bool

// list names the parts in the order of the catalogue.
func (p readmeParts) list() []string {
	list := []string{}
	for _, t := range []topic{purpose, install, usage, contact, licence, contributing} {
		if p[t] {
			list = append(list, string(t))
		}
	}
	return list
}

// missing names which of the four essential parts are not there; either of
// install and usage says how to run.
func (p readmeParts) missing() []string {
	var missing []string
	for _, part := range []struct {
		name  string
		found bool
	}{
		{"purpose", p[purpose]}, {"run", p[install] || p[usage]}, {"contact", p[contact]}, {"licence", p[licence]},
	} {
		if !part.found {
			missing = append(missing, part.name)
		}
	}
	return missing
}

type readmePartsKey struct{ path string }

// readmeSections finds the parts of a README. What a template left there does
// not count.
func readmeSections(s *audit.Snapshot, doc *document.Document) readmeParts {
	return audit.Once(s, readmePartsKey{doc.Path}, func(s *audit.Snapshot) readmeParts {
		own := withoutTemplate(doc)
		return readmeParts{
			purpose:      introduction(own) >= shortestPurpose,
			install:      hasSection(own, install) || hasSection(own, development) && len(commandsOf(own)) > 0 || saysInstall(own) || linksTo(own, "install", "onboarding", "getting-started", "demarrage", "setup"),
			usage:        hasSection(own, usage) || readsItself(s, own) || showsUse(s, own),
			contact:      givesContact(own),
			licence:      namesLicence(own),
			contributing: hasSection(own, contributing) || linksTo(own, "contributing", "contribuer", "contribution"),
		}
	})
}

// hasSection reports whether a section with content has a heading on the topic.
// The document's title says nothing about its parts.
func hasSection(doc *document.Document, t topic) bool {
	for i, section := range doc.Sections {
		if isTitle(doc, i) || !about(section.Heading, t) {
			continue
		}
		if hasContent(doc.Below(i)) {
			return true
		}
	}
	return false
}

// isTitle reports whether the section's heading is the name of the whole
// document: the first one, above all others.
func isTitle(doc *document.Document, i int) bool {
	if doc.Sections[i].Heading != doc.Title || len(doc.Sections) == 1 {
		return false
	}
	for j, other := range doc.Sections {
		if j < i && other.Level > 0 || j > i && other.Level <= doc.Sections[i].Level && other.Level > 0 {
			return false
		}
	}
	return true
}
