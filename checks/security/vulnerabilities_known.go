package security

import (
	"slices"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/manifest"
)

var vulnerabilitiesKnown = &audit.Check{
	ID: "vulnerabilities-known", Axis: audit.Reliability, Severity: audit.Major,
	Dated: true,
	Needs: audit.NeedTree,
	Kinds: []audit.Kind{
		audit.WebApplication, audit.Service, audit.ShinyApp, audit.DesktopApplication, audit.DataPipeline, audit.Library,
	},
	EffortHours: 14, Side: audit.Team, Sensitive: true,
	Source: "https://google.github.io/osv.dev/",
	Texts:  texts, Run: runVulnerabilitiesKnown,
}

// maxAge is how old the newest advisory may be for the absence of others to mean
// something.
const maxAge = 90 * 24 * time.Hour

func runVulnerabilitiesKnown(s *audit.Snapshot) audit.Verdict {
	if s.Advisories == nil {
		return audit.Unknown("no-database")
	}
	m := match(s)
	facts := func(v audit.Verdict) audit.Verdict {
		return v.Fact("packages", m.packages).Fact("vulnerabilities", m.found).Fact("database", s.Advisories.UpTo.Format(time.DateOnly))
	}
	if m.packages == 0 && len(m.unread) == 0 {
		return facts(audit.Unknown("no-locks"))
	}
	grave, others := m.graded()
	switch {
	case len(grave) > 0:
		return facts(audit.NotMet("grave", "packages", named(packagesOf(grave)), "date", s.Advisories.UpTo)).At(placesOf(grave)...)
	case len(m.unread) > 0:
		return facts(audit.Unknown("unread", "paths", named(m.unread)))
	case len(m.unordered) > 0:
		return facts(audit.Unknown("unordered", "packages", named(m.unordered)))
	case s.TakenAt.Sub(s.Advisories.UpTo) > maxAge:
		return facts(audit.Unknown("stale", "date", s.Advisories.UpTo))
	case len(others) > 0:
		return facts(audit.PartlyMet("medium", "packages", named(packagesOf(others)), "date", s.Advisories.UpTo)).At(placesOf(others)...)
	}
	return facts(audit.Met("none", "packages", m.packages, "date", s.Advisories.UpTo))
}

// graded parts what was found: grave vulnerabilities of what runs in production,
// and those to see to after them. Low ones are in neither.
func (m *matches) graded() (grave, others []vulnerability) {
	for _, v := range m.found {
		switch {
		case v.Severity == audit.GradeLow:
		case !v.Dev && (v.Severity == audit.GradeHigh || v.Severity == audit.GradeCritical):
			grave = append(grave, v)
		default:
			others = append(others, v)
		}
	}
	// The gravest first: they are what people read.
	slices.SortStableFunc(grave, func(a, b vulnerability) int {
		return slices.Index(audit.Grades, b.Severity) - slices.Index(audit.Grades, a.Severity)
	})
	return grave, others
}

func packagesOf(all []vulnerability) []string {
	var names []string
	for _, v := range all {
		if name := v.Package + " " + v.Version; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func placesOf(all []vulnerability) []audit.Place {
	var places []audit.Place
	for _, v := range all {
		if len(places) < maxPlaces {
			places = append(places, audit.Place{Path: v.Path, Text: v.Package + " " + v.Version + ": " + v.ID})
		}
	}
	return places
}

// maxKept is how many vulnerabilities are listed: a project that has more has
// enough to do.
const maxKept = 200

// ecosystems are OSV's names; what is missing has no advisories there.
var ecosystems = map[manifest.Ecosystem]string{
	manifest.NPM: "npm", manifest.PyPI: "PyPI", manifest.Composer: "Packagist", manifest.RubyGems: "RubyGems", manifest.Go: "Go",
	manifest.Maven: "Maven", manifest.CRAN: "CRAN", manifest.NuGet: "NuGet", manifest.Hex: "Hex", manifest.Cargo: "crates.io",
}
