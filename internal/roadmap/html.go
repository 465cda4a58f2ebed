package roadmap

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/report"
)

//go:embed sheet.html.tmpl
var page string

// printed is one sheet as the page shows it.
type printed struct {
	*Sheet
	voice *voice
	// Drawing is our own SVG.
	Drawing template.HTML
}

// What the page says of a sheet.

func (p printed) Heading() string            { return p.voice.Say("plan.title", "name", report.Clean(p.Name)) }
func (p printed) Title(a Action) string      { return p.voice.title(a) }
func (p printed) Fix(a Action) string        { return p.voice.fix(a) }
func (p printed) Reason(a Action) string     { return p.voice.reason(a) }
func (p printed) Repository(a Action) string { return p.voice.repository(a) }
func (p printed) When(a Action) string       { return p.voice.when(a) }
func (p printed) Gain(a Action) string       { return p.voice.gain(a) }
func (p printed) Who(a Action) string        { return p.voice.side(a) }
func (p printed) Effort(a Action) string     { return p.voice.hours(a.Check.EffortHours) }
func (p printed) Quadrant(a Action) string   { return p.voice.quadrant(a.Quadrant) }
func (p printed) Remarks(a Action) []string  { return p.voice.remarks(a) }

// HTML prints one page: each challenge's sheet fills one A3 page, lying, and on a
// screen a table follows it with what to do about each action.
func HTML(w io.Writer, sheets []*Sheet, lang audit.Lang) error {
	var all []printed
	said, err := speak(&Sheet{}, lang)
	if err != nil {
		return err
	}
	for i, s := range sheets {
		v, err := speak(s, lang)
		if err != nil {
			return err
		}
		all = append(all, printed{s, v, template.HTML(v.svg(fmt.Sprintf("-%d", i+1)))}) //nolint:gosec // drawn by this package, its words escaped
	}
	t, err := template.New("sheet").Funcs(template.FuncMap{
		"say": func(key string) string { return said.Say("plan." + key) },
	}).Parse(page)
	if err != nil {
		return err
	}
	return t.Execute(w, map[string]any{"Lang": lang, "Sheets": all})
}

// Drawing returns a sheet's SVG, to stand in a page of somebody else's.
func Drawing(s *Sheet, lang audit.Lang) (template.HTML, error) {
	v, err := speak(s, lang)
	if err != nil {
		return "", err
	}
	return template.HTML(v.svg("")), nil //nolint:gosec // drawn by this package, its words escaped
}
