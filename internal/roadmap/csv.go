package roadmap

import (
	"encoding/csv"
	"io"
	"strconv"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/report"
)

// CSV prints one line for each action, for a spreadsheet. The columns and the words
// in them are the same whatever the language; sentences are in the language.
func CSV(w io.Writer, sheets []*Sheet, lang audit.Lang) error {
	rows := [][]string{{"challenge", "number", "check", "title", "repository", "axis", "severity", "quadrant", "side", "assignee", "progress",
		"effort_hours", "lead_days", "gain", "gain_per_hour", "start", "due", "begin", "end", "fits", "why_not", "fix"}}
	for _, s := range sheets {
		v, err := speak(s, lang)
		if err != nil {
			return err
		}
		for _, a := range s.Actions {
			rows = append(rows, v.row(a))
		}
	}
	return csv.NewWriter(w).WriteAll(rows)
}

func (v *voice) row(a Action) []string {
	assignee, why := "", ""
	if a.Placement != nil {
		assignee = report.Clean(a.Placement.Assignee)
	}
	if !a.Fits() {
		why = v.when(a)
	}
	return report.Cells(v.sheet.ID, strconv.Itoa(a.Number), a.Check.ID, v.title(a), report.Clean(a.Repository), string(a.Check.Axis),
		string(a.Check.Severity), string(a.Quadrant), string(a.Side), assignee, string(a.Progress), number(a.Check.EffortHours),
		strconv.Itoa(a.Check.LeadDays), number(round(a.Gain)), number(round(a.GainPerHour())), iso(a.Start), iso(a.Due), iso(a.Begin), iso(a.End),
		strconv.FormatBool(a.Fits()), why, v.fix(a))
}

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func iso(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}
