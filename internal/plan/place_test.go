package plan

import (
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

func date(s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestPlace(t *testing.T) {
	t.Parallel()
	const today = "2026-06-01"
	for name, tc := range map[string]struct {
		check           audit.Check
		mission, launch string
		quadrant        audit.Quadrant
		due, start      string
		side            audit.Side
	}{
		"no date at all": {
			check:    audit.Check{Axis: audit.Transmission, Severity: audit.Blocker},
			quadrant: audit.Undated,
		},
		"a launch says nothing about what the team leaves behind": {
			check: audit.Check{Axis: audit.Transmission, Severity: audit.Major}, launch: "2026-07-01",
			quadrant: audit.Undated,
		},
		"important, and there is time": {
			check: audit.Check{Axis: audit.Transmission, Severity: audit.Major, EffortHours: 14}, mission: "2026-10-31",
			quadrant: audit.Plan, due: "2026-10-31", start: "2026-10-29",
		},
		"thirty days of slack are urgent": {
			check: audit.Check{Axis: audit.Transmission, Severity: audit.Major, EffortHours: 7}, mission: "2026-07-02",
			quadrant: audit.Do, due: "2026-07-02", start: "2026-07-01",
		},
		"thirty-one are not": {
			check: audit.Check{Axis: audit.Transmission, Severity: audit.Major, EffortHours: 7}, mission: "2026-07-03",
			quadrant: audit.Plan, due: "2026-07-03", start: "2026-07-02",
		},
		"others take their time": {
			check: audit.Check{Axis: audit.Deployment, Severity: audit.Major, EffortHours: 3, LeadDays: 120}, mission: "2026-10-29",
			quadrant: audit.Do, due: "2026-10-29", start: "2026-06-30",
		},
		"deployment is due at the launch": {
			check: audit.Check{Axis: audit.Deployment, Severity: audit.Major, EffortHours: 7}, mission: "2026-10-31", launch: "2026-09-01",
			quadrant: audit.Plan, due: "2026-09-01", start: "2026-08-31",
		},
		"the team leaves before the launch": {
			check: audit.Check{Axis: audit.Reliability, Severity: audit.Moderate, EffortHours: 7}, mission: "2026-10-31", launch: "2027-01-01",
			quadrant: audit.Drop, due: "2026-10-31", start: "2026-10-30",
		},
		"who knows the code leaves with the mission": {
			check: audit.Check{Axis: audit.Reliability, Severity: audit.Major, EffortHours: 7, WithTeam: true}, mission: "2026-10-31", launch: "2026-08-01",
			quadrant: audit.Plan, due: "2026-10-31", start: "2026-10-30",
		},
		"a blocker near the launch is urgent whatever its slack": {
			check: audit.Check{Axis: audit.Deployment, Severity: audit.Blocker, EffortHours: 7}, launch: "2026-07-31",
			quadrant: audit.Do, due: "2026-07-31", start: "2026-07-30",
		},
		"matters less, presses": {
			check: audit.Check{Axis: audit.Transmission, Severity: audit.Minor, EffortHours: 1}, mission: "2026-06-10",
			quadrant: audit.Delegate, due: "2026-06-10", start: "2026-06-09",
		},
		"the community has six months more": {
			check: audit.Check{Axis: audit.Community, Severity: audit.Bonus, EffortHours: 7}, mission: "2026-05-01",
			quadrant: audit.Drop, due: "2026-11-01", start: "2026-10-31", side: audit.DSI,
		},
		"the team has left": {
			check: audit.Check{Axis: audit.Transmission, Severity: audit.Major, EffortHours: 7}, mission: "2026-05-01",
			quadrant: audit.Do, due: "2026-05-01", start: "2026-04-30", side: audit.DSI,
		},
	} {
		tc.check.Side = audit.Team
		if tc.side == "" {
			tc.side = audit.Team
		}
		given := []audit.Action{{Check: &tc.check}}
		got := Place(given, audit.Dates{MissionEnd: date(tc.mission), Production: date(tc.launch)}, date(today))[0]
		if got.Quadrant != tc.quadrant || !got.Due.Equal(date(tc.due)) || !got.Start.Equal(date(tc.start)) {
			t.Errorf("%s: %s due %s, start %s; want %s %s %s", name, got.Quadrant, got.Due, got.Start, tc.quadrant, tc.due, tc.start)
		}
		if got.Side != tc.side || got.Orphaned != (tc.side == audit.DSI) {
			t.Errorf("%s: for the %s, orphaned %v", name, got.Side, got.Orphaned)
		}
		if given[0].Quadrant != "" {
			t.Errorf("%s: what was given has changed", name)
		}
	}
}
