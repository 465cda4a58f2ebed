package delivery

import (
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/history"
	"github.com/perenne-audit/perenne/internal/release"
)

// versionsReleased is FIA-14. Whoever runs the deliverable must be able to name
// what runs, and to go back to what ran before.
var versionsReleased = &audit.Check{
	ID: "versions-released", Axis: audit.Reliability, Severity: audit.Moderate,
	Dated: true,
	Needs: audit.NeedTree, Uses: audit.NeedTags | audit.NeedForge | audit.NeedAuthors, EffortHours: 1.5, Side: audit.Team,
	Kinds: []audit.Kind{
		audit.WebApplication, audit.Service, audit.ShinyApp, audit.DesktopApplication, audit.Library,
		audit.DataPipeline, audit.DataikuProject, audit.Documentation,
	},
	Source: "https://standard.publiccode.net/criteria/maintain-version-control.html",
	Texts:  texts, Run: runVersionsReleased,
}

// releasedWithin is how far the last version may lie behind the last work: a
// dormant project whose end is tagged has released it.
const releasedWithin = 366 * 24 * time.Hour

func runVersionsReleased(s *audit.Snapshot) audit.Verdict {
	tagged, notes := release.Tagged(s), release.NotesOf(s)
	releases := s.Forge != nil && s.Forge.Releases > 0
	switch {
	case len(tagged) > 0:
		return ofTags(s, tagged, notes, releases)
	case releases && s.Tags == nil:
		return audit.Met("released", "count", s.Forge.Releases)
	case notes != nil && s.Tags == nil:
		return audit.PartlyMet("notes-tags-unknown", "path", notes.Path).At(audit.Place{Path: notes.Path, Line: notes.Line})
	case notes != nil:
		return audit.PartlyMet("notes-only", "path", notes.Path).At(audit.Place{Path: notes.Path, Line: notes.Line})
	case s.Tags == nil:
		return audit.Unknown("tags-unknown")
	case len(s.Tags) > 0:
		return audit.NotMet("other-tags", "tag", s.Tags[len(s.Tags)-1].Name)
	}
	return audit.NotMet("none")
}

func ofTags(s *audit.Snapshot, tagged []release.Version, notes *release.Notes, releases bool) audit.Verdict {
	newest := release.Newest(tagged)
	late := !newest.When.IsZero() && lastWork(s).Sub(newest.When) > releasedWithin
	var at []audit.Place
	if notes != nil {
		at = append(at, audit.Place{Path: notes.Path, Line: notes.Line})
		late = late && lastWork(s).Sub(notes.Dated) > releasedWithin
	}
	switch {
	case late:
		return audit.PartlyMet("late", "tag", newest.Name, "date", newest.When).At(at...)
	case notes == nil && !releases:
		return audit.PartlyMet("no-notes", "tag", newest.Name)
	case notes == nil:
		return audit.Met("tagged-released", "tag", newest.Name, "count", s.Forge.Releases)
	}
	return audit.Met("tagged", "tag", newest.Name, "path", notes.Path).At(at...)
}

// lastWork is when a person last committed, or when the snapshot was taken where
// that is not known.
func lastWork(s *audit.Snapshot) time.Time {
	people := history.Of(s)
	if people == nil || people.Last.IsZero() || people.Last.After(s.TakenAt) {
		return s.TakenAt
	}
	return people.Last
}
