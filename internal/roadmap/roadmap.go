// Package roadmap lays the plan of a challenge out over twelve months, for two
// sides with so many hours a week, and prints it in the form of the seminar sheet
// on pérennisation: the actions of the three axes, Eisenhower's grid, and an arrow
// of twelve months with a lane for the team and one for the IT department.
//
// It is arithmetic and writing: nothing is fetched, judged or kept.
package roadmap

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/plan"
)

// Hours is how many hours a week each side has for the plan. A side that is not
// in it has none.
type Hours map[audit.Side]float64

// hoursInAWeek is the most that a side may be said to have: twenty people.
const hoursInAWeek = 20 * 35

// ParseHours reads "team=7,dsi=3,mentor=1" over the hours given, which stay as they
// are. The error says what to write.
func ParseHours(given Hours, words []string) (Hours, error) {
	hours := Hours{}
	for side, n := range given {
		hours[side] = n
	}
	for _, word := range words {
		side, number, _ := strings.Cut(word, "=")
		n, err := strconv.ParseFloat(number, 64)
		if err != nil || !slices.Contains(audit.Sides, audit.Side(side)) || !(n >= 0 && n <= hoursInAWeek) {
			return nil, fmt.Errorf("hours %q: write team=7,dsi=3,mentor=1, each from 0 to %d hours a week", word, hoursInAWeek)
		}
		hours[audit.Side(side)] = n
	}
	return hours, nil
}

// Sheet is the plan of one challenge with its roadmap, in no particular language.
type Sheet struct {
	// ID is empty for repositories that make no challenge of a portfolio; Ministry
	// is a name, and may be empty.
	ID, Name, Ministry                   string
	MissionStart, MissionEnd, Production time.Time
	// At is the time that all is counted from. The roadmap goes from From to before
	// To, midnights in UTC, a year apart.
	At, From, To time.Time
	Hours        Hours
	// Score is today's.
	Score audit.Score
	// Actions are in the order of the plan, numbered from 1.
	Actions   []Action
	Prospects []plan.Prospect
	// Load is how many hours are taken of each side in each week from From on.
	Load map[audit.Side][]float64
}

// Action is one action of the plan with its place in the twelve months.
type Action struct {
	plan.Item
	Number int
	// Begin is the day on which work begins, and End the one by which it ends; both
	// are zero for what does not fit. What others take comes after End.
	Begin, End time.Time
	// Why is empty for what fits.
	Why Why
	// Ready is when an action that comes too late would be ready all the same, at
	// these hours a week; zero when not within the twelve months.
	Ready time.Time
	// Short is how many hours are lacking before it is due, for [Crowded].
	Short float64
}

// Fits reports whether the action has a place in the twelve months.
func (a *Action) Fits() bool { return a.Why == "" }

// Why says why an action has no place in the twelve months.
type Why string

// The reasons. Those of [Settled] are fine, the others are said plainly.
const (
	// Overdue is due already.
	Overdue Why = "overdue"
	// Late ends after it is due even when it is begun at once.
	Late Why = "late"
	// Crowded finds too few hours before it is due.
	Crowded Why = "crowded"
	// Beyond need not begin within the twelve months.
	Beyond Why = "beyond"
	// Dateless has no day that anything could be counted back from.
	Dateless Why = "undated"
	// Finished is done in somebody's words, Dropped left undone on purpose.
	Finished Why = "done"
	Dropped  Why = "dropped"
)

// Settled reports whether nothing has to be done about it within the year.
func (w Why) Settled() bool { return w == Finished || w == Dropped || w == Beyond }

// Of lays out what is to be done for a challenge. The items are those of made, in
// its order; firstHours of 0 asks for no prospect of that kind. The ministry is the
// name of the challenge's.
func Of(c *audit.Challenge, ministry string, made *plan.Challenge, items []plan.Item, hours Hours, firstHours float64) *Sheet {
	from := made.Now.UTC().Truncate(day)
	s := &Sheet{
		ID: c.ID, Name: c.Name, Ministry: ministry, MissionStart: c.MissionStart, MissionEnd: made.Dates.MissionEnd,
		Production: made.Dates.Production, At: made.Now, From: from, To: from.AddDate(1, 0, 0), Hours: hours,
		Score: made.Roll(made.Repositories).Score, Prospects: made.Prospects(items, firstHours),
	}
	for i, item := range items {
		s.Actions = append(s.Actions, Action{Item: item, Number: i + 1})
	}
	s.schedule()
	return s
}

// Unfit lists what does not fit and has to be told, in the order of the plan.
func (s *Sheet) Unfit() []Action {
	return slices.DeleteFunc(slices.Clone(s.Actions), func(a Action) bool { return a.Fits() || a.Why.Settled() })
}

// Placed lists what fits, by the day on which it begins, then by number.
func (s *Sheet) Placed() []Action {
	placed := slices.DeleteFunc(slices.Clone(s.Actions), func(a Action) bool { return !a.Fits() })
	slices.SortStableFunc(placed, func(a, b Action) int { return a.Begin.Compare(b.Begin) })
	return placed
}

// Work returns the hours of work that remain for a side, and how many of them do
// not fit for want of hours.
func (s *Sheet) Work(side audit.Side) (hours, short float64) {
	for _, a := range s.Actions {
		if a.Side == side && a.ToDo() {
			hours += a.Check.EffortHours
			short += a.Short
		}
	}
	return hours, math.Round(10*short) / 10
}
