package deliverable

import (
	_ "embed"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/perenne-audit/perenne/internal/audit"
)

// languageTable lists, a line each, a programming language and the extensions
// and whole names of its files. It is printed from go-enry by the package's
// test, since importing go-enry takes 40 ms at every start of the program.
//
//go:embed languages.txt
var languageTable string

var languageNames = sync.OnceValue(func() map[string]string {
	names := make(map[string]string, 1500)
	for line := range strings.Lines(languageTable) {
		language, files, _ := strings.Cut(strings.TrimSpace(line), "\t")
		for name := range strings.SplitSeq(files, "\t") {
			names[name] = language
		}
	}
	return names
})

// LanguageNames lists the languages that [Languages] knows, sorted.
func LanguageNames() []string {
	var names []string
	for line := range strings.Lines(languageTable) {
		language, _, _ := strings.Cut(line, "\t")
		names = append(names, language)
	}
	return names
}

// languageOf names the programming language of a file by its name alone, "" for
// anything else: data, markup, prose and extensions that several share.
func languageOf(name string) string {
	names, base := languageNames(), path.Base(name)
	if language := names[base]; language != "" && !strings.HasPrefix(base, ".") {
		return language
	}
	extension := path.Ext(base)
	if extension == "" || extension == base {
		return ""
	}
	if language, ok := names[extension]; ok {
		return language
	}
	return names[strings.ToLower(extension)]
}

const (
	// maxNotebookBytes is what one notebook counts for at most: the rest of it is
	// pictures and results.
	maxNotebookBytes = 16 << 10
	// maxSourceBytes is the size past which a file was not written by a person.
	maxSourceBytes = 1 << 20
)

// Languages returns the share of each programming language in the authors' own
// code, by bytes, 0 to 1; empty without code. Languages are told by file names
// only and named as on GitHub; a notebook counts for 16 KB at most. Data, markup
// and prose are left out, but for components of Vue, Svelte and Astro.
func Languages(s *audit.Snapshot) map[string]float64 {
	sizes := map[string]int64{}
	var total int64
	for _, f := range Code(s) {
		sizes[languageOf(f.Path)] += f.SizeBytes
		total += f.SizeBytes
	}
	shares := make(map[string]float64, len(sizes))
	for language, size := range sizes {
		shares[language] = float64(size) / float64(total)
	}
	return headers(shares)
}

// Code returns the authors' own source files, in the order of the tree: what is
// data, markup, prose, copied, built or too large to be written by hand is left
// out. The size of a notebook is cut to 16 KB.
func Code(s *audit.Snapshot) []audit.File {
	var code []audit.File
	for _, f := range s.OwnFiles() {
		if f.SizeBytes <= 0 || f.SizeBytes > maxSourceBytes && !strings.HasSuffix(f.Path, ".ipynb") || f.Mode == audit.Symlink || f.Mode == audit.Submodule || bundled(f.Name()) {
			continue
		}
		switch languageOf(f.Path) {
		case "":
			continue
		case "Jupyter Notebook":
			f.SizeBytes = min(f.SizeBytes, maxNotebookBytes)
		}
		code = append(code, f)
	}
	return code
}

// markup are extensions of what people write by hand beside code: pages,
// templates and style sheets.
var markup = []string{
	".html", ".htm", ".xhtml", ".css", ".scss", ".sass", ".less", ".styl", ".pcss", ".haml", ".erb", ".slim", ".pug", ".jade", ".hbs",
	".handlebars", ".mustache", ".twig", ".ejs", ".jinja", ".jinja2", ".j2", ".liquid", ".tpl", ".latte", ".njk", ".eex", ".heex", ".xsl", ".xslt",
	".tex", ".sty", ".mjml", ".jsp", ".ftl", ".xaml", ".qml", ".svelte", ".vue",
}

// Source returns what [Code] does and the authors' own pages, templates and style
// sheets, in the order of the tree: somebody has to know those too.
func Source(s *audit.Snapshot) []audit.File {
	source := Code(s)
	for _, f := range s.OwnFiles() {
		written := f.SizeBytes > 0 && f.SizeBytes <= maxSourceBytes && f.Mode != audit.Symlink && f.Mode != audit.Submodule
		if written && languageOf(f.Path) == "" && slices.Contains(markup, strings.ToLower(path.Ext(f.Path))) {
			source = append(source, f)
		}
	}
	slices.SortFunc(source, func(a, b audit.File) int { return strings.Compare(a.Path, b.Path) })
	return source
}

// headers gives C's header files to C++ where C++ is the greater.
func headers(shares map[string]float64) map[string]float64 {
	if shares["C++"] > 0 && shares["C"] > 0 && shares["C++"] > shares["C"] {
		shares["C++"] += shares["C"]
		delete(shares, "C")
	}
	return shares
}

// bundledNames are libraries that projects copy into their tree.
var bundledNames = map[string]bool{
	"jquery": true, "jquery-ui": true, "bootstrap": true, "d3": true, "leaflet": true, "popper": true, "angular": true, "vue": true, "react": true,
	"lodash": true, "underscore": true, "moment": true, "fontawesome": true, "select2": true, "datatables": true, "chart": true, "modernizr": true,
	"codemirror": true, "tinymce": true, "ckeditor": true, "highlight": true, "mathjax": true, "polyfill": true, "require": true, "backbone": true,
	"handlebars": true, "three": true, "plotly": true, "highcharts": true, "axios": true, "swiper": true, "slick": true,
}

// bundled recognises a copied JavaScript library by its name, its version
// numbers left out.
func bundled(name string) bool {
	stem, isScript := strings.CutSuffix(strings.ToLower(name), ".js")
	if !isScript {
		return false
	}
	stem = strings.TrimRight(stem, "0123456789.-v")
	for _, part := range []string{".bundle", ".slim", ".umd", ".global", ".prod", ".all"} {
		stem = strings.TrimRight(strings.TrimSuffix(stem, part), "0123456789.-v")
	}
	return bundledNames[stem]
}
