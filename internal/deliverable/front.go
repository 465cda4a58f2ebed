package deliverable

import (
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/manifest"
)

// isSite reports whether the project builds documentation with a generator.
func (p *project) isSite() bool {
	return p.has(manifest.NPM, true, siteGenerators...) != nil || p.has(manifest.RubyGems, true, "jekyll", "github-pages") != nil
}

// front recognises a site that is built once and served as files.
func (v *survey) front(p *project) (audit.Deliverable, bool) {
	d := audit.Deliverable{Kind: audit.WebApplication, Static: true}
	if p.isSite() {
		return d, false
	}
	m := p.has(manifest.NPM, true, frontFrameworks...)
	if m == nil {
		m = p.has(manifest.Cargo, false, "yew", "leptos", "dioxus")
	}
	if m == nil || m.Library && !v.served(p.root) || m.Ecosystem == manifest.NPM && !builds(m) {
		return d, false
	}
	d.Because = m.Path
	d.Static = !v.servedByOther(p.root)
	return d, true
}

// served reports whether the folder of a package holds the page that a browser
// opens and an image that serves it: that it is published too makes it no library.
func (v *survey) served(root string) bool {
	return v.exists(root, "Dockerfile") && v.exists(root, "public/index.html", "index.html")
}

// browserLanguages are what a site without a server is written in, or what is
// translated into it.
var browserLanguages = map[string]bool{
	"JavaScript": true, "TypeScript": true, "TSX": true, "JSX": true, "Vue": true, "Svelte": true, "Astro": true, "Elm": true, "CoffeeScript": true,
	"PureScript": true, "ReScript": true, "Reason": true, "Rust": true, "Handlebars": true, "Pug": true, "EJS": true, "Shell": true,
}

// servedByOther reports whether most of a front's folder is written in a language
// that no browser runs, and something starts it: it serves the pages, though no
// manifest that is read says so.
func (v *survey) servedByOther(root string) bool {
	if !v.exists(root, "Dockerfile", "Procfile", "app.json", "scalingo.json") {
		return false
	}
	code, other := 0, 0
	for _, f := range v.below(root, func(f audit.File) bool { return sortOf(f.Path) == codeFile }) {
		code++
		if !browserLanguages[languageOf(f.Path)] {
			other++
		}
	}
	return 2*other > code
}

// builds reports whether a package.json has a script that builds or serves a
// front: a folder of components without one is part of something else.
func builds(m *manifest.Manifest) bool {
	for _, name := range []string{"build", "start", "dev", "serve", "prod", "production", "watch"} {
		if m.Scripts[name] != "" {
			return true
		}
	}
	return false
}
