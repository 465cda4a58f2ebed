package web

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/report"
)

type checkLine struct {
	*audit.Check
	Title string
}

// checkGroup is one axis of the list of checks.
type checkGroup struct {
	Axis   audit.Axis
	Checks []checkLine
}

func (s *site) checksPage(w http.ResponseWriter, r *http.Request) error {
	var groups []checkGroup
	for _, axis := range audit.Axes {
		group := checkGroup{Axis: axis}
		for _, c := range s.Checks {
			if c.Axis == axis {
				group.Checks = append(group.Checks, checkLine{c, s.title(c.ID, s.langOf(r))})
			}
		}
		if len(group.Checks) > 0 {
			groups = append(groups, group)
		}
	}
	return s.show(w, r, http.StatusOK, "checks", s.messages(r).Say("web.checks"), groups)
}

func (s *site) checkPage(w http.ResponseWriter, r *http.Request) error {
	c, lang := s.check(r.PathValue("id")), s.langOf(r)
	if c == nil {
		return audit.ErrNotFound
	}
	markdown, err := report.CheckPage(c, lang)
	if err != nil {
		return err
	}
	content, err := rendered(markdown)
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "check", s.title(c.ID, lang), content)
}

// rendered turns the Markdown of a check's page into HTML, its heading the first
// of the page. What looks like HTML in it is left out by the renderer.
func rendered(markdown string) (template.HTML, error) {
	var b bytes.Buffer
	convert := goldmark.New(goldmark.WithExtensions(extension.Linkify))
	if err := convert.Convert([]byte(strings.TrimPrefix(markdown, "#")), &b); err != nil {
		return "", fmt.Errorf("render a check's page: %w", err)
	}
	return template.HTML(b.String()), nil
}
