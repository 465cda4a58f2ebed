package delivery

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/guide"
	"github.com/perenne-audit/perenne/internal/publiccode"
)

var hostingAgreed = &audit.Check{
	ID: "hosting-agreed", Axis: audit.Deployment, Severity: audit.Major,
	Needs: audit.NeedPortfolio, Uses: audit.NeedTree, EffortHours: 7, LeadDays: 120, Side: audit.DSI,
	Kinds:  []audit.Kind{audit.WebApplication, audit.Service, audit.ShinyApp},
	Source: "https://github.com/betagouv/doc.incubateur.net-communaute",
	Texts:  texts, Run: runHostingAgreed,
}

// runHostingAgreed: only people know what was agreed. An address of the State
// shows that a domain name was granted, and not who keeps the server.
func runHostingAgreed(s *audit.Snapshot) audit.Verdict {
	if fact := s.Attested("hosting-agreed"); fact != nil {
		return audit.Met("agreed", "says", audit.MaskEmails(fact.Says), "author", audit.MaskEmails(fact.Author), "date", fact.Date)
	}
	if host, at, found := homePage(s); found {
		return audit.PartlyMet("address-only", "host", host).At(at)
	}
	return audit.Unknown("not-declared")
}

// homePage finds the address of the deliverable itself on a domain of the State:
// the one that publiccode.yml gives, or a link of the README to the top of a
// site that bears the project's name.
func homePage(s *audit.Snapshot) (host string, at audit.Place, found bool) {
	if file := publiccode.Of(s); file != nil && file.Err == nil {
		if host, _ := stateHost(file.LandingURL.Text); host != "" {
			return host, audit.Place{Path: file.Path, Line: file.LandingURL.Line}, true
		}
	}
	readme := document.Readme(s)
	if readme == nil {
		return "", audit.Place{}, false
	}
	slugs := []string{guide.Squeeze(strings.TrimSuffix(path.Base(s.Repository.URL), ".git")), guide.Squeeze(readme.Title)}
	for _, section := range readme.Sections {
		serving := slices.Contains(servingHeadings, guide.Plain(section.Heading))
		for _, link := range section.Links {
			host, top := stateHost(link.URL)
			if host == "" || !top && !serving || link.Image || documentation(host) {
				continue
			}
			if serving {
				return host, audit.Place{Path: readme.Path, Line: link.Line}, true
			}
			for _, slug := range slugs {
				if name := guide.Squeeze(strings.TrimSuffix(host, ".gouv.fr")); len(slug) >= 4 && strings.Contains(name, slug) {
					return host, audit.Place{Path: readme.Path, Line: link.Line}, true
				}
			}
		}
	}
	return "", audit.Place{}, false
}

// servingHeadings stand over the address at which the deliverable answers, whatever
// its host is called.
var servingHeadings = []string{"production", "en production", "in production", "environnement de production", "production environment"}

// stateHost is the host of an address below gouv.fr, "" for any other and for
// the catalogue of public software; top is true for a whole site.
func stateHost(address string) (host string, top bool) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return "", false
	}
	host = strings.ToLower(u.Hostname())
	if !strings.HasSuffix(host, ".gouv.fr") || host == "code.gouv.fr" || host == "beta.gouv.fr" || strings.HasPrefix(host, "gitlab.") || strings.HasPrefix(host, "forge.") || strings.HasPrefix(host, "git.") {
		return "", false
	}
	return host, u.Path == "" || u.Path == "/"
}

// documentation reports whether a site is about the deliverable, or of its
// tests.
func documentation(host string) bool {
	first, _, _ := strings.Cut(host, ".")
	for word := range strings.FieldsFuncSeq(first, func(r rune) bool { return r == '-' }) {
		switch word {
		case "doc", "docs", "documentation", "guide", "aide", "status", "statut", "blog", "wiki", "dev", "test", "staging", "recette", "preprod", "sandbox", "demo", "review", "qualif", "integration":
			return true
		}
	}
	return false
}
