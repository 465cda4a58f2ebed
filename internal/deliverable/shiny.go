package deliverable

import (
	"bytes"
	"path"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/manifest"
)

// shinyApps recognises applications in R Shiny by their entry files, and golem
// packages by their DESCRIPTION.
func (v *survey) shinyApps() []audit.Deliverable {
	var found []audit.Deliverable
	add := func(root, because string) {
		found = append(found, audit.Deliverable{Kind: audit.ShinyApp, Root: root, Because: because})
	}
	for _, p := range v.projects {
		m := p.has(manifest.CRAN, false, "shiny", "golem", "rhino")
		if m != nil && v.exists(p.root, "inst/golem-config.yml", "R/run_app.R", "R/app_ui.R", "rhino.yml") {
			add(p.root, m.Path)
		}
	}
	for _, f := range v.files {
		dir := f.Dir()
		switch strings.ToLower(f.Name()) {
		case "app.r":
			if v.usesShiny(f) {
				add(dir, f.Path)
			}
		case "server.r":
			if v.exists(dir, "ui.R", "ui.r", "www/index.html", "global.R") && path.Base(dir) != "R" {
				add(dir, f.Path)
			}
		}
	}
	return found
}

var shinyWords = [][]byte{[]byte("shiny"), []byte("golem::"), []byte("run_app("), []byte("rhino::")}

// usesShiny reads app.R outside of its comments: plumber calls its file app.R
// too.
func (v *survey) usesShiny(f audit.File) bool {
	content, err := v.s.Read(f)
	if err != nil {
		return false
	}
	for line := range bytes.Lines(content) {
		code, _, _ := bytes.Cut(line, []byte("#"))
		for _, word := range shinyWords {
			if bytes.Contains(code, word) {
				return true
			}
		}
	}
	return false
}
