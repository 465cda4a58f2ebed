package maintainers

import (
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/history"
)

// activityMatchesStatus is FIA-10. Silence is no fault: a deliverable may be
// finished, kept passively or stopped, as long as a reader is told.
var activityMatchesStatus = &audit.Check{
	ID: "activity-matches-status", Axis: audit.Reliability, Severity: audit.Moderate,
	Dated: true,
	Needs: audit.NeedAuthors, Uses: audit.NeedTree | audit.NeedForge, EffortHours: 0.5, Side: audit.Team,
	Source: "https://github.com/codegouvfr/documentation",
	Texts:  texts, Run: runActivityMatchesStatus,
}

// How long a repository may be silent before it should say why.
const (
	quietAfter  = 183 * 24 * time.Hour
	silentAfter = 366 * 24 * time.Hour
)

func runActivityMatchesStatus(s *audit.Snapshot) audit.Verdict {
	people := history.Of(s)
	if people == nil || people.Last.IsZero() {
		return audit.Unknown("no-people")
	}
	said := stated(s)
	v := compare(s, said, people.Last)
	if said.place.Path != "" {
		v = v.At(said.place)
	}
	return v.Fact("last_human_commit", people.Last.UTC().Format(time.DateOnly)).Fact("declared_status", string(said.status))
}

func compare(s *audit.Snapshot, said statement, last time.Time) audit.Verdict {
	silence := s.TakenAt.Sub(last)
	switch {
	case said.status == stopped || said.status == passive || said.status == wanted:
		return audit.Met("declared-"+string(said.status), "date", last)
	case silence <= quietAfter:
		return audit.Met("active", "date", last)
	case s.Tree == nil:
		return audit.Unknown("no-files", "date", last)
	case silence <= silentAfter && said.status == active:
		return audit.PartlyMet("quiet-said-active", "date", last)
	case silence <= silentAfter:
		return audit.PartlyMet("quiet", "date", last)
	case said.status == active:
		return audit.NotMet("silent-said-active", "date", last)
	}
	return audit.NotMet("silent", "date", last)
}
