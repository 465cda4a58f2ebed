package roadmap

import (
	"math"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/plan"
)

const (
	day = 24 * time.Hour
	// daysInAWeek are whole weeks from today on, whatever day today is.
	daysInAWeek = 7
	// hoursPerDay is the most that goes into one action on one day.
	hoursPerDay = 7
	rounding    = 1e-9
)

// schedule gives every action its place, in the order of the plan. Work ends as
// late as it may: on the day it is due, less what others take. Where that week has
// no hours left, it begins in one before. What comes too late takes hours from
// today on, since it has to be done all the same.
func (s *Sheet) schedule() {
	s.Load = map[audit.Side][]float64{}
	weeks := int(math.Ceil(s.To.Sub(s.From).Hours() / 24 / daysInAWeek))
	for _, side := range audit.Sides {
		s.Load[side] = make([]float64, weeks)
	}
	for i := range s.Actions {
		a := &s.Actions[i]
		switch a.Why = s.obstacle(&a.Item); a.Why {
		case "":
			s.backward(a)
		case Overdue, Late:
			s.forward(a)
		}
	}
}

// obstacle is what keeps an action from the year before any hour is counted.
func (s *Sheet) obstacle(i *plan.Item) Why {
	switch {
	case i.Progress == audit.Dropped:
		return Dropped
	case i.Progress == audit.Done:
		return Finished
	case i.Due.IsZero():
		return Dateless
	case i.Due.Before(s.From):
		return Overdue
	case i.Start.Before(s.From):
		return Late
	case !i.Start.Before(s.To):
		return Beyond
	}
	return ""
}

func lead(c *audit.Check) time.Duration { return time.Duration(c.LeadDays) * day }

// last is the day by which the work of a side ends at the latest: the team's when
// it leaves.
func (s *Sheet) last(side audit.Side) time.Time {
	if side == audit.Team && !s.MissionEnd.IsZero() && s.MissionEnd.Before(s.To) {
		return s.MissionEnd
	}
	return s.To
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// usable is how many hours of a week are left for one action that must be done
// before a day.
func (s *Sheet) usable(side audit.Side, week int, before time.Time) float64 {
	begin := s.From.AddDate(0, 0, daysInAWeek*week)
	days := math.Floor(before.Sub(begin).Hours() / 24)
	days = min(max(days, 0), daysInAWeek)
	return min(max(s.Hours[side]-s.Load[side][week], 0), days*hoursPerDay)
}

// backward takes the hours before the day on which the work must end, the latest
// first.
func (s *Sheet) backward(a *Action) {
	end := earlier(a.Due.Add(-lead(a.Check)), s.last(a.Side))
	taken, first, last, left := make([]float64, len(s.Load[a.Side])), 0, -1, a.Check.EffortHours
	for week := len(taken) - 1; week >= 0 && left > rounding; week-- {
		if taken[week] = min(left, s.usable(a.Side, week, end)); taken[week] > 0 {
			left, first, last = left-taken[week], week, max(last, week)
		}
	}
	if left > rounding {
		a.Why, a.Short = Crowded, left
		return
	}
	for week, hours := range taken {
		s.Load[a.Side][week] += hours
	}
	a.End = earlier(end, s.From.AddDate(0, 0, daysInAWeek*(last+1)))
	days := math.Ceil(a.Check.EffortHours / hoursPerDay)
	a.Begin = end.Add(-time.Duration(days) * day)
	if week := s.From.AddDate(0, 0, daysInAWeek*first); !a.Begin.Before(week.AddDate(0, 0, daysInAWeek)) {
		a.Begin = week
	}
}

// forward takes the first hours that are free, and says when the action would be
// ready.
func (s *Sheet) forward(a *Action) {
	left, end := a.Check.EffortHours, s.last(a.Side)
	for week := range s.Load[a.Side] {
		taken := min(left, s.usable(a.Side, week, end))
		s.Load[a.Side][week] += taken
		if left -= taken; left <= rounding {
			worked := s.From.AddDate(0, 0, daysInAWeek*week+int(math.Ceil(taken/hoursPerDay)))
			if ready := worked.Add(lead(a.Check)); ready.Before(s.To) {
				a.Ready = ready
			}
			return
		}
	}
}
