package roadmap

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/plan"
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

// laid is the schedule of items on a Tuesday.
func laid(missionEnd string, hours Hours, items ...plan.Item) *Sheet {
	s := &Sheet{From: date("2026-11-24"), To: date("2027-11-24"), MissionEnd: date(missionEnd), Hours: hours}
	for i, item := range items {
		s.Actions = append(s.Actions, Action{Item: item, Number: i + 1})
	}
	s.schedule()
	return s
}

func item(side audit.Side, due string, hours float64, leadDays int) plan.Item {
	c := &audit.Check{ID: "check", Axis: audit.Deployment, EffortHours: hours, LeadDays: leadDays, Side: side}
	i := plan.Item{Action: audit.Action{Check: c, Side: side, Due: date(due)}, Progress: audit.Open}
	if due != "" {
		i.Start = i.Due.Add(-plan.Takes(c))
	}
	return i
}

func TestSchedule(t *testing.T) {
	t.Parallel()
	seven := Hours{audit.Team: 7, audit.DSI: 3}
	with := func(i plan.Item, p audit.Progress) plan.Item { i.Progress = p; return i }
	for name, tc := range map[string]struct {
		missionEnd string
		hours      Hours
		items      []plan.Item
		want       []string
	}{
		"as late as it may":       {"", seven, []plan.Item{item(audit.Team, "2027-03-01", 7, 0)}, []string{"2027-02-28 to 2027-03-01"}},
		"others take their time":  {"", seven, []plan.Item{item(audit.DSI, "2027-03-01", 2, 30)}, []string{"2027-01-29 to 2027-01-30"}},
		"more than a week's work": {"", seven, []plan.Item{item(audit.Team, "2027-03-01", 14, 0)}, []string{"2027-02-16 to 2027-03-01"}},
		"the second goes before": {"", seven, []plan.Item{item(audit.Team, "2027-03-01", 7, 0), item(audit.Team, "2027-03-01", 7, 0)},
			[]string{"2027-02-28 to 2027-03-01", "2027-02-16 to 2027-02-23"}},
		"sides do not wait for each other": {"", seven, []plan.Item{item(audit.Team, "2027-03-01", 7, 0), item(audit.DSI, "2027-03-01", 3, 0)},
			[]string{"2027-02-28 to 2027-03-01", "2027-02-28 to 2027-03-01"}},
		"overdue, and when it would be ready": {"", seven, []plan.Item{item(audit.DSI, "2026-11-01", 6, 0)}, []string{"overdue, ready 2026-12-02"}},
		"too late for others":                 {"", seven, []plan.Item{item(audit.DSI, "2027-01-31", 3, 120)}, []string{"late, ready 2027-03-25"}},
		"never":                               {"", Hours{}, []plan.Item{item(audit.DSI, "2027-01-31", 3, 120)}, []string{"late, ready never"}},
		"what is late takes hours": {"", seven, []plan.Item{item(audit.Team, "2026-11-20", 7, 0), item(audit.Team, "2026-11-30", 7, 0)},
			[]string{"overdue, ready 2026-11-25", "crowded, 7 h short"}},
		"hours are lacking": {"2026-12-08", seven, []plan.Item{item(audit.Team, "2026-12-08", 21, 0)}, []string{"crowded, 7 h short"}},
		"the team is gone by then": {"2026-12-08", seven, []plan.Item{item(audit.Team, "2027-06-08", 7, 0), item(audit.DSI, "2027-06-08", 3, 0)},
			[]string{"2026-12-07 to 2026-12-08", "2027-06-07 to 2027-06-08"}},
		"a day is a day": {"", Hours{audit.Team: 35}, []plan.Item{item(audit.Team, "2026-11-27", 21, 0), item(audit.Team, "2026-11-26", 21, 0)},
			[]string{"2026-11-24 to 2026-11-27", "late, ready 2026-12-02"}},
		"next year":         {"", seven, []plan.Item{item(audit.Team, "2028-01-01", 7, 0)}, []string{"beyond"}},
		"begins this year":  {"", seven, []plan.Item{item(audit.DSI, "2028-01-01", 3, 90)}, []string{"2027-10-02 to 2027-10-03"}},
		"no day":            {"", seven, []plan.Item{item(audit.Team, "", 7, 0)}, []string{"undated"}},
		"done, and dropped": {"", seven, []plan.Item{with(item(audit.Team, "2027-03-01", 7, 0), audit.Done), with(item(audit.Team, "2027-03-01", 7, 0), audit.Dropped)}, []string{"done", "dropped"}},
	} {
		s := laid(tc.missionEnd, tc.hours, tc.items...)
		for i, a := range s.Actions {
			if got := told(a); got != tc.want[i] {
				t.Errorf("%s: %s, want %s", name, got, tc.want[i])
			}
		}
	}
}

func told(a Action) string {
	switch a.Why {
	case "":
		return a.Begin.Format(time.DateOnly) + " to " + a.End.Format(time.DateOnly)
	case Overdue, Late:
		if a.Ready.IsZero() {
			return string(a.Why) + ", ready never"
		}
		return string(a.Why) + ", ready " + a.Ready.Format(time.DateOnly)
	case Crowded:
		return fmt.Sprintf("crowded, %g h short", a.Short)
	}
	return string(a.Why)
}

// Whatever the plan: nothing starts after it is due or before today, no side works
// more than its hours, the team not after it has left, and every action is placed
// or said not to fit.
func TestScheduleHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.IntRange(-60, 800)
		var items []plan.Item
		for range rapid.IntRange(0, 30).Draw(t, "actions") {
			due := date("2026-11-24").AddDate(0, 0, days.Draw(t, "due")).Format(time.DateOnly)
			items = append(items, item(rapid.SampledFrom(audit.Sides).Draw(t, "side"), due,
				rapid.Float64Range(0.25, 60).Draw(t, "effort"), rapid.IntRange(0, 180).Draw(t, "lead")))
		}
		hours := Hours{}
		for _, side := range audit.Sides {
			hours[side] = rapid.Float64Range(0, 80).Draw(t, "hours")
		}
		missionEnd := date("2026-11-24").AddDate(0, 0, days.Draw(t, "end")).Format(time.DateOnly)
		s := laid(missionEnd, hours, items...)
		worked := map[audit.Side]float64{}
		for _, a := range s.Actions {
			if a.Fits() != !a.Begin.IsZero() {
				t.Errorf("%s begins on %v", told(a), a.Begin)
			}
			if !a.Fits() {
				if a.Why == Late || a.Why == Overdue {
					worked[a.Side] += a.Check.EffortHours // at most: some of it may not fit
				}
				continue
			}
			worked[a.Side] += a.Check.EffortHours
			if a.Begin.After(a.Due) || a.Begin.Before(s.From) || a.End.After(a.Due.Add(-lead(a.Check))) || a.Begin.After(a.End) || a.Begin.After(a.Start) {
				t.Errorf("%s, due %s", told(a), a.Due)
			}
			if a.Side == audit.Team && a.End.After(s.MissionEnd) {
				t.Errorf("%s, and the team leaves on %s", told(a), missionEnd)
			}
		}
		for side, weeks := range s.Load {
			total := 0.
			for _, taken := range weeks {
				total += taken
				if taken > hours[side]+1e-6 {
					t.Errorf("%s works %v of %v hours", side, taken, hours[side])
				}
			}
			if total > worked[side]+1e-6 {
				t.Errorf("%s works %v hours on %v", side, total, worked[side])
			}
		}
	})
}

func TestParseHours(t *testing.T) {
	got, err := ParseHours(Hours{audit.Team: 7, audit.DSI: 3}, []string{"dsi=0", "mentor=1.5"})
	if err != nil || got[audit.Team] != 7 || got[audit.DSI] != 0 || got[audit.Mentor] != 1.5 {
		t.Errorf("%v, %v", got, err)
	}
	for _, wrong := range []string{"", "team", "team=", "team=-1", "team=NaN", "team=1e9", "nobody=3", "7"} {
		if _, err := ParseHours(nil, []string{wrong}); err == nil {
			t.Errorf("%q was taken", wrong)
		}
	}
	if !slices.Contains(audit.Sides, audit.Mentor) {
		t.Error("no mentor")
	}
}
