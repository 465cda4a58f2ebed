package delivery

import (
	"slices"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/database"
)

var configurationExternal = &audit.Check{
	ID: "configuration-external", Axis: audit.Deployment, Severity: audit.Major,
	Needs: audit.NeedTree, Kinds: []audit.Kind{audit.WebApplication, audit.Service, audit.ShinyApp, audit.DataPipeline},
	EffortHours: 3.5, Side: audit.Team,
	Source: "https://12factor.net/config",
	Texts:  texts, Run: runConfigurationExternal,
}

// describedShare is how many of the variables must be listed somewhere, and
// fewForgotten how many may always be missing from a list that exists: a few that
// a library or a platform sets are in nobody's list.
const (
	describedShare = 0.7
	fewForgotten   = 2
)

// maxListed is how many variables are given as facts.
const maxListed = 200

func runConfigurationExternal(s *audit.Snapshot) audit.Verdict {
	variables, d := audit.Digest(s, "variables/3", readVariables), readDescribed(s)
	listed := []string{}
	for _, v := range variables[:min(len(variables), maxListed)] {
		listed = append(listed, v.Name)
	}
	example := ""
	if len(d.examples) > 0 {
		example = d.examples[0].Path
	}
	return judgeConfiguration(s, variables, d, example).Fact("example_file", example).Fact("variables", listed)
}

func judgeConfiguration(s *audit.Snapshot, variables []variable, d *described, example string) audit.Verdict {
	fixed := audit.Digest(s, "hard-coded/1", hardCoded)
	switch {
	case len(fixed) > 0 && len(variables) == 0:
		return audit.NotMet("hard-coded", "paths", shown(pathsOf(fixed))).At(fixed...)
	case len(fixed) > 0:
		return audit.PartlyMet("some-hard-coded", "paths", shown(pathsOf(fixed))).At(fixed...)
	case len(variables) > 0:
		return judgeVariables(variables, d, example)
	case example != "":
		return audit.Met("example", "path", example).At(audit.Place{Path: example})
	}
	if uses := database.Of(s); len(uses) > 0 {
		return audit.Unknown("unseen", "database", uses[0].Name).At(uses[0].Place)
	}
	return audit.NotApplicable("nothing-to-configure")
}

// judgeVariables asks for those that the code does not work without; the others
// may stay between programmers, if something is listed at all.
func judgeVariables(variables []variable, d *described, example string) audit.Verdict {
	needed := slices.DeleteFunc(slices.Clone(variables), func(v variable) bool { return v.Optional })
	missing := d.undescribed(needed)
	allowed := int((1 - describedShare) * float64(len(needed)))
	if example != "" {
		allowed = max(allowed, fewForgotten)
	}
	everything := d.undescribed(variables)
	if example == "" && len(everything) == len(variables) {
		missing, allowed = everything, 0
	}
	switch {
	case len(missing) > allowed && float64(len(everything)) > (1-describedShare)*float64(len(variables)):
		return undescribed(missing)
	case example == "":
		return audit.Met("described")
	case !d.explained && !d.proseNames(variables):
		return audit.PartlyMet("unexplained", "path", example).At(audit.Place{Path: example})
	}
	return audit.Met("listed", "path", example).At(audit.Place{Path: example})
}

func undescribed(missing []variable) audit.Verdict {
	var names []string
	var places []audit.Place
	for _, v := range missing {
		names, places = append(names, v.Name), append(places, v.Place)
	}
	return audit.PartlyMet("undescribed", "variables", shown(names)).At(places[:min(len(places), maxShownPlaces)]...)
}

const (
	maxShown       = 5
	maxShownPlaces = 20
)

// shown shortens a list for a sentence.
func shown(list []string) []string {
	if len(list) <= maxShown {
		return list
	}
	return append(slices.Clone(list[:maxShown]), "…")
}

func pathsOf(places []audit.Place) []string {
	var paths []string
	for _, p := range places {
		if !slices.Contains(paths, p.Path) {
			paths = append(paths, p.Path)
		}
	}
	return paths
}
