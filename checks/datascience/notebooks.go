package datascience

import (
	"path"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/manifest"
)

// notebook is one document that mixes code and text.
type notebook struct {
	file audit.File
	// language is that of its code: "python", "r" and so on.
	language string
	// code and text are the cells' sources, a newline between two.
	code, text string
	// outputs is true when the results of a run are stored with it.
	outputs bool
	// read is false for a file that could not be understood.
	read bool
}

const (
	// maxNotebooks is how many are read, and maxNotebookBytes how long one may
	// be: past it there are results in it, which is all that is to be known.
	maxNotebooks     = 200
	maxNotebookBytes = 2 << 20
)

type notebooksKey struct{}

// notebooksOf returns the notebooks that the authors wrote, sorted by path. Pages
// of books, vignettes and READMEs in R Markdown are texts.
func notebooksOf(s *audit.Snapshot) []*notebook {
	return audit.Once(s, notebooksKey{}, func(s *audit.Snapshot) []*notebook {
		var all []*notebook
		for _, f := range s.OwnFiles() {
			if len(all) == maxNotebooks {
				break
			}
			if f.Mode == audit.Symlink || f.Mode == audit.Submodule {
				continue
			}
			switch strings.ToLower(path.Ext(f.Path)) {
			case ".ipynb":
				all = append(all, readJupyter(s, f))
			case ".rmd", ".qmd":
				if !isPage(s, f) {
					all = append(all, readMarkdown(s, f))
				}
			}
		}
		return all
	})
}

var bookFiles = []string{"_bookdown.yml", "_quarto.yml", "_quarto.yaml", "_site.yml"}

// isPage reports whether a document in R Markdown is a text that people read.
func isPage(s *audit.Snapshot, f audit.File) bool {
	if strings.HasPrefix(strings.ToLower(f.Name()), "readme") || path.Base(f.Dir()) == "vignettes" {
		return true
	}
	for dir := f.Dir(); ; dir = parent(dir) {
		for _, name := range bookFiles {
			if _, found := s.File(path.Join(dir, name)); found {
				return true
			}
		}
		if dir == "" {
			return false
		}
	}
}

func parent(dir string) string {
	up, _ := path.Split(dir)
	return strings.TrimSuffix(up, "/")
}

func readJupyter(s *audit.Snapshot, f audit.File) *notebook {
	if f.SizeBytes > maxNotebookBytes {
		return &notebook{file: f, language: "python", outputs: true, read: true}
	}
	content, err := s.Read(f)
	if err != nil {
		return &notebook{file: f}
	}
	n := parseJupyter(content)
	n.file = f
	return n
}

// parseJupyter reads the cells of a notebook, of format 3 too. What cannot be
// understood leaves it unread.
func parseJupyter(content []byte) *notebook {
	n := &notebook{language: "python"}
	c := &scanner{content: content}
	cells := func() { c.array(func() { n.cell(c) }) }
	c.object(func(key string) {
		switch key {
		case "cells":
			n.read = true
			cells()
		case "worksheets":
			n.read = true
			c.array(func() {
				c.object(func(key string) {
					if key == "cells" {
						cells()
					}
				})
			})
		case "metadata":
			n.kernel(c)
		}
	})
	return n
}

func (n *notebook) cell(c *scanner) {
	kind, source := "", ""
	c.object(func(key string) {
		switch key {
		case "cell_type":
			kind = c.text()
		case "source", "input":
			source = lines(c)
		case "outputs":
			c.array(func() {
				n.outputs = true
				c.skip()
			})
		}
	})
	switch kind {
	case "code":
		n.code += source + "\n"
	case "markdown", "heading":
		n.text += source + "\n\n"
	}
}

// lines consumes a text or a list of its lines.
func lines(c *scanner) string {
	if c.next() == '"' {
		return c.text()
	}
	var b strings.Builder
	c.array(func() { b.WriteString(c.text()) })
	return b.String()
}

func (n *notebook) kernel(c *scanner) {
	c.object(func(key string) {
		if key != "kernelspec" && key != "language_info" {
			return
		}
		c.object(func(inner string) {
			if inner == "language" || inner == "name" && key == "language_info" {
				if name := c.text(); name != "" {
					n.language = strings.ToLower(name)
				}
			}
		})
	})
}

// readMarkdown reads a notebook in R Markdown or Quarto, whose results lie beside
// it.
func readMarkdown(s *audit.Snapshot, f audit.File) *notebook {
	n := &notebook{file: f, language: "r"}
	doc := document.Open(s, f)
	if doc == nil {
		return n
	}
	n.read = true
	for _, section := range doc.Sections {
		n.text += strings.Repeat("#", max(section.Level, 1)) + " " + section.Heading + "\n\n" + section.Text + "\n\n"
		for _, code := range section.Code {
			if strings.HasPrefix(strings.TrimLeft(code.Lang, "{ "), "python") {
				n.language = "python"
			}
			n.code += code.Text + "\n"
		}
	}
	stem := strings.TrimSuffix(f.Path, path.Ext(f.Path))
	n.outputs = s.HasDir(stem + "_files")
	for _, suffix := range []string{".nb.html", ".html"} {
		if _, found := s.File(stem + suffix); found {
			n.outputs = true
		}
	}
	return n
}

// ecosystems are those whose packages a notebook's language uses.
func (n *notebook) ecosystems() []manifest.Ecosystem {
	if n.language == "r" {
		return []manifest.Ecosystem{manifest.CRAN, manifest.Conda}
	}
	return []manifest.Ecosystem{manifest.PyPI, manifest.Conda}
}
