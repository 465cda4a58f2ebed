package community

import (
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/guide"
)

// contributionGuided is COM-02: how to contribute, and who decides.
var contributionGuided = &audit.Check{
	ID: "contribution-guided", Axis: audit.Community, Severity: audit.Bonus,
	Needs: audit.NeedTree, EffortHours: 3.5, Side: audit.Team,
	Kinds: []audit.Kind{
		audit.WebApplication, audit.Service, audit.ShinyApp, audit.DesktopApplication, audit.Library,
		audit.DataPipeline, audit.Notebook, audit.DataikuProject, audit.Infrastructure,
	},
	Source: "https://github.com/DISIC/politique-de-contribution-open-source",
	Texts:  texts, Run: runContributionGuided,
}

var governanceWords = []string{
	"gouvernance", "governance", "qui decide", "who decides", "prise de decision", "decision making", "comite de pilotage", "comite technique", "steering committee",
}

func runContributionGuided(s *audit.Snapshot) audit.Verdict {
	readme := document.Readme(s)
	if at, found := publishedOnly(readme); found {
		return audit.NotApplicable("published-only").At(at)
	}
	how, guided := contributing(s, readme)
	who, governed := governance(s, readme, how)
	switch {
	case guided && governed:
		return audit.Met("both", "guide", how.Path, "governance", who.Path).At(how, who)
	case guided:
		return audit.PartlyMet("guide-only", "guide", how.Path).At(how)
	case governed:
		return audit.PartlyMet("governance-only", "governance", who.Path).At(who)
	}
	return audit.NotMet("none")
}

// publishedOnly finds the badge of code.gouv.fr that says that the code is
// published and contributions are not awaited.
func publishedOnly(readme *document.Document) (audit.Place, bool) {
	if readme == nil {
		return audit.Place{}, false
	}
	for _, section := range readme.Sections {
		for _, link := range section.Links {
			lower := strings.ToLower(link.URL)
			if link.Image && strings.Contains(lower, "code.gouv.fr-publi") {
				return audit.Place{Path: readme.Path, Line: link.Line}, true
			}
		}
	}
	return audit.Place{}, false
}

func contributing(s *audit.Snapshot, readme *document.Document) (audit.Place, bool) {
	if f, found := named(s, "contributing", "contribuer", "contribution", "contributions", "contributing-guide", "guide-de-contribution", "collaboration", "collaborer"); found {
		if doc := document.Open(s, f); doc == nil || guide.Words(doc.Sections) > 0 || len(doc.Sections) > 0 {
			return audit.Place{Path: f.Path}, true
		}
	}
	if readme != nil {
		for i, section := range readme.Sections {
			if !guide.IsTitle(readme, i) && guide.About(section.Heading, guide.Contributing) && guide.HasContent(readme.Below(i)) {
				return audit.Place{Path: readme.Path, Line: section.Line}, true
			}
		}
	}
	return audit.Place{}, false
}

// governance looks for a file of its own, then for a section of the README or of
// the guide for contributors.
func governance(s *audit.Snapshot, readme *document.Document, guide audit.Place) (audit.Place, bool) {
	if f, found := named(s, "governance", "gouvernance"); found {
		return audit.Place{Path: f.Path}, true
	}
	docs := []*document.Document{readme}
	if f, found := s.File(guide.Path); found && guide.Line == 0 {
		docs = append(docs, document.Open(s, f))
	}
	for _, doc := range docs {
		if section, found := sectionOn(doc, governanceWords...); found {
			return audit.Place{Path: doc.Path, Line: section.Line}, true
		}
	}
	return audit.Place{}, false
}
