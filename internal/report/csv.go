package report

import (
	"encoding/csv"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/text"
)

// CSV prints one line per check and repository, for a spreadsheet. The columns
// are the same whatever the language; words in them are ids, sentences are in
// the language. A target that could not be audited has one line with its error
// as the reason.
func CSV(w io.Writer, outcomes []Outcome, o Options) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"target", "commit", "axis", "check", "severity", "weight", "answer", "title", "reason", "places",
		"fix", "effort_hours", "lead_days", "side", "gain", "challenge"}}
	for _, outcome := range outcomes {
		if outcome.Err != nil {
			rows = append(rows, cells(clean(outcome.Target), "", "", "", "", "", string(audit.AnswerUnknown), "", clean(outcome.Err.Error()), "", "", "", "", "", "", outcome.Challenge))
			continue
		}
		more, err := csvRows(outcome.Result, o.Lang)
		if err != nil {
			return err
		}
		for _, row := range more {
			rows = append(rows, append(row, outcome.Challenge))
		}
	}
	return out.WriteAll(rows)
}

func csvRows(r *audit.Result, lang audit.Lang) ([][]string, error) {
	m := text.In(lang)
	gains := map[string]float64{}
	for _, a := range r.Actions {
		gains[a.Check.ID] = a.Gain
	}
	var rows [][]string
	for _, j := range r.Judged {
		t, err := j.Check.Text(lang)
		if err != nil {
			return nil, err
		}
		var places []string
		for _, p := range j.Verdict.Places {
			places = append(places, where(p))
		}
		row := cells(clean(r.Target), r.Repository.Commit, string(j.Check.Axis), j.Check.ID, string(j.Check.Severity),
			number(j.Check.Severity.Weight()), string(j.Verdict.Answer), t.Title, reason(m, t, j.Verdict.Reason), strings.Join(places, "\n"),
			"", "", "", "", "")
		if gain, open := gains[j.Check.ID]; open {
			copy(row[10:], cells(t.Fix, number(j.Check.EffortHours), strconv.Itoa(j.Check.LeadDays), string(j.Check.Side), number(round(gain))))
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// Cells keeps foreign text in cells of a spreadsheet from being taken for a formula.
func Cells(values ...string) []string { return cells(values...) }

// cells keeps a spreadsheet from taking foreign text for a formula: such a cell
// is given an apostrophe, which spreadsheets do not show.
func cells(values ...string) []string {
	for i, v := range values {
		v = strings.ReplaceAll(v, "\r", "")
		if v != "" && strings.ContainsRune("=+-@\t", rune(v[0])) {
			v = "'" + v
		}
		values[i] = v
	}
	return values
}

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// uriPath writes a path as a relative reference.
func uriPath(path string) string {
	segments := strings.Split(path, "/")
	for i, s := range segments {
		segments[i] = url.PathEscape(s)
	}
	return strings.Join(segments, "/")
}
