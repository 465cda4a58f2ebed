package web

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"math"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/report"
	"github.com/perenne-audit/perenne/internal/score"
	"github.com/perenne-audit/perenne/internal/store"
	"github.com/perenne-audit/perenne/internal/text"
)

// pageSet holds the pages of one language by name.
type pageSet map[string]*template.Template

// frame is what every page has around its own content.
type frame struct {
	Title         string
	Lang          audit.Lang
	Other         audit.Lang
	OtherURL      string
	Demonstration bool
	Reader        reader
	CanLogIn      bool
	CanAdminister bool
	Here          string
	Version       string
	Catalogue     string
	// Content is the view of the page.
	Content any
}

func (s *site) loadPages() (map[audit.Lang]pageSet, error) {
	all := map[audit.Lang]pageSet{}
	for _, lang := range []audit.Lang{audit.French, audit.English} {
		base, err := template.New("").Funcs(s.functions(lang)).ParseFS(files, "templates/layout.html", "templates/parts.html")
		if err != nil {
			return nil, fmt.Errorf("read the pages: %w", err)
		}
		names, err := fs.Glob(files, "templates/*.html")
		if err != nil {
			return nil, err
		}
		all[lang] = pageSet{}
		for _, file := range names {
			one, err := template.Must(base.Clone()).ParseFS(files, file)
			if err != nil {
				return nil, fmt.Errorf("read the pages: %w", err)
			}
			all[lang][strings.TrimSuffix(path.Base(file), ".html")] = one
		}
	}
	return all, nil
}

// functions are what templates may call, bound to a language.
func (s *site) functions(lang audit.Lang) template.FuncMap {
	m := text.In(lang)
	say := func(key string, args ...any) string { return m.Say("web."+key, args...) }
	return template.FuncMap{
		"say":  say,
		"word": func(w any) string { return m.Word(fmt.Sprint(w)) },
		"date": func(t time.Time) string {
			if t.IsZero() {
				return "–"
			}
			return audit.Format(t, lang)
		},
		"iso": func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"age": func(t time.Time) string { return age(m, s.Now().Sub(t)) },
		"left": func(t time.Time) string {
			days := int(math.Ceil(t.Sub(s.Now()).Hours() / 24))
			if days < 0 {
				return say("days-over", "days", -days)
			}
			return say("days-left", "days", days)
		},
		"score": func(x float64) string { return report.Score(x, lang) },
		"scoreAt": func(p store.Point, axis audit.Axis) string {
			if x, ok := p.Scores[axis]; ok {
				return report.Score(x, lang)
			}
			return "–"
		},
		"percent":    func(x float64) string { return percent(x, lang) },
		"points":     func(x float64) string { return points(x, lang) },
		"number":     func(x any) string { return audit.Format(x, lang) },
		"clean":      report.Clean,
		"short":      func(commit string) string { return commit[:min(len(commit), 10)] },
		"bandOf":     score.BandOf,
		"bandIn":     bandIn,
		"bar":        func(x float64) int { return int(math.Round(100 * min(max(x, 0), 1))) },
		"axes":       func() []audit.Axis { return audit.Axes },
		"knows":      func(check string) bool { return s.check(check) != nil },
		"title":      func(check string) string { return s.title(check, lang) },
		"href":       safeLink,
		"quoted":     quoted,
		"sides":      func() []audit.Side { return audit.Sides },
		"progresses": func() []audit.Progress { return audit.Progresses },
		// What has no date is not chosen.
		"quadrants": func() []audit.Quadrant { return audit.Quadrants[:4] },
		"day":       func(t time.Time) string { return t.UTC().Format(time.DateOnly) },
		"scoreIn":   func(s audit.Score, axis audit.Axis) string { return scoreIn(s, axis, lang) },
		// A form's numbers have a point in every language.
		"plain": func(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) },
		"tenth": func(x float64) string { return audit.Format(math.Round(10*x)/10, lang) },
		"dict":  dict,
	}
}

func scoreIn(s audit.Score, axis audit.Axis, lang audit.Lang) string {
	for _, a := range s.Axes {
		if a.Axis == axis && a.Score != nil {
			return report.Score(*a.Score, lang)
		}
	}
	return "–"
}

// quoted sets what stands between backticks as code, as the checks write it.
func quoted(sentence string) template.HTML {
	var b strings.Builder
	parts := strings.Split(sentence, "`")
	for i, part := range parts {
		safe := template.HTMLEscapeString(part)
		switch {
		case i%2 == 0:
			b.WriteString(safe)
		case i == len(parts)-1: // one that is never closed
			b.WriteString("`" + safe)
		default:
			b.WriteString("<code>" + safe + "</code>")
		}
	}
	return template.HTML(b.String())
}

// dict lets a template hand several values to another.
func dict(pairs ...any) map[string]any {
	m := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
	}
	return m
}

// title names a check in a reader's words.
func (s *site) title(check string, lang audit.Lang) string {
	if c := s.check(check); c != nil {
		if t, err := c.Text(lang); err == nil {
			return t.Title
		}
	}
	return check
}

// safeLink returns an address that may be followed, "" for any other: the page
// then shows it as text.
func safeLink(address string) string {
	if strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://") {
		return address
	}
	return ""
}

// percent rounds down, so that only all is 100 %.
func percent(x float64, lang audit.Lang) string {
	const rounding = 1e-9
	return strconv.Itoa(int(math.Floor(100*x+rounding))) + " %"
}

// points writes a gain with two decimals.
func points(x float64, lang audit.Lang) string {
	const hundred = 100
	return audit.Format(math.Round(hundred*x)/hundred, lang)
}

// age writes how long ago something was in its largest unit.
func age(m *text.Messages, d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return m.Say("web.just-now")
	case d < time.Hour:
		return m.Say("web.minutes-ago", "count", int(d/time.Minute))
	case d < 2*day:
		return m.Say("web.hours-ago", "count", int(d/time.Hour))
	}
	return m.Say("web.days-ago", "count", int(d/day))
}

func (s *site) messages(r *http.Request) *text.Messages { return text.In(s.langOf(r)) }

// show writes one page. Nothing is sent before all of it could be made.
func (s *site) show(w http.ResponseWriter, r *http.Request, code int, name, title string, content any) error {
	lang := s.langOf(r)
	f := frame{
		Title: title, Lang: lang, Other: audit.French, Demonstration: s.Board.Portfolio().Demonstration,
		Reader: readerOf(r.Context()), CanLogIn: s.door.CanLogIn(), Here: r.URL.Path,
		CanAdminister: s.Admin != nil && readerOf(r.Context()).Role.Includes(Admin),
		Version:       s.Version, Catalogue: s.Catalogue, Content: content,
	}
	if lang == audit.French {
		f.Other = audit.English
	}
	f.OtherURL = in(r, f.Other)
	var page bytes.Buffer
	if err := s.pages[lang][name].ExecuteTemplate(&page, "layout", f); err != nil {
		return fmt.Errorf("make the page %s: %w", name, err)
	}
	s.rememberLang(w, r)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", string(lang))
	w.WriteHeader(code)
	_, err := page.WriteTo(w)
	return err
}

// failing turns an error of a page into the page about it.
func (s *site) failing(h func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.fail(w, r, err)
		}
	})
}
