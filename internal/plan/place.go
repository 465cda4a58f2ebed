package plan

import (
	"math"
	"slices"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

const (
	// urgentWithin is the slack below which an action is urgent.
	urgentWithin = 30 * day
	// blockerWithin is how near production must be for a blocker to be urgent
	// whatever its slack.
	blockerWithin = 60 * day
	// afterMission is how long after the mission the community may still be served.
	afterMission = 6 // months
	// hoursPerDay is one person's working day.
	hoursPerDay = 7
	day         = 24 * time.Hour
)

// Place says for each action, at a time, by when it must be done, when to begin
// at the latest, in which quadrant it stands and who acts; what it was given is
// not changed. Actions keep their order.
//
// What transmits the work must be done before the team leaves, and what deploys
// it before production, or before the team leaves when that is sooner or the
// only date known. An action is important when its check is a blocker or major,
// and urgent when fewer than thirty days are left once the time that others take
// and the work itself are counted off, when it is too late, and when it is a
// blocker and production is at most sixty days away. Once the team has left, what
// was the team's to do is the DSI's.
func Place(actions []audit.Action, dates audit.Dates, now time.Time) []audit.Action {
	placed := slices.Clone(actions)
	for i := range placed {
		place(&placed[i], dates, now)
	}
	return placed
}

func place(a *audit.Action, dates audit.Dates, now time.Time) {
	a.Side, a.Orphaned = a.Check.Side, false
	if left := !dates.MissionEnd.IsZero() && now.After(dates.MissionEnd); left && a.Side == audit.Team {
		a.Side, a.Orphaned = audit.DSI, true
	}
	until(a, deadline(a.Check, dates), dates, now)
}

// until counts back from the day by which the action must be done; zero is no day.
func until(a *audit.Action, due time.Time, dates audit.Dates, now time.Time) {
	if a.Due = due; due.IsZero() {
		a.Quadrant, a.Start = audit.Undated, time.Time{}
		return
	}
	a.Start = a.Due.Add(-Takes(a.Check))
	a.Quadrant = quadrant(important(a.Check), urgent(a, dates, now))
}

// Decided places an action as [Place] does, then as somebody decided: by their
// day, on their side, in their quadrant. What is dropped stands in [audit.Drop].
func Decided(a audit.Action, p *audit.Placement, dates audit.Dates, now time.Time) audit.Action {
	place(&a, dates, now)
	if p == nil {
		return a
	}
	if p.Side != "" {
		a.Side, a.Orphaned = p.Side, false
	}
	if !p.Due.IsZero() {
		until(&a, p.Due, dates, now)
	}
	if p.Quadrant != "" {
		a.Quadrant = p.Quadrant
	}
	if p.Progress == audit.Dropped {
		a.Quadrant = audit.Drop
	}
	return a
}

// Takes returns how long it is from the beginning of the work to its end: what
// others take, then whole days of one person's work.
func Takes(c *audit.Check) time.Duration {
	return time.Duration(c.LeadDays)*day + time.Duration(math.Ceil(c.EffortHours/hoursPerDay))*day
}

// deadline returns the day by which a gap must be closed; zero when nobody said.
func deadline(c *audit.Check, dates audit.Dates) time.Time {
	switch {
	case c.Axis == audit.Community && !dates.MissionEnd.IsZero():
		return dates.MissionEnd.AddDate(0, afterMission, 0)
	case c.Axis == audit.Community, c.Axis == audit.Transmission, c.WithTeam:
		return dates.MissionEnd
	case dates.Production.IsZero():
		return dates.MissionEnd
	case dates.MissionEnd.IsZero() || dates.Production.Before(dates.MissionEnd):
		return dates.Production
	}
	return dates.MissionEnd
}

func important(c *audit.Check) bool {
	return c.Severity == audit.Blocker || c.Severity == audit.Major
}

func urgent(a *audit.Action, dates audit.Dates, now time.Time) bool {
	if a.Start.Sub(now) <= urgentWithin {
		return true
	}
	soon := !dates.Production.IsZero() && dates.Production.Sub(now) <= blockerWithin
	return soon && a.Check.Severity == audit.Blocker
}

func quadrant(important, urgent bool) audit.Quadrant {
	switch {
	case important && urgent:
		return audit.Do
	case important:
		return audit.Plan
	case urgent:
		return audit.Delegate
	}
	return audit.Drop
}
