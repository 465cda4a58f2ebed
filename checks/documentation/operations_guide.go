package docs

import (
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/guide"
)

var operationsGuide = &audit.Check{
	ID: "operations-guide", Axis: audit.Transmission, Severity: audit.Major,
	Needs: audit.NeedTree, EffortHours: 14, Side: audit.Team, Kinds: operated,
	Source: "https://sre.google/sre-book/table-of-contents/",
	Texts:  texts, Run: runOperationsGuide,
}

func runOperationsGuide(s *audit.Snapshot) audit.Verdict {
	if guide.Static(s, operated) {
		return audit.NotApplicable("static")
	}
	covered := map[string]audit.Place{}
	for name, passages := range guide.Duties(s) {
		covered[name] = passages[0].Place()
	}
	if started := runsItself(s); covered["start"] == (audit.Place{}) && started != (audit.Place{}) {
		covered["start"] = started
	}
	covers := []string{}
	subjects := 0
	var where []audit.Place
	for _, d := range guide.DutyNames {
		if found := covered[d]; found.Path != "" {
			covers = append(covers, d)
			if d != "stop" || covered["start"].Path == "" {
				subjects++ // one command restarts: starting and stopping are one subject
			}
			if !slices.Contains(where, found) {
				where = append(where, found)
			}
		}
	}
	switch {
	case subjects >= 3:
		return audit.Met("covers", "count", subjects, "path", where[0].Path).At(where...).Fact("covers", covers)
	case len(covers) > 0:
		return audit.PartlyMet("covers-little", "count", subjects, "path", where[0].Path).At(where...).Fact("covers", covers)
	}
	if scripts, does := dutyScripts(s); len(scripts) > 0 {
		return audit.PartlyMet("scripts", "path", scripts[0].Path).At(scripts...).Fact("covers", does)
	}
	if other := guide.Operating(s); len(other) > 0 {
		return audit.PartlyMet("other", "path", other[0].Doc.Path).At(guide.Places(other)...).Fact("covers", covers)
	}
	if link, at, found := guide.Outside(s); found {
		return audit.PartlyMet("outside", "url", link).At(at).Fact("covers", covers)
	}
	return audit.NotMet("absent").Fact("covers", covers)
}

// orchestrators run a chain of processing, wherever a page shows one.
var orchestrators = wordSet("argo airflow prefect dagster snakemake nextflow kedro luigi spark-submit")

// runsItself returns where a guide shows the commands of a repository that holds
// data pipelines only: whoever operates one starts it the way its users do.
func runsItself(s *audit.Snapshot) audit.Place {
	if slices.ContainsFunc(s.Deliverables, func(d audit.Deliverable) bool {
		return slices.Contains(operated, d.Kind) && d.Kind != audit.DataPipeline && d.Kind != audit.DataikuProject
	}) {
		return audit.Place{}
	}
	for _, doc := range guide.All(s) {
		for i, section := range doc.Sections {
			usage := !guide.IsTitle(doc, i) && guide.About(section.Heading, guide.Usage)
			for _, c := range commandsIn(doc.Below(i)) {
				if orchestrators[c.words[0]] {
					return audit.Place{Path: doc.Path, Line: c.line}
				}
				if usage && c.words[0] != "git" && !packageManagers[c.words[0]] && !slices.Contains(c.words, "install") {
					return audit.Place{Path: doc.Path, Line: c.line}
				}
			}
		}
	}
	return audit.Place{}
}

// operatingDirs hold what somebody on duty runs; scripts elsewhere start and stop
// the machine of a developer.
var operatingDirs = wordSet("ops devops exploitation operations maintenance prod production")

// dutyStems are the duties that the name of a script tells.
var dutyStems = map[string]string{
	"start": "start", "restart": "start", "demarrer": "start", "redemarrer": "start", "relancer": "start", "stop": "stop", "arreter": "stop", "shutdown": "stop",
	"logs": "logs", "backup": "backup", "sauvegarde": "backup", "sauvegarder": "backup", "restore": "backup", "restaurer": "backup", "restauration": "backup", "rollback": "incident",
}

// dutyScripts returns the scripts that are named after a duty in a folder for
// operation, and the duties: what is not written down can still be read there.
func dutyScripts(s *audit.Snapshot) (scripts []audit.Place, does []string) {
	done := map[string]bool{}
	for _, f := range s.OwnFiles() {
		ext := path.Ext(f.Name())
		name := dutyStems[guide.Stem(f.Name())]
		if name != "" && (ext == ".sh" || ext == ".bash" || ext == ".ps1") && operatingDirs[strings.ToLower(path.Base(f.Dir()))] {
			scripts = append(scripts, audit.Place{Path: f.Path})
			done[name] = true
		}
	}
	for _, d := range guide.DutyNames {
		if done[d] {
			does = append(does, d)
		}
	}
	return scripts[:min(len(scripts), maxPlaces)], does
}
