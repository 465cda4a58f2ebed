package community

import (
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/guide"
	"github.com/perenne-audit/perenne/internal/manifest"
)

// securityChannelOpen is COM-03. A public issue about a vulnerability serves
// whoever would use it: there must be a private way, and it must be found.
var securityChannelOpen = &audit.Check{
	ID: "security-channel-open", Axis: audit.Community, Severity: audit.Bonus,
	Needs: audit.NeedTree, Uses: audit.NeedForge, EffortHours: 1.5, Side: audit.Team,
	Source: "https://standard.publiccode.net/criteria/open-to-contributions.html",
	Texts:  texts, Run: runSecurityChannelOpen,
}

func runSecurityChannelOpen(s *audit.Snapshot) audit.Verdict {
	mute := ""
	for _, find := range []func(*audit.Snapshot) (audit.Place, bool, bool){inPolicy, inSecurityText, inSections} {
		at, found, reaches := find(s)
		switch {
		case reaches && s.Forge != nil && s.Forge.Archived:
			// An archived repository takes no issue any more.
			return audit.PartlyMet("archived", "path", at.Path).At(at)
		case reaches:
			return audit.Met("channel", "path", at.Path).At(at)
		case found && mute == "":
			mute = at.Path
		}
	}
	if s.Forge.Told(audit.FactPrivateReports) && s.Forge.PrivateReports && !s.Forge.Archived {
		return audit.Met("forge")
	}
	if mute != "" {
		return audit.PartlyMet("no-address", "path", mute).At(audit.Place{Path: mute})
	}
	if at, found := tracker(s); found {
		return audit.PartlyMet("tracker-only", "path", at.Path).At(at)
	}
	if s.Forge != nil && s.Forge.TakesIssues && !s.Forge.Archived {
		return audit.PartlyMet("forge-issues")
	}
	return audit.NotMet("none")
}

// inPolicy reads SECURITY.md, where forges look for it.
func inPolicy(s *audit.Snapshot) (at audit.Place, found, reaches bool) {
	f, found := named(s, "security", "security-policy", "politique-de-securite", "vulnerability-disclosure")
	if !found {
		return audit.Place{}, false, false
	}
	doc := document.Open(s, f)
	if doc == nil || !isPolicy(doc) {
		return audit.Place{}, false, false
	}
	return audit.Place{Path: f.Path}, true, anyReaches(doc.Sections) || leadsElsewhere(doc)
}

// longestPolicy is how many words a policy may have that no heading gives away: a
// page on how to build safe software is longer.
const longestPolicy = 200

func isPolicy(doc *document.Document) bool {
	for _, section := range doc.Sections {
		if heading := section.Heading; onVulnerabilities(heading) && guide.Plain(heading) != "security" || strings.Contains(guide.Plain(heading), "report") {
			return true
		}
	}
	return doc.Words <= longestPolicy && speaksOfReports(doc.Sections)
}

// leadsElsewhere reports whether a policy sends its reader to a page that is not
// the public tracker.
func leadsElsewhere(doc *document.Document) bool {
	if !speaksOfReports(doc.Sections) {
		return false
	}
	for _, section := range doc.Sections {
		for _, link := range section.Links {
			url := strings.ToLower(link.URL)
			if !link.Image && strings.Contains(url, "://") && strings.Contains(url, "security") && !strings.Contains(url, "/issues") {
				return true
			}
		}
	}
	return false
}

// inSecurityText reads security.txt (RFC 9116), wherever the site keeps it.
func inSecurityText(s *audit.Snapshot) (at audit.Place, found, reaches bool) {
	for _, f := range s.OwnFiles() {
		if f.Name() != "security.txt" {
			continue
		}
		text, ok := s.ReadText(f)
		if !ok {
			continue
		}
		number := 0
		for line := range strings.Lines(text) {
			number++
			if field, value, _ := strings.Cut(line, ":"); strings.EqualFold(strings.TrimSpace(field), "contact") && strings.TrimSpace(value) != "" {
				return audit.Place{Path: f.Path, Line: number}, true, true
			}
		}
		at, found = audit.Place{Path: f.Path}, true
	}
	return at, found, false
}

var vulnerability = []string{
	"vulnerability", "vulnerabilities", "vulnerabilite", "vulnerabilites", "faille", "failles", "responsible disclosure", "divulgation responsable",
	"security policy", "politique de securite", "security issues", "security issue", "security contact", "reporting security", "=security", "=securite",
}

// inSections reads the README and the guide for contributors: a section on
// vulnerabilities that gives a way.
func inSections(s *audit.Snapshot) (at audit.Place, found, reaches bool) {
	docs := []*document.Document{document.Readme(s)}
	if f, found := named(s, "contributing", "contribuer"); found {
		docs = append(docs, document.Open(s, f))
	}
	for _, doc := range docs {
		if doc == nil {
			continue
		}
		for i, section := range doc.Sections {
			if !onVulnerabilities(section.Heading) {
				continue
			}
			below := doc.Below(i)
			if anyReaches(below) && speaksOfReports(below) {
				return audit.Place{Path: doc.Path, Line: section.Line}, true, true
			}
		}
	}
	return audit.Place{}, false, false
}

func onVulnerabilities(heading string) bool {
	// A header of HTTP is called so, too.
	text := strings.ReplaceAll(" "+guide.Plain(heading)+" ", " content security policy ", " ")
	for _, word := range vulnerability {
		if whole, only := strings.CutPrefix(word, "="); only && text == " "+whole+" " || !only && strings.Contains(text, " "+word+" ") {
			return true
		}
	}
	return false
}

// speaksOfReports tells how to tell of a vulnerability from how the software
// keeps its users safe.
func speaksOfReports(sections []document.Section) bool {
	for _, section := range sections {
		text := guide.Plain(section.Text)
		for _, word := range []string{"report", "disclos", "signal", "divulg", "contact", "ecri", "vulnerab", "faille"} {
			if strings.Contains(text, word) {
				return true
			}
		}
	}
	return false
}

// anyReaches reports whether sections give an address, a form, or the forge's own
// private channel.
func anyReaches(sections []document.Section) bool {
	for _, section := range sections {
		text := strings.ToLower(section.Text)
		if audit.MaskEmails(text) != text || strings.Contains(text, " [at] ") || strings.Contains(text, "(at)") {
			return true
		}
		for _, private := range []string{"private vulnerability reporting", "report a vulnerability", "security advisor", "confidential issue", "ticket confidentiel", "issue confidentielle"} {
			if strings.Contains(text, private) {
				return true
			}
		}
		for _, link := range section.Links {
			url := strings.ToLower(link.URL)
			if strings.HasPrefix(url, "mailto:") || strings.Contains(url, "/security/advisories") || strings.Contains(url, "security.txt") ||
				!link.Image && !strings.Contains(url, "/issues") && disclosing(url+" "+strings.ToLower(link.Text)) {
				return true
			}
		}
	}
	return false
}

// disclosing reports whether a link leads to a form or a programme for reports.
func disclosing(text string) bool {
	for _, word := range []string{"vulnerab", "disclosure", "bugbounty", "bug-bounty", "hackerone", "yeswehack", "signaler", "report"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// tracker finds an invitation to open issues.
func tracker(s *audit.Snapshot) (audit.Place, bool) {
	for _, f := range s.Files() {
		lower := strings.ToLower(f.Path)
		for _, prefix := range []string{".github/issue_template", ".gitlab/issue_templates/", ".gitea/issue_template", ".forgejo/issue_template", "issue_template"} {
			if strings.HasPrefix(lower, prefix) {
				return audit.Place{Path: f.Path}, true
			}
		}
	}
	if readme := document.Readme(s); readme != nil {
		for _, section := range readme.Sections {
			for _, link := range section.Links {
				url := strings.ToLower(strings.TrimSuffix(link.URL, "/"))
				if !link.Image && (strings.HasSuffix(url, "/issues") || strings.HasSuffix(url, "/issues/new")) {
					return audit.Place{Path: readme.Path, Line: link.Line}, true
				}
			}
		}
	}
	for _, m := range manifest.Of(s).Manifests {
		if m.Library && !m.Sample() && strings.Contains(m.Issues, "://") {
			return audit.Place{Path: m.Path}, true // the registry shows it
		}
	}
	return audit.Place{}, false
}
