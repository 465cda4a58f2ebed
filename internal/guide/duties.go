package guide

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
)

// duty is one subject of operation.
type duty struct {
	name string
	// heading and text tell it in a document about operation.
	heading, text *regexp.Regexp
}

// duties are those of DutyNames.
var duties = sync.OnceValue(func() []duty {
	return []duty{
		{"start",
			regexp.MustCompile(`\b(?:start|starting|restart|restarting|demarrer|demarrage|redemarrer|redemarrage|relancer|relance|lancement|lancer)\b`),
			regexp.MustCompile(`\b(?:systemctl (?:re)?start|service [\w.-]+ (?:re)?start|compose (?:-f \S+ )*(?:up|start|restart)|pm2 (?:start|restart|reload)|supervisorctl (?:re)?start|rollout restart|(?:re)?demarr\w+|relanc\w+|restart(?:s|ed|ing)?|start (?:the|up)|to start)\b`)},
		{"stop",
			regexp.MustCompile(`\b(?:stop|stopping|arret|arreter|shutdown|shutting down|eteindre|interrompre)\b`),
			regexp.MustCompile(`\b(?:systemctl (?:stop|restart)|service [\w.-]+ (?:stop|restart)|compose (?:-f \S+ )*(?:down|stop|restart)|pm2 (?:stop|restart)|supervisorctl (?:stop|restart)|arret(?:er|ez|e)?|stopper|stop (?:the|it|all)|to stop|shut ?down)\b`)},
		{"logs",
			regexp.MustCompile(`\b(?:logs?|logging|journaux|journalisation|traces)\b`),
			regexp.MustCompile(`(?:\b(?:journalctl|docker logs|compose (?:-f \S+ )*logs|pm2 logs|kubectl logs|heroku logs|scalingo [^\n]*logs|journaux|logs|fichiers? de log|log files?)\b|/var/log)`)},
		{"backup",
			regexp.MustCompile(`\b(?:sauvegardes?|backups?|restauration|restaurer|restore|restoring|recovery|(?:sql|database|db|base) dumps?|dumps? (?:de la base|of the database))\b`),
			regexp.MustCompile(`\b(?:sauvegard\w+|backups?|back up|restaur(?:er|ez|ation)|restore|pg_dump|pg_restore|mysqldump|mongodump)\b`)},
		{"incident",
			regexp.MustCompile(`\b(?:incidents?|pannes?|astreinte|depannage|troubleshooting|en cas de (?:probleme|panne|crash|erreur)|outage|on call|rollback|retour arriere|recovery|disaster|reprise|erreurs? (?:frequentes?|connues?|courantes?)|problemes? (?:frequents?|courants?|recurrents?)|known issues|common (?:issues|problems|errors))\b`),
			regexp.MustCompile(`\b(?:incidents?|pannes?|astreinte|depannage|troubleshoot\w*|en cas de (?:probleme|panne|crash|erreur|defaillance)|outages?|on-call|rollback|roll back|retour arriere|mode degrade|escalad\w+)\b`)},
	}
})

// ownHeadings are duties whose name alone makes a heading one about operation: a
// heading about starting is mostly meant for developers, and one about logs may
// be about tables of them.
var ownHeadings = []string{"backup", "incident"}

// DutyNames are what somebody on duty must find, in the order of the catalogue.
var DutyNames = []string{"start", "stop", "logs", "backup", "incident"}

type dutiesKey struct{}

// Duties maps each of DutyNames that the documentation covers to the passages
// that do, in the order of the documents: a section that mentions it or, where
// the heading says so, with those below it.
func Duties(s *audit.Snapshot) map[string][]Passage {
	return audit.Once(s, dutiesKey{}, func(s *audit.Snapshot) map[string][]Passage {
		covered := map[string][]Passage{}
		for _, doc := range append(slices.Clone(All(s)), linkedFromProduction(s)...) {
			coverDocument(s, doc, covered)
		}
		return covered
	})
}

// coverDocument notes which duties one document covers: a document about
// operation in all of it, another one in its sections about operation or
// deployment.
func coverDocument(s *audit.Snapshot, doc *document.Document, covered map[string][]Passage) {
	whole := namedOperations(doc.Path) || saysUpdate(doc) || keepsContainers(doc) || productionLinks(s)[doc.Path] || InDocumentDir(doc.Path) && !IsReadme(doc.Path) && About(doc.Title, operations)
	open := 0
	for i, section := range doc.Sections {
		if open > 0 && section.Level <= open {
			open = 0
		}
		if describesCall(section) {
			continue
		}
		heading := Plain(section.Heading)
		if open == 0 && !IsTitle(doc, i) && (About(heading, operations) || About(heading, Deployment)) {
			open = max(section.Level, 1)
		}
		operating := whole || open > 0
		text := ""
		if operating {
			text = SectionText(section)
		}
		for _, d := range duties() {
			own := slices.Contains(ownHeadings, d.name) || d.name == "logs" && !strings.Contains(heading, "format") && (showsCommand(section) || Words(doc.Below(i)) >= toldAtLength)
			named := (operating || own) && d.heading.MatchString(heading) && substantial(doc.Below(i)) && !IsTitle(doc, i)
			switch {
			case d.name == "logs" && watches(heading, doc, i), d.name == "start" && refreshes(heading, doc, i):
				covered[d.name] = append(covered[d.name], Passage{doc, doc.Below(i), section.Line})
			case named:
				covered[d.name] = append(covered[d.name], Passage{doc, doc.Below(i), section.Line})
			case operating && d.text.MatchString(text):
				covered[d.name] = append(covered[d.name], Passage{doc, doc.Sections[i : i+1], section.Line})
			}
		}
	}
}

// describesCall reports whether a section describes a call of an API: what it
// restores there is an entry that somebody deleted.
func describesCall(section document.Section) bool {
	return httpCall().MatchString(section.Text) || slices.ContainsFunc(section.Inline, func(c document.CodeBlock) bool { return httpCall().MatchString(c.Text) })
}

var httpCall = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\b(?:GET|POST|PUT|PATCH|DELETE) /`) })

// Operating returns the documents of their own, in the folders for documentation,
// that are about operation by their name or title, whatever they cover.
func Operating(s *audit.Snapshot) []Passage {
	var found []Passage
	for _, doc := range All(s) {
		if !IsReadme(doc.Path) && InDocumentDir(doc.Path) && (namedOperations(doc.Path) || About(doc.Title, operations)) && Words(doc.Sections) >= toldAtLength {
			found = append(found, Passage{doc, doc.Sections, 0})
		}
	}
	return found
}

// saysUpdate reports whether a document of its own says how what runs is brought up
// to date, by its name or its title and the commands of a server.
func saysUpdate(doc *document.Document) bool {
	if IsReadme(doc.Path) || !updates().MatchString(Plain(Stem(path.Base(doc.Path)))+" | "+Plain(doc.Title)) {
		return false
	}
	return slices.ContainsFunc(doc.Sections, func(section document.Section) bool { return servers().MatchString(SectionText(section)) })
}

// keepsContainers reports whether a document of its own on containers says how they
// are restarted and where their logs are read, and is not for the machine of a
// developer.
func keepsContainers(doc *document.Document) bool {
	name := Plain(Stem(path.Base(doc.Path))) + " | " + Plain(doc.Title)
	if IsReadme(doc.Path) || !InDocumentDir(doc.Path) || !onContainers().MatchString(name) || forDevelopers().MatchString(name) {
		return false
	}
	restarts, reads := false, false
	for _, section := range doc.Sections {
		commands := SectionText(section) + "\n" + strings.ReplaceAll(inlineText(section), "docker-compose", "docker compose")
		restarts = restarts || containersRestart().MatchString(commands)
		reads = reads || containersLog().MatchString(commands)
	}
	return restarts && reads
}

var (
	onContainers = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\b(?:docker|podman|conteneurs?|containers?)\b`)
	})
	forDevelopers = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\b(?:dev\w*|local\w*|tests?|contribu\w+)\b`)
	})
	containersRestart = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\b(?:docker|podman|compose)(?: -f \S+)* (?:stop|restart)\b`)
	})
	containersLog = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\b(?:docker|podman|compose)(?: -f \S+)* logs\b`) })
	updates       = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\b(?:maj|mises? a jour|mettre a jour|updates?|updating|upgrades?|upgrading|montee de version)\b`)
	})
	servers = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\b(?:systemctl|supervisorctl|pm2|compose (?:-f \S+ )*(?:up|down|restart)|kubectl|service [\w.-]+ (?:re)?start)\b`)
	})
)

var (
	watching = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\b(?:metrics|metriques|monitoring|supervision|observability|observabilite|consommation)\b`)
	})
	watchers = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?:\b(?:prometheus|grafana|kibana|datadog|new ?relic|statsd|zabbix|cpu|memoire|memory|dashboards?|tableaux? de bord|alertes?|alerts?)\b|/metrics\b)`)
	})
	refreshing = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\b(?:updat\w+|refresh\w*|reload\w*|(?:re)?import\w*|(?:re)?index\w*|maj|mises? a jour|mettre a jour|actualis\w+|rafraichi\w+|alimentation|alimenter|synchronis\w+)\b.*\b(?:data|database|donnees|base|index|referentiels?|archives?)\b`)
	})
)

// watches reports whether a section says where to see how the service is doing: by
// its heading and by what shows it. The metrics of a model are read elsewhere.
func watches(heading string, doc *document.Document, i int) bool {
	return !IsTitle(doc, i) && watching().MatchString(heading) && substantial(doc.Below(i)) &&
		slices.ContainsFunc(doc.Below(i), func(s document.Section) bool {
			return watchers().MatchString(SectionText(s)) || watchers().MatchString(inlineText(s))
		})
}

func inlineText(section document.Section) string {
	var b strings.Builder
	for _, code := range section.Inline {
		b.WriteString(strings.ToLower(code.Text) + "\n")
	}
	return b.String()
}

// refreshes reports whether a section gives the commands that bring new data in,
// which whoever keeps the service runs again and again.
func refreshes(heading string, doc *document.Document, i int) bool {
	return !IsTitle(doc, i) && refreshing().MatchString(heading) && slices.ContainsFunc(doc.Below(i), func(s document.Section) bool { return len(s.Code) > 0 })
}

// toldAtLength is how many words under a heading on logs say where they are kept
// and who reads them.
const toldAtLength = 40

// showsCommand reports whether a section says what to type, or which file to
// open.
func showsCommand(section document.Section) bool {
	return len(section.Code) > 0 || slices.ContainsFunc(section.Inline, func(c document.CodeBlock) bool { return strings.ContainsAny(c.Text, "/ ") })
}

// SectionText is prose and code, in plain lower-case letters.
func SectionText(section document.Section) string {
	var b strings.Builder
	b.WriteString(section.Text)
	for _, code := range section.Code {
		b.WriteByte('\n')
		b.WriteString(code.Text)
	}
	return strings.ReplaceAll(Letters.Replace(strings.ToLower(b.String())), "docker-compose", "docker compose")
}

// substantial reports whether a section says how, rather than only that.
func substantial(sections []document.Section) bool {
	return Words(sections) >= 8 || codeIn(sections) > 0
}

var operationsNames = setOf(`runbook runbooks exploitation ops operations operation operating guide-exploitation guide-d-exploitation maintenance
	troubleshooting depannage supervision monitoring sauvegarde sauvegardes backup backups restore recovery incident incidents astreinte pra pca mco dex reprise`)

// namedOperations reports whether a document, or its folder, is named after
// operation.
func namedOperations(name string) bool {
	if operationsNames[Letters.Replace(strings.ToLower(path.Base(path.Dir(name))))] {
		return true
	}
	s := Stem(path.Base(name))
	if operationsNames[s] {
		return true
	}
	return slices.ContainsFunc(strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("-_ '.", r) }), func(word string) bool {
		return word == "runbook" || word == "exploitation" || word == "incident" || word == "incidents" || word == "sauvegarde" || word == "backup"
	})
}
