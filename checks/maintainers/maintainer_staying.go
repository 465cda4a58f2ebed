package maintainers

import (
	"slices"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/maintainer"
	"github.com/perenne-audit/perenne/internal/publiccode"
)

// maintainerStaying is FIA-07. CODEOWNERS, MAINTAINERS, publiccode.yml and the
// README's section say who keeps the deliverable; AUTHORS and package metadata
// say who made it and count for half, as does a contact, who answers questions
// and may decide nothing. Who leaves is known from the portfolio or
// the command line, not from the repository: where nobody said, the reason does.
var maintainerStaying = &audit.Check{
	ID: "maintainer-staying", Axis: audit.Reliability, Severity: audit.Blocker,
	Dated: true,
	Needs: audit.NeedTree | audit.NeedAuthors, EffortHours: 2, LeadDays: 60, Side: audit.DSI, WithTeam: true,
	Source: "https://yml.publiccode.tools/schema.core.html#section-maintenance",
	Texts:  texts, Run: runMaintainerStaying,
}

// named sorts the declared by what they are worth.
type named struct {
	staying, leaving, authors []maintainer.Declared
	contacts                  []maintainer.Declared // whom to write to, which is not who maintains
	passed, ending            []maintainer.Declared // contractors
}

func runMaintainerStaying(s *audit.Snapshot) audit.Verdict {
	all := maintainer.In(s)
	t := staffOf(s)
	var n named
	staying, leaving := 0, 0
	for _, d := range t.distinct(all) {
		if d.Role == maintainer.Contact || d.Office() && !d.Team {
			// A mailbox neither stays nor leaves, and whoever answers mail need not
			// maintain.
			continue
		}
		gone := t.isLeaving(d) || !d.Until.IsZero() && !d.Until.After(s.TakenAt)
		if gone {
			leaving++
		} else {
			staying++
		}
	}
	// When a contract must be under renewal: a public purchase takes three months,
	// unless the policy knows better.
	renewal := s.TakenAt.AddDate(0, 0, s.Policy.Limits().EndingDays)
	for _, d := range all {
		n.sort(d, t.isLeaving(d), s.TakenAt, renewal)
	}
	facts := []fact{}
	for _, d := range all {
		facts = append(facts, factOf(d))
	}
	return n.verdict(s).Fact("declared", facts).Fact("staying", staying).Fact("leaving", leaving)
}

func (n *named) sort(d maintainer.Declared, leaving bool, now, renewal time.Time) {
	switch {
	case !d.Until.IsZero() && !d.Until.After(now):
		n.passed = append(n.passed, d)
	case leaving:
		n.leaving = append(n.leaving, d)
	case d.Role == maintainer.Author:
		n.authors = append(n.authors, d)
	case d.Role == maintainer.Contact:
		n.contacts = append(n.contacts, d)
	case !d.Until.IsZero() && d.Until.Before(renewal):
		n.ending = append(n.ending, d)
	default:
		n.staying = append(n.staying, d)
	}
}

func (n *named) verdict(s *audit.Snapshot) audit.Verdict {
	code := publiccode.Of(s)
	switch {
	case code != nil && code.Maintenance.Text == "none":
		return audit.NotMet("no-maintenance", "path", code.Path).At(audit.Place{Path: code.Path, Line: code.Maintenance.Line})
	case len(n.staying) > 0 && len(n.passed) > 0 && !slices.ContainsFunc(n.staying, isContractor):
		return audit.PartlyMet("contract-over-others", "until", n.passed[0].Until.AddDate(0, 0, -1), "paths", sources(n.staying)).At(places(n.passed, n.staying)...)
	case len(n.staying) > 0:
		return n.met(s)
	case len(n.ending) > 0:
		return audit.PartlyMet("contract-ending", "until", n.ending[0].Until.AddDate(0, 0, -1)).At(places(n.ending)...)
	case len(n.passed) > 0:
		return audit.NotMet("contract-over", "until", n.passed[0].Until.AddDate(0, 0, -1)).At(places(n.passed)...)
	case len(n.leaving) > 0 && len(n.authors) == 0 && len(n.contacts) == 0:
		return audit.PartlyMet("all-leaving", "paths", sources(n.leaving)).At(places(n.leaving)...)
	case len(n.contacts) > 0:
		return audit.PartlyMet("contact-only", "paths", sources(n.contacts)).At(places(n.contacts)...)
	case len(n.authors) > 0:
		return audit.PartlyMet("authors-only", "paths", sources(n.authors)).At(places(n.authors)...)
	}
	return audit.NotMet("none")
}

func (n *named) met(s *audit.Snapshot) audit.Verdict {
	key := "named"
	switch {
	case !slices.ContainsFunc(n.staying, func(d maintainer.Declared) bool { return !d.Office() || d.Team }):
		key = "mailbox"
	case len(s.People) == 0 && !slices.ContainsFunc(n.staying, maintainer.Declared.Office):
		key = "named-departures-unknown"
	}
	return audit.Met(key, "paths", sources(n.staying)).At(places(n.staying)...)
}

func isContractor(d maintainer.Declared) bool { return d.Role == maintainer.Contractor }

// maxPlaces is how many lines a reader is sent to.
const maxPlaces = 10

func places(lists ...[]maintainer.Declared) []audit.Place {
	var all []audit.Place
	for _, d := range slices.Concat(lists...) {
		if len(all) < maxPlaces && !slices.Contains(all, d.Place) {
			all = append(all, d.Place)
		}
	}
	return all
}

// sources lists the files, each once.
func sources(list []maintainer.Declared) []string {
	var paths []string
	for _, d := range list {
		if !slices.Contains(paths, d.Place.Path) {
			paths = append(paths, d.Place.Path)
		}
	}
	return paths
}
