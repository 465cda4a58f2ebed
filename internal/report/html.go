package report

import (
	_ "embed"
	"html/template"
	"io"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/text"
)

//go:embed report.html.tmpl
var htmlSource string

// HTML prints one page that needs nothing beside it: to attach to a message, to
// print, to keep.
func HTML(w io.Writer, outcomes []Outcome, o Options) error {
	m := text.In(o.Lang)
	page, err := template.New("report").Funcs(template.FuncMap{
		"say": m.Say, "word": func(w any) string { return m.Word(asString(w)) }, "clean": clean, "where": where, "icon": icon,
		"score":   func(x *float64) string { return Score(*x, o.Lang) },
		"percent": percent, "version": func(r *audit.Result) string { return version(m, r) },
		"identity": func(r *audit.Result) []string { return identity(m, r) },
		"gaps":     func(r *audit.Result) ([]gap, error) { return gaps(r, o.Lang) },
		"worth":    func(g gap) string { return worth(m, g) },
		"title": func(c *audit.Check) (string, error) {
			t, err := c.Text(o.Lang)
			if err != nil {
				return "", err
			}
			return t.Title, nil
		},
		"reason": func(j audit.Judged) (string, error) {
			t, err := j.Check.Text(o.Lang)
			if err != nil {
				return "", err
			}
			return reason(m, t, j.Verdict.Reason), nil
		},
		"answered": func(r *audit.Result, a string) []audit.Judged { return answered(r, audit.Answer(a)) },
		"band":     bandOf,
		"head":     func() []string { return challengeHead(m) },
		"line":     func(c Challenge) []string { cells, _ := challengeLine(m, c); return cells },
	}).Parse(htmlSource)
	if err != nil {
		return err
	}
	return page.Execute(w, struct {
		Lang       audit.Lang
		Challenges []Challenge
		Outcomes   []Outcome
	}{o.Lang, o.Challenges, outcomes})
}

// asString accepts any of the audit's words.
func asString(word any) string {
	switch w := word.(type) {
	case audit.Axis:
		return string(w)
	case audit.Answer:
		return string(w)
	case audit.Severity:
		return string(w)
	case audit.Band:
		return string(w)
	}
	s, _ := word.(string)
	return s
}
