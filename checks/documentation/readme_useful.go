package docs

import (
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/guide"
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
type readmeParts map[guide.Topic]bool

// list names the parts in the order of the catalogue.
func (p readmeParts) list() []string {
	list := []string{}
	for _, t := range []guide.Topic{guide.Purpose, guide.Install, guide.Usage, guide.Contact, guide.Licence, guide.Contributing, guide.References} {
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
		{"purpose", p[guide.Purpose]}, {"run", p[guide.Install] || p[guide.Usage]}, {"contact", p[guide.Contact]}, {"licence", p[guide.Licence]},
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
		own := guide.WithoutTemplate(doc)
		return readmeParts{
			guide.Purpose:      introduction(own) >= shortestPurpose || defines(own),
			guide.Install:      hasSection(own, guide.Install) || hasSection(own, guide.Development) && len(commandsOf(own)) > 0 || saysInstall(own) || linksTo(own, "install", "onboarding", "getting-started", "demarrage", "setup", "development", "developing", "developpement", "hacking"),
			guide.Usage:        hasSection(own, guide.Usage) || readsItself(s, own) || showsUse(s, own),
			guide.Contact:      givesContact(own),
			guide.Licence:      namesLicence(own),
			guide.Contributing: hasSection(own, guide.Contributing) || linksTo(own, "contributing", "contribuer", "contribution"),
			guide.References:   hasSection(own, guide.References),
		}
	})
}

// hasSection reports whether a section with content is on the topic, by its
// heading. The document's title says nothing about its parts.
func hasSection(doc *document.Document, t guide.Topic) bool {
	topics := guide.SectionTopics(doc)
	for i, section := range doc.Sections {
		found := guide.About(section.Heading, t)
		if t == guide.Install || t == guide.Usage || t == guide.References {
			// "Configuration" and "API" are about installing and using in a README,
			// and a section of little else than links leads on.
			found = found || slices.Contains(topics[i], t)
		}
		if found && !guide.IsTitle(doc, i) && guide.HasContent(doc.Below(i)) {
			return true
		}
	}
	return false
}

// ownIntroduction is how many words of one's own, ahead of what the generator
// wrote, make a README of it.
const ownIntroduction = 30

// untouchedTemplate reports whether a README is what a generator wrote, and
// names the generator.
func untouchedTemplate(doc *document.Document) (name string, untouched bool) {
	if own := guide.WithoutTemplate(doc); own != doc && presents(own) {
		return "", false
	}
	return guide.TemplateOf(doc)
}

// presents reports whether what a generator did not write presents the project:
// at some length, or with a contact or a licence.
func presents(own *document.Document) bool {
	n := introduction(own)
	return n >= ownIntroduction || n >= shortestPurpose && (givesContact(own) || namesLicence(own))
}
