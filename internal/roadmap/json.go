package roadmap

import (
	"encoding/json"
	"io"
	"math"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/plan"
	"github.com/perenne-audit/perenne/internal/report"
)

// Schema names the form of the JSON. Fields are only ever added.
const Schema = "perenne.plan/v1"

// The document of a plan. Unknown numbers and dates are absent; lists are never
// null. Days are written 2026-12-31.
type (
	// PlanDocument is the whole.
	PlanDocument struct {
		Schema     string             `json:"schema"`
		Challenge  string             `json:"challenge" doc:"Id of the challenge; empty for repositories that make none."`
		Name       string             `json:"name"`
		At         string             `json:"at" format:"date-time" doc:"What everything is counted from."`
		MissionEnd string             `json:"mission_end,omitempty" format:"date"`
		Production string             `json:"planned_production,omitempty" format:"date"`
		From       string             `json:"from" format:"date" doc:"The first day of the roadmap."`
		To         string             `json:"to" format:"date" doc:"The day after its last, a year later."`
		Sides      []SideDocument     `json:"sides" nullable:"false"`
		Scores     ScoresDocument     `json:"scores" doc:"Today's."`
		Actions    []PlannedDocument  `json:"actions" nullable:"false" doc:"The most pressing quadrant first, then what matters most for an hour."`
		Prospects  []ProspectDocument `json:"prospects" nullable:"false" doc:"What the scores become once some of it is done, judged again."`
	}
	// SideDocument is how much a side has to do.
	SideDocument struct {
		Side          audit.Side `json:"side" enum:"team,dsi,mentor"`
		HoursPerWeek  float64    `json:"hours_per_week"`
		Hours         float64    `json:"hours" doc:"What its actions take."`
		MissingHours  float64    `json:"missing_hours" doc:"How many of them do not fit for want of hours."`
		PlacedActions int        `json:"placed_actions"`
	}
	// ScoresDocument is the scores that there are.
	ScoresDocument struct {
		Axes       map[audit.Axis]float64 `json:"axes"`
		Continuity *float64               `json:"continuity,omitempty" minimum:"0" maximum:"1"`
	}
	// PlannedDocument is one action with its place in the year.
	PlannedDocument struct {
		Number      int            `json:"number"`
		Check       string         `json:"check"`
		Repository  string         `json:"repository"`
		Title       string         `json:"title"`
		Reason      string         `json:"reason"`
		Fix         string         `json:"fix"`
		Axis        audit.Axis     `json:"axis"`
		Severity    audit.Severity `json:"severity"`
		Blocking    bool           `json:"blocking"`
		Importance  float64        `json:"importance"`
		EffortHours float64        `json:"effort_hours"`
		LeadDays    int            `json:"lead_days"`
		Gain        float64        `json:"gain" doc:"How much the axis rises when this gap alone is closed."`
		GainPerHour float64        `json:"gain_per_hour"`
		Quadrant    audit.Quadrant `json:"quadrant" enum:"do,plan,delegate,drop,undated"`
		Side        audit.Side     `json:"side" enum:"team,dsi,mentor"`
		Assignee    string         `json:"assignee,omitempty"`
		Orphaned    bool           `json:"orphaned" doc:"It was the team's to do, and the team has left."`
		Progress    audit.Progress `json:"progress" enum:"open,doing,done,dropped"`
		Doubt       plan.Doubt     `json:"doubt,omitempty" enum:"unconfirmed,fallen" doc:"Why what somebody called done or begun is open."`
		Start       string         `json:"start,omitempty" format:"date" doc:"The last day on which to begin."`
		Due         string         `json:"due,omitempty" format:"date"`
		Begin       string         `json:"begin,omitempty" format:"date" doc:"When work begins on the roadmap; absent for what does not fit."`
		End         string         `json:"end,omitempty" format:"date"`
		Fits        bool           `json:"fits"`
		Why         Why            `json:"why,omitempty" enum:"overdue,late,crowded,beyond,undated,done,dropped" doc:"Why it is not on the roadmap."`
		Ready       string         `json:"ready,omitempty" format:"date" doc:"When what comes too late would be ready."`
		Missing     float64        `json:"missing_hours,omitempty"`
	}
	// ProspectDocument is what some of the actions would bring.
	ProspectDocument struct {
		Quadrant   audit.Quadrant `json:"quadrant,omitempty" doc:"Absent for all actions, and for the first hours."`
		FirstHours float64        `json:"first_hours,omitempty"`
		Actions    []int          `json:"actions" nullable:"false" doc:"Their numbers."`
		Hours      float64        `json:"hours"`
		Scores     ScoresDocument `json:"scores"`
	}
)

// JSON prints one document, or several as a list under "plans".
func JSON(w io.Writer, sheets []*Sheet, lang audit.Lang) error {
	documents := []PlanDocument{}
	for _, s := range sheets {
		d, err := DocumentOf(s, lang)
		if err != nil {
			return err
		}
		documents = append(documents, d)
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if len(documents) == 1 {
		return encoder.Encode(documents[0])
	}
	return encoder.Encode(map[string]any{"schema": Schema, "plans": documents})
}

// DocumentOf puts a sheet into the form of the JSON.
func DocumentOf(s *Sheet, lang audit.Lang) (PlanDocument, error) {
	v, err := speak(s, lang)
	d := PlanDocument{
		Schema: Schema, Challenge: s.ID, Name: report.Clean(s.Name), At: s.At.UTC().Format(time.RFC3339), MissionEnd: iso(s.MissionEnd),
		Production: iso(s.Production), From: iso(s.From), To: iso(s.To), Scores: scoresOf(s.Score),
		Sides: []SideDocument{}, Actions: []PlannedDocument{}, Prospects: []ProspectDocument{},
	}
	if err != nil {
		return d, err
	}
	for _, side := range audit.Sides {
		one := SideDocument{Side: side, HoursPerWeek: s.Hours[side]}
		one.Hours, one.MissingHours = s.Work(side)
		for _, a := range s.Actions {
			if a.Side == side && a.Fits() {
				one.PlacedActions++
			}
		}
		d.Sides = append(d.Sides, one)
	}
	numbers := map[string]int{}
	for _, a := range s.Actions {
		numbers[a.Repository+"\x00"+a.Check.ID] = a.Number
		d.Actions = append(d.Actions, v.document(a))
	}
	for _, p := range s.Prospects {
		one := ProspectDocument{Quadrant: p.Quadrant, FirstHours: p.Within, Actions: []int{}, Hours: p.Hours, Scores: scoresOf(p.Score)}
		for _, i := range p.Items {
			one.Actions = append(one.Actions, numbers[i.Repository+"\x00"+i.Check.ID])
		}
		d.Prospects = append(d.Prospects, one)
	}
	return d, nil
}

func (v *voice) document(a Action) PlannedDocument {
	d := PlannedDocument{
		Number: a.Number, Check: a.Check.ID, Repository: report.Clean(a.Repository), Title: v.texts[a.Check.ID].Title, Reason: v.reason(a), Fix: v.fix(a),
		Axis: a.Check.Axis, Severity: a.Check.Severity, Blocking: a.Blocking, Importance: a.Importance, EffortHours: a.Check.EffortHours,
		LeadDays: a.Check.LeadDays, Gain: round(a.Gain), GainPerHour: round(a.GainPerHour()), Quadrant: a.Quadrant, Side: a.Side,
		Orphaned: a.Orphaned, Progress: a.Progress, Doubt: a.Doubt, Start: iso(a.Start), Due: iso(a.Due), Begin: iso(a.Begin), End: iso(a.End),
		Fits: a.Fits(), Why: a.Why, Ready: iso(a.Ready), Missing: round(a.Short),
	}
	if a.Placement != nil {
		d.Assignee = report.Clean(a.Placement.Assignee)
	}
	return d
}

func scoresOf(s audit.Score) ScoresDocument {
	d := ScoresDocument{Axes: map[audit.Axis]float64{}}
	for _, a := range s.Axes {
		if a.Score != nil {
			d.Axes[a.Axis] = round(*a.Score)
		}
	}
	if s.Continuity != nil {
		x := round(*s.Continuity)
		d.Continuity = &x
	}
	return d
}

// round keeps four decimals, so that a sum's last digits do not show.
func round(x float64) float64 { return math.Round(x*10000) / 10000 }
