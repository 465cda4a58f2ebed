package docs

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

var decisionsRecorded = &audit.Check{
	ID: "decisions-recorded", Axis: audit.Transmission, Severity: audit.Moderate,
	Needs: audit.NeedTree, EffortHours: 7, Side: audit.Team,
	Kinds: []audit.Kind{
		audit.WebApplication, audit.Service, audit.DesktopApplication, audit.DataPipeline, audit.ShinyApp, audit.Library, audit.DataikuProject,
	},
	Source: "https://adr.github.io/",
	Texts:  texts, Run: runDecisionsRecorded,
}

const (
	// enoughRecords is how many records show a habit.
	enoughRecords = 3
	// shortestRecord is how many words give a choice with its reason.
	shortestRecord = 50
)

func runDecisionsRecorded(s *audit.Snapshot) audit.Verdict {
	records := decisionRecords(s)
	if len(records) >= enoughRecords {
		return audit.Met("records", "count", len(records), "path", records[0].Path).At(records[:min(len(records), maxPlaces)]...)
	}
	reasoned, mentioned := decisionPassages(s)
	switch {
	case len(reasoned) > 0:
		return audit.Met("reasons", "path", reasoned[0].Path).At(reasoned[:min(len(reasoned), maxPlaces)]...)
	case len(records) > 0:
		return audit.PartlyMet("few", "count", len(records), "path", records[0].Path).At(records...)
	case len(mentioned) > 0:
		return audit.PartlyMet("mentioned", "path", mentioned[0].Path).At(mentioned[:min(len(mentioned), maxPlaces)]...)
	}
	if link, at, found := guide.Outside(s); found {
		return audit.Unknown("outside", "url", link).At(at)
	}
	return audit.NotMet("absent")
}

// recordDirs are the folders in which the usual tools keep one decision a file.
var recordDirs = wordSet("adr adrs decisions decision-records architecture-decision-records architecture-decisions architecture_decision_records decision-log madr rfc rfcs adr-log")

// decisionRecords returns the records of decisions, without the page that lists
// them and the model that they are written from.
func decisionRecords(s *audit.Snapshot) []audit.Place {
	var places []audit.Place
	for _, f := range document.Files(s) {
		if inRecordDir(f.Path) && !misplaced(f.Path) && !notRecord(f.Path) {
			places = append(places, audit.Place{Path: f.Path})
		}
	}
	return places
}

func inRecordDir(name string) bool {
	dirs := strings.Split(strings.ToLower(path.Dir(name)), "/")
	return slices.ContainsFunc(dirs, func(dir string) bool { return recordDirs[dir] })
}

func notRecord(name string) bool {
	base := stemOf(name)
	return base == "readme" || base == "index" || base == "log" || strings.Contains(base, "template") || strings.Contains(base, "modele") || base == "adr" || base == "toc"
}

var decisionWords = sync.OnceValue(func() (words struct{ choice, debt, reason, told *regexp.Regexp }) {
	words.choice = regexp.MustCompile(`^(?:(?:les|nos|our|the|main|principaux|principales|quelques|notes? sur les) )*(?:choix (?:techniques?|technologiques?|d architecture|de conception|d implementation|effectues|retenus|de la technologie)|decisions?(?: (?:techniques?|d architecture|prises|records?|log))?|(?:technical|technology|architecture|architectural|design|key) (?:decisions?|choices?|rationale)|rationale|design rationale|design considerations|journal des decisions|registre des decisions|justification(?: des choix| technique)?|pourquoi (?:ce|ces|cette) (?:choix|technos?|technologies?|stack)|why (?:we chose|not|this stack|these) .*|motivation(?:s)? des choix.*|trade ?offs?|alternatives (?:considered|considerees|envisagees))$`)
	words.debt = regexp.MustCompile(`\b(?:dettes? techniques?|technical debts?|tech debts?|limitations? connues?|known limitations?|points? de vigilance techniques?|limites connues|known shortcomings)\b`)
	words.reason = regexp.MustCompile(`\b(?:car|parce qu\w*|afin (?:de|d|que|qu)|pour (?:eviter|permettre|pouvoir|limiter|simplifier)|plutot que|au lieu de|avantages?|inconvenients?|permet|because|since|so that|in order to|instead of|rather than|to avoid|allows?|due to|pros|cons|chosen|choisi\w*|retenu\w*|prefer\w*|trade ?offs?|en raison|c est pourquoi|therefore|why)\b`)
	words.told = regexp.MustCompile(`\b(?:(?:ce|ces|le|les|nos) choix (?:d architecture|architectura(?:l|ux)|techniques?|technologiques?) (?:\w+ ){0,4}(?:motives?|justifies?|expliques?|guides?|dictes?)|(?:this|these|the|our) (?:architectural|technical|design|technology) (?:choices?|decisions?) (?:\w+ ){0,4}(?:motivated|made because|justified|driven))\b`)
	return words
})

// decisionPassages returns where the documentation gives choices or debts with
// reasons, and where it names them only.
func decisionPassages(s *audit.Snapshot) (reasoned, mentioned []audit.Place) {
	for _, doc := range guide.All(s) {
		name, title := guide.Plain(stemOf(doc.Path)), guide.Plain(doc.Title)
		if onDecisions(name) || onDecisions(title) {
			reasoned, mentioned = sortedInto(reasoned, mentioned, guide.Passage{Doc: doc, Sections: doc.Sections})
			continue
		}
		for i, section := range doc.Sections {
			if guide.IsTitle(doc, i) || !onDecisions(guide.Plain(section.Heading)) {
				if decisionWords().told.MatchString(guide.Plain(section.Text)) {
					mentioned = append(mentioned, audit.Place{Path: doc.Path, Line: section.Line})
				}
				continue
			}
			reasoned, mentioned = sortedInto(reasoned, mentioned, guide.Passage{Doc: doc, Sections: doc.Below(i), Line: section.Line})
		}
	}
	return reasoned, mentioned
}

func onDecisions(heading string) bool {
	words := decisionWords()
	return heading != "" && strings.Count(heading, " ") < 8 && (words.choice.MatchString(heading) || words.debt.MatchString(heading))
}

func sortedInto(reasoned, mentioned []audit.Place, p guide.Passage) (with, without []audit.Place) {
	switch text := guide.Plain(textOf(p.Sections)); {
	case guide.Words(p.Sections) >= shortestRecord && decisionWords().reason.MatchString(text):
		reasoned = append(reasoned, p.Place())
	case guide.HasContent(p.Sections):
		mentioned = append(mentioned, p.Place())
	}
	return reasoned, mentioned
}

// textOf is the prose of sections with their headings.
func textOf(sections []document.Section) string {
	var b strings.Builder
	for _, section := range sections {
		b.WriteString(section.Heading + "\n" + section.Text + "\n")
	}
	return b.String()
}
