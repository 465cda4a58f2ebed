package errorreporting

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/guide"
)

var incidentProcedure = &audit.Check{
	ID: "incident-procedure", Axis: audit.Reliability, Severity: audit.Moderate,
	Needs: audit.NeedTree, EffortHours: 7, Side: audit.DSI,
	Kinds:  failingKinds,
	Source: "https://sre.google/sre-book/managing-incidents/",
	Texts:  texts, Run: runIncidentProcedure,
}

// failingKinds run for somebody who notices when they do not.
var failingKinds = []audit.Kind{audit.WebApplication, audit.Service, audit.ShinyApp, audit.DataPipeline}

// runIncidentProcedure looks for what somebody needs when the service is down:
// what to do, whom to call, and how to do without the service meanwhile.
func runIncidentProcedure(s *audit.Snapshot) audit.Verdict {
	if guide.Static(s, failingKinds) {
		return audit.NotApplicable("static")
	}
	how := guide.Duties(s)["incident"]
	if len(how) == 0 {
		if link, at, outside := guide.Outside(s); outside {
			return audit.Unknown("outside", "url", link).At(at)
		}
		return audit.NotMet("nothing")
	}
	places := []audit.Place{how[0].Place()}
	who, called := firstTelling(how, callsSomebody)
	degraded, does := firstTelling(how, doesWithout)
	if called && !slices.Contains(places, who) {
		places = append(places, who)
	}
	if does && !slices.Contains(places, degraded) {
		places = append(places, degraded)
	}
	at := how[0].Doc.Path
	switch {
	case called && does:
		return audit.Met("described", "path", at).At(places...)
	case called:
		return audit.PartlyMet("no-degraded-mode", "path", at).At(places...)
	case does:
		return audit.PartlyMet("no-contact", "path", at).At(places...)
	}
	return audit.PartlyMet("only-how", "path", at).At(places...)
}

// firstTelling returns the first section that tells something, among those that
// are about incidents; in a document named after them, all sections are.
func firstTelling(how []guide.Passage, tells func(document.Section) bool) (audit.Place, bool) {
	for _, p := range how {
		sections := p.Sections
		if namedIncident(p.Doc) {
			sections = p.Doc.Sections
		}
		for _, section := range sections {
			if tells(section) {
				return audit.Place{Path: p.Doc.Path, Line: section.Line}, true
			}
		}
	}
	return audit.Place{}, false
}

// namedIncident reports whether a whole document is about what goes wrong.
func namedIncident(doc *document.Document) bool {
	words := guide.Plain(strings.TrimSuffix(path.Base(doc.Path), path.Ext(doc.Path)) + " " + doc.Title)
	return incidentWords().title.MatchString(words)
}

// incidentWords are compared with text in plain lower-case letters.
var incidentWords = sync.OnceValue(func() (words struct{ title, who, degraded *regexp.Regexp }) {
	words.title = regexp.MustCompile(`\b(?:incidents?|pannes?|astreinte|runbook|exploitation|reprise|pra|pca|disaster recovery|recovery|troubleshooting|depannage)\b`)
	words.who = regexp.MustCompile(`\b(?:astreinte|on-call|escalad\w+|escalat\w+|(?:contacter|contactez|appeler|appelez|prevenir|prevenez|alerter|alertez|avertir|avertissez|joindre|ecrire a|signaler (?:a|au|aux))\s+\w+|contacts?\b|page the|notify (?:the|them|us)|call (?:the|us)|reach (?:the|out)|(?:telephone|phone|tel)\s*:|0[1-9](?:[ .]?\d\d){4})`)
	words.degraded = regexp.MustCompile(`\b(?:mode degrade|fonctionnement degrade|service degrade|degraded mode|degraded service|page de maintenance|mode maintenance|mode de maintenance|maintenance (?:page|mode)|lecture seule|read-only|solution de (?:secours|repli)|mode secours|site de secours|plan de (?:continuite|reprise)|fallback|failover|retour arriere|revenir (?:a|en) (?:la version|arriere)|rollback|roll back|version precedente|previous (?:version|release)|en attendant|meanwhile|a la main pendant|sur papier)\b`)
	return words
})

// callsSomebody reports whether a section says whom to call.
func callsSomebody(section document.Section) bool {
	if slices.ContainsFunc(section.Links, func(l document.Link) bool {
		return strings.HasPrefix(l.URL, "mailto:") || strings.HasPrefix(l.URL, "tel:")
	}) {
		return true
	}
	return incidentWords().who.MatchString(told(section))
}

// doesWithout reports whether a section says how to go on while the service is
// down, or how to go back to what worked.
func doesWithout(section document.Section) bool {
	return incidentWords().degraded.MatchString(told(section))
}

// told is a section with its heading, in plain lower-case letters.
func told(section document.Section) string {
	return guide.Plain(section.Heading) + "\n" + guide.SectionText(section)
}
