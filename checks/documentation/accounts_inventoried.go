package docs

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/guide"
)

var accountsInventoried = &audit.Check{
	ID: "accounts-inventoried", Axis: audit.Transmission, Severity: audit.Major,
	Needs: audit.NeedTree | audit.NeedPortfolio, EffortHours: 7, Side: audit.Team,
	Kinds:  accountKinds,
	Source: "https://github.com/betagouv/doc.incubateur.net-communaute",
	Texts:  texts, Run: runAccountsInventoried,
}

// accountKinds run somewhere, on somebody's account.
var accountKinds = []audit.Kind{audit.WebApplication, audit.Service, audit.ShinyApp, audit.DataPipeline, audit.DataikuProject}

// runAccountsInventoried: a list may be kept where no repository shows it, so a gap
// needs services of others to be seen, and nothing written.
func runAccountsInventoried(s *audit.Snapshot) audit.Verdict {
	if guide.Static(s, accountKinds) {
		return audit.NotApplicable("static")
	}
	if fact := s.Attested("accounts-inventoried"); fact != nil {
		return audit.Met("declared", "says", audit.MaskEmails(fact.Says), "author", audit.MaskEmails(fact.Author), "date", fact.Date)
	}
	owned, listed := accountLists(s)
	switch {
	case len(owned) > 0:
		return audit.Met("listed", "path", owned[0].Path).At(owned[:min(len(owned), maxPlaces)]...)
	case len(listed) > 0:
		return audit.PartlyMet("no-owner", "path", listed[0].Path).At(listed[:min(len(listed), maxPlaces)]...)
	}
	if link, at, found := guide.Outside(s); found {
		return audit.Unknown("outside", "url", link).At(at)
	}
	used := externalServices(s)
	if len(used) == 0 {
		return audit.Unknown("none-seen")
	}
	var names []string
	var at []audit.Place
	for _, u := range used {
		if !slices.Contains(names, u.name) {
			names, at = append(names, u.name), append(at, u.place)
		}
	}
	return audit.NotMet("absent", "services", names[:min(len(names), maxServicesNamed)]).At(at[:min(len(at), maxPlaces)]...)
}

// maxServicesNamed is how many services a reason names.
const maxServicesNamed = 5

var accountWords = sync.OnceValue(func() (words struct{ heading, name, owner *regexp.Regexp }) {
	const both = `(?:comptes? et (?:d |les |des )?acces|acces et (?:des |les )?comptes|services? (?:externes?|tiers|souscrits|utilises)|applications? tierces?|(?:external|third party|hosted|saas) services?|outils (?:externes|utilises|et acces|et services|saas)|saas|inventaire (?:des )?(?:comptes|acces|services)|inventory of (?:accounts|services|access)|accounts? and (?:access|services)|accesses and accounts|comptes de service|acces (?:aux|a l|et droits|necessaires aux) (?:outils|services|serveurs?|infrastructures?|hebergements?|productions?|comptes?|infra)|gestion des acces|(?:liste|recapitulatif) des (?:acces|comptes|services|outils)|coffre fort(?: de mots de passe)?|services et comptes|recuperation des (?:acces|credentials|identifiants))`
	words.heading = regexp.MustCompile(`\b` + both + `\b`)
	words.name = regexp.MustCompile(`^(?:comptes|acces|accounts|access|services externes|external services|third party|` + both + `)$`)
	words.owner = regexp.MustCompile(`\b(?:responsables?|titulaires?|proprietaires?|detenteurs?|detenu|detient|gere(?:e|s|es)? par|owners?|owned by|holders?|held by|recouvr\w+|recuperer|recuperation|recover\w*|coffre(?:s)?|vaults?|vaultwarden|bitwarden|keepass\w*|passbolt|1password|dashlane|lastpass|administrateurs?|administratrices?|admins?|administrators?|demander (?:a|au|aux|l acces)|ask (?:the|for)|contact(?:er|ez)?|referents?)\b`)
	return words
})

// accountLists returns the passages that list services and accounts: those that
// say who holds them, and the others.
func accountLists(s *audit.Snapshot) (owned, listed []audit.Place) {
	add := func(p guide.Passage) {
		switch {
		case !listsSomething(p.Sections):
		case accountWords().owner.MatchString(guide.Plain(textOf(p.Sections))):
			owned = append(owned, p.Place())
		default:
			listed = append(listed, p.Place())
		}
	}
	for _, doc := range guide.All(s) {
		if !guide.IsReadme(doc.Path) && (accountWords().name.MatchString(guide.Plain(stemOf(doc.Path))) || accountWords().heading.MatchString(guide.Plain(doc.Title))) {
			add(guide.Passage{Doc: doc, Sections: doc.Sections})
			continue
		}
		for i, section := range doc.Sections {
			heading := guide.Plain(section.Heading)
			if !guide.IsTitle(doc, i) && strings.Count(heading, " ") < 10 && accountWords().heading.MatchString(heading) {
				add(guide.Passage{Doc: doc, Sections: doc.Below(i), Line: section.Line})
			}
		}
	}
	if len(owned)+len(listed) == 0 {
		listed = servicesInProse(s)
	}
	return owned, listed
}

// servicesWords announce the services of others in prose; domainHeading stands over
// who is asked for the names under which the product is reached.
var (
	servicesWords = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\b(?:services? (?:externes?|tiers)|(?:external|third party) services?)\b`)
	})
	domainHeading = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(?:dns|noms? de domaines?|domain names?)$`)
	})
)

// fewestServices is how many known ones a sentence names to be a list.
const fewestServices = 2

// servicesInProse returns the sections that name the services of others in a
// sentence, or say whom to ask for the domain: the beginning of a list.
func servicesInProse(s *audit.Snapshot) []audit.Place {
	var found []audit.Place
	for _, doc := range guide.All(s) {
		for _, section := range doc.Sections {
			text := guide.Plain(section.Text)
			asked := domainHeading().MatchString(guide.Plain(section.Heading)) && (strings.Contains(section.Text, "@") || accountWords().owner.MatchString(text))
			if asked || servicesWords().MatchString(text) && servicesNamed(text) >= fewestServices {
				found = append(found, audit.Place{Path: doc.Path, Line: section.Line})
			}
		}
	}
	return found
}

// servicesNamed counts the known services that a text in plain letters names.
func servicesNamed(text string) int {
	n := 0
	for _, sign := range serviceSigns {
		if strings.Contains(" "+text+" ", " "+guide.Plain(sign.name)+" ") {
			n++
		}
	}
	return n
}

// listsSomething reports whether sections hold a list or a table of two entries,
// or a paragraph of some length.
func listsSomething(sections []document.Section) bool {
	lines := 0
	for _, section := range sections {
		for line := range strings.Lines(section.Text) {
			if guide.WordsIn(line) > 0 {
				lines++
			}
		}
	}
	return lines >= 2 && guide.Words(sections) >= 8 || guide.Words(sections) >= shortestUse
}
