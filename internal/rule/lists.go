package rule

import (
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/container"
	"github.com/perenne-audit/perenne/internal/database"
	"github.com/perenne-audit/perenne/internal/deliverable"
	"github.com/perenne-audit/perenne/internal/lifecycle"
	"github.com/perenne-audit/perenne/internal/manifest"
)

// The four questions about the lists of a policy, each asked only where the list
// is given. They read it from the policy of the snapshot.
var (
	languageAllowed  = list("language-allowed", 35, code, runLanguageAllowed)
	runtimeAllowed   = list("runtime-allowed", 14, code, runRuntimeAllowed)
	databaseAllowed  = list("database-allowed", 35, nil, runDatabaseAllowed)
	baseImageAllowed = list("base-image-allowed", 3.5, nil, runBaseImageAllowed)
)

// code are the deliverables that are programs: a filter that helps to build a
// document is none.
var code = []audit.Kind{
	audit.WebApplication, audit.Service, audit.ShinyApp, audit.DesktopApplication, audit.Library, audit.DataPipeline, audit.Notebook,
}

func list(id string, hours float64, kinds []audit.Kind, run func(*audit.Snapshot) audit.Verdict) *audit.Check {
	return &audit.Check{
		ID: id, Axis: audit.Deployment, Severity: audit.Major, Kinds: kinds, Needs: audit.NeedTree, EffortHours: hours, Side: audit.Team,
		Source: "the policy", Rule: true, Texts: texts, Run: run,
	}
}

// Lists returns the questions about the lists that the policy gives.
func Lists(p *audit.Policy) []*audit.Check {
	var all []*audit.Check
	for _, one := range []struct {
		given bool
		check *audit.Check
	}{
		{len(p.Languages) > 0, languageAllowed}, {len(p.Runtimes) > 0, runtimeAllowed},
		{len(p.Databases) > 0, databaseAllowed}, {len(p.BaseImages) > 0, baseImageAllowed},
	} {
		if one.given {
			all = append(all, one.check)
		}
	}
	return all
}

// ListIDs are the ids of those questions, given or not: no rule may take one.
func ListIDs() []string {
	return []string{languageAllowed.ID, runtimeAllowed.ID, databaseAllowed.ID, baseImageAllowed.ID}
}

// Shares of the code in languages that are not on the list: a script beside is no
// reason to rewrite anything.
const someCode, muchCode = 0.05, 0.5

// beside are languages that come with any other: they build, start, style and
// query what is written in it. A notebook's own language is not told.
var beside = []string{
	"Awk", "Batchfile", "CMake", "Dockerfile", "Gherkin", "HCL", "Jsonnet", "Jupyter Notebook", "Makefile", "Nix", "PLSQL", "PLpgSQL", "PowerShell",
	"QMake", "SQLPL", "Shell", "ShellSession", "Starlark", "XSLT", "Xmake",
}

// components are written in JavaScript or TypeScript.
var components = []string{"Vue", "Svelte", "Astro"}

// allows reports whether the list of a policy holds the language.
func allows(list []string, language string) bool {
	listed := func(name string) bool {
		return slices.ContainsFunc(list, func(allowed string) bool { return strings.EqualFold(allowed, name) })
	}
	return listed(language) || slices.Contains(components, language) && (listed("JavaScript") || listed("TypeScript"))
}

// ownShares are the shares of the languages that a team chooses.
func ownShares(s *audit.Snapshot) map[string]float64 {
	shares, total := maps.Clone(deliverable.Languages(s)), 0.0
	maps.DeleteFunc(shares, func(name string, _ float64) bool { return slices.Contains(beside, name) })
	for _, name := range slices.Sorted(maps.Keys(shares)) {
		total += shares[name]
	}
	for name := range shares {
		shares[name] /= total
	}
	return shares
}

func runLanguageAllowed(s *audit.Snapshot) audit.Verdict {
	if s.Policy == nil || len(s.Policy.Languages) == 0 {
		return audit.NotApplicable("any")
	}
	shares := ownShares(s)
	if len(shares) == 0 {
		return audit.NotApplicable("no-code")
	}
	total := 0.0
	var others []string
	for _, name := range slices.Sorted(maps.Keys(shares)) {
		if !allows(s.Policy.Languages, name) {
			total += shares[name]
			if shares[name] >= someCode/2 {
				others = append(others, name)
			}
		}
	}
	percent := int(math.Round(100 * total))
	switch {
	case total < someCode:
		return audit.Met("allowed")
	case total < muchCode:
		return audit.PartlyMet("others", "languages", few(others), "percent", percent, "allowed", s.Policy.Languages)
	}
	return audit.NotMet("others", "languages", few(others), "percent", percent, "allowed", s.Policy.Languages)
}

func runDatabaseAllowed(s *audit.Snapshot) audit.Verdict {
	if s.Policy == nil || len(s.Policy.Databases) == 0 {
		return audit.NotApplicable("any")
	}
	var others, seen []string
	var at []audit.Place
	uses, own := database.Of(s), false
	started := slices.ContainsFunc(uses, func(u database.Use) bool { return u.Started })
	for _, use := range uses {
		switch {
		case use.Name == "sql":
			// A library that speaks to several says nothing about which.
		case started && !use.Started && !use.Mapper:
			// What only connects reads somebody else's data beside its own.
		case slices.Contains(s.Policy.Databases, use.Name), use.Name == "mysql" && !use.Started && slices.Contains(s.Policy.Databases, "mariadb"):
			// Libraries for MySQL speak to MariaDB too.
			seen = append(seen, use.Name)
		default:
			others = append(others, use.Name)
			at = append(at, use.Place)
			own = own || use.Started || use.Mapper
		}
	}
	slices.Sort(others)
	switch {
	case len(others) > 0 && !own:
		// The data may lie elsewhere, and only be read here.
		return audit.PartlyMet("connected", "databases", few(slices.Compact(others)), "allowed", s.Policy.Databases).At(at[:min(len(at), maxPlaces)]...)
	case len(others) > 0:
		return audit.NotMet("others", "databases", few(slices.Compact(others)), "allowed", s.Policy.Databases).At(at[:min(len(at), maxPlaces)]...)
	case len(seen) == 0:
		return audit.NotApplicable("none")
	}
	slices.Sort(seen)
	return audit.Met("allowed", "databases", slices.Compact(seen))
}

func runBaseImageAllowed(s *audit.Snapshot) audit.Verdict {
	if s.Policy == nil || len(s.Policy.BaseImages) == 0 {
		return audit.NotApplicable("any")
	}
	var allowed []ImagePattern
	for _, written := range s.Policy.BaseImages {
		if pattern, err := ParseImagePattern(written); err == nil {
			allowed = append(allowed, pattern)
		}
	}
	v := Bases{allowed}.run(s)
	v.Reason.Key = strings.TrimPrefix(v.Reason.Key, Bases{}.kind()+"-")
	return v
}

// Runtimes are the names that a policy may give versions for: those that
// manifests name.
var Runtimes = []string{"python", "node", "php", "ruby", "java", "go", "r", "elixir", "dotnet", "rust"}

// runtimeOf maps an image to the runtime that its tag gives the version of.
var runtimeOf = map[string]string{
	"python": "python", "node": "node", "php": "php", "ruby": "ruby", "golang": "go", "rust": "rust", "openjdk": "java",
	"eclipse-temurin": "java", "amazoncorretto": "java", "rocker/r-ver": "r", "r-base": "r", "elixir": "elixir",
}

var leadingVersion = regexp.MustCompile(`^v?[0-9]+(\.[0-9]+)*`)

// wanted is one version that the repository asks for.
type wanted struct {
	runtime, constraint string
	place               audit.Place
}

func runtimesOf(s *audit.Snapshot) []wanted {
	var all []wanted
	for _, d := range container.Dockerfiles(s) {
		base := shippedBase(d)
		if d.Development || base == nil || !base.Resolved {
			continue
		}
		image := container.ParseImage(base.Image)
		version := leadingVersion.FindString(image.Tag)
		if runtime := runtimeOf[image.Name]; runtime != "" && version != "" {
			all = append(all, wanted{runtime, version, audit.Place{Path: d.Path, Line: base.Line}})
		}
	}
	for _, m := range manifest.Of(s).Manifests {
		if m.Sample() {
			continue
		}
		for _, runtime := range slices.Sorted(maps.Keys(m.Runtimes)) {
			all = append(all, wanted{runtime, m.Runtimes[runtime], audit.Place{Path: m.Path}})
		}
	}
	return all
}

func runRuntimeAllowed(s *audit.Snapshot) audit.Verdict {
	if s.Policy == nil || len(s.Policy.Runtimes) == 0 {
		return audit.NotApplicable("any")
	}
	var others []string
	var at []audit.Place
	judged := 0
	for _, w := range runtimesOf(s) {
		allowed := s.Policy.Runtimes[w.runtime]
		if len(allowed) == 0 {
			continue
		}
		fits, known := false, false
		for _, version := range allowed {
			satisfied, readable := lifecycle.Satisfies(w.runtime, w.constraint, version)
			fits, known = fits || satisfied, known || readable
		}
		switch {
		case fits:
			judged++
		case known:
			if name := w.runtime + " " + w.constraint; !slices.Contains(others, name) {
				others = append(others, name)
			}
			at = append(at, w.place)
		}
	}
	switch {
	case len(others) > 0:
		return audit.NotMet("others", "runtimes", few(others)).At(at[:min(len(at), maxPlaces)]...)
	case judged == 0:
		return audit.NotApplicable("none")
	}
	return audit.Met("allowed")
}
