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
		if m != nil && v.exists(p.root, "inst/golem-config.yml", "R/run_app.R", "R/app_ui.R", "rhino.yml", "R/ui.R", "R/server.R", "R/app.R") {
			add(p.root, m.Path)
		}
	}
	for _, f := range v.files {
		dir, name := f.Dir(), strings.ToLower(f.Name())
		switch {
		case name == "app.r" && v.usesShiny(f), name == "server.r" && v.hasPage(dir), path.Ext(name) == ".r" && v.startsShiny(f), v.isLiveDocument(f):
			if path.Base(dir) == "R" {
				dir = parent(dir)
			}
			add(dir, f.Path)
		}
	}
	return found
}

// hasPage reports whether the other half of an application lies in a folder.
func (v *survey) hasPage(dir string) bool {
	if path.Base(dir) == "R" {
		return v.exists(dir, "ui.R", "ui.r")
	}
	return v.exists(dir, "ui.R", "ui.r", "www/index.html", "global.R")
}

// startsShiny reports whether a script is an application by itself, whatever its
// name. In a package, such a call is a function that it offers.
func (v *survey) startsShiny(f audit.File) bool {
	if f.SizeBytes > maxImportsBytes || path.Base(f.Dir()) == "R" || v.exists(v.owner(f.Dir()), "NAMESPACE") {
		return false
	}
	content, err := v.s.Read(f)
	return err == nil && importsOne(content, []string{"shiny"}) && callsOutsideComments(content, []byte("shinyApp("))
}

// isLiveDocument reports whether an R Markdown or Quarto document asks, in its
// head, to be run by Shiny.
func (v *survey) isLiveDocument(f audit.File) bool {
	if extension := strings.ToLower(path.Ext(f.Path)); extension != ".rmd" && extension != ".qmd" || v.isBook(f) || f.SizeBytes > maxImportsBytes {
		return false
	}
	content, err := v.s.Read(f)
	if err != nil {
		return false
	}
	for line := range bytes.Lines(frontMatter(content)) {
		key, value, _ := bytes.Cut(line, []byte(":"))
		word := string(bytes.Trim(value, " \t\r\n\"'"))
		switch string(key) {
		case "runtime":
			// Lessons made with learnr are run by Shiny too.
			return word == "shiny" || word == "shinyrmd" || word == "shiny_prerendered" && !bytes.Contains(content, []byte("learnr"))
		case "server":
			return word == "shiny"
		}
	}
	return false
}

// frontMatter is what stands between the first line, three hyphens, and the next
// such line.
func frontMatter(content []byte) []byte {
	rest, found := bytes.CutPrefix(content, []byte("---"))
	if !found {
		return nil
	}
	head, _, found := bytes.Cut(rest, []byte("\n---"))
	if !found {
		return nil
	}
	return head
}

var shinyWords = [][]byte{[]byte("shiny"), []byte("golem::"), []byte("run_app("), []byte("rhino::")}

// usesShiny reads app.R outside of its comments: plumber calls its file app.R
// too.
func (v *survey) usesShiny(f audit.File) bool {
	content, err := v.s.Read(f)
	if err != nil {
		return false
	}
	return callsOutsideComments(content, shinyWords...)
}

func callsOutsideComments(content []byte, words ...[]byte) bool {
	for line := range bytes.Lines(content) {
		code, _, _ := bytes.Cut(line, []byte("#"))
		for _, word := range words {
			if bytes.Contains(code, word) {
				return true
			}
		}
	}
	return false
}
