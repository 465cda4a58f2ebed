package deliverable

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/manifest"
)

// classify tells what one folder with manifests delivers; mostly one thing, and
// nothing for a folder whose manifests only serve tools.
func (v *survey) classify(p *project) []audit.Deliverable {
	for _, recognise := range []func(*project) (audit.Deliverable, bool){
		v.desktop, v.server, v.front, v.pipeline, v.library, v.program,
	} {
		if d, ok := recognise(p); ok {
			d.Root = p.root
			return []audit.Deliverable{d}
		}
	}
	return nil
}

func (v *survey) desktop(p *project) (audit.Deliverable, bool) {
	d := audit.Deliverable{Kind: audit.DesktopApplication}
	m := p.has(manifest.NPM, true, "electron", "nw")
	if m != nil && p.has(manifest.NPM, true, electronPackers...) == nil && !scriptRuns(m, "electron") {
		m = nil
	}
	for _, f := range desktopFrameworks {
		if m == nil {
			m = p.has(f.ecosystem, false, f.names...)
		}
	}
	for _, one := range p.manifests {
		if one.Packaging == "UseWPF" || one.Packaging == "UseWindowsForms" || one.Packaging == "UseMaui" {
			m = one
		}
	}
	if m == nil || m.Library && m.Ecosystem == manifest.NPM {
		return d, false
	}
	d.Because = m.Path
	return d, true
}

// server recognises a web framework on which something answers requests.
func (v *survey) server(p *project) (audit.Deliverable, bool) {
	d := audit.Deliverable{Kind: audit.WebApplication}
	if m, service := v.goServer(p); m != nil {
		if service {
			d.Kind = audit.Service
		}
		d.Because = m.Path
		return d, true
	}
	for _, one := range p.manifests {
		if one.Packaging == "war" || one.Packaging == "Microsoft.NET.Sdk.Web" {
			d.Because = one.Path
			return d, true
		}
		if one.Packaging == "Microsoft.NET.Sdk.Worker" {
			return audit.Deliverable{Kind: audit.Service, Because: one.Path}, true
		}
	}
	for _, f := range serverFrameworks {
		m := p.has(f.ecosystem, false, f.names...)
		if m == nil && f.ecosystem == manifest.NPM {
			m = p.generatesPages()
		}
		if m == nil || !v.runs(p, m, f.names) {
			continue
		}
		d.Because = m.Path
		d.Static = m.Ecosystem == manifest.NPM && v.exported(p, m)
		return d, true
	}
	if m := v.starts(p); m != nil {
		return audit.Deliverable{Kind: audit.Service, Because: m.Path}, true
	}
	return d, false
}

// generatesPages returns the package.json of a Next, Nuxt or SvelteKit application
// that declares its framework for development, as the generators of the last two do.
func (p *project) generatesPages() *manifest.Manifest {
	m := p.has(manifest.NPM, true, "next", "nuxt", "nuxt3", "@sveltejs/adapter-node")
	if m == nil || m.Library || !builds(m) {
		return nil
	}
	return m
}

// runs confirms that the project is an application, not an extension of the
// framework that it declares, nor something that merely brings it along.
func (v *survey) runs(p *project, m *manifest.Manifest, names []string) bool {
	offered := p.library() != nil
	switch m.Ecosystem {
	case manifest.PyPI, manifest.Conda:
		entries := v.below(p.root, func(f audit.File) bool { return pythonEntries[f.Name()] })
		if slices.ContainsFunc(entries, func(f audit.File) bool { return f.Name() == "manage.py" }) {
			return true
		}
		if offered && len(entries) == 0 && !v.exists(p.root, "Procfile", "Dockerfile") && !v.madeApplication(p.root) {
			return false
		}
		return v.imports(p.root, ".py", modulesOf(names)...)
	case manifest.NPM:
		return !offered || m.Scripts["start"] != ""
	case manifest.Hex:
		return v.endpoint(p)
	case manifest.RubyGems:
		return v.exists(p.root, "config.ru", "config/application.rb", "app.rb") || !offered
	}
	return !offered
}

// applicationMade is a module that makes the application itself, where servers of
// Python look for it; an extension of a framework is handed one by others.
var applicationMade = regexp.MustCompile(`(?m)^(?:app|application)\s*=\s*(?:\w+\.)?(?:Flask|Quart|FastAPI|Sanic|Starlette|Litestar|Bottle|Falcon|Dash|Connexion\w*)\(`)

// madeApplication reports whether a package holds an application under whatever
// name, reading no more than maxImportsRead files. One that serves the author's own
// machine is a tool of the package.
func (v *survey) madeApplication(root string) bool {
	files := v.below(root, func(f audit.File) bool {
		return strings.HasSuffix(f.Path, ".py") && f.SizeBytes <= maxImportsBytes && !strings.HasPrefix(f.Path, "docs/") && !strings.Contains(f.Name(), "local")
	})
	slices.SortStableFunc(files, func(a, b audit.File) int { return promise(a) - promise(b) })
	return slices.ContainsFunc(files[:min(len(files), maxImportsRead)], func(f audit.File) bool {
		content, err := v.s.Read(f)
		return err == nil && applicationMade.Match(content)
	})
}

// endpoint reports whether an Elixir project listens: an application of an
// umbrella may declare Phoenix for its helpers alone.
func (v *survey) endpoint(p *project) bool {
	if p.has(manifest.Hex, false, "plug_cowboy", "bandit") != nil {
		return true
	}
	return len(v.below(p.root, func(f audit.File) bool { return f.Name() == "endpoint.ex" || f.Name() == "router.ex" })) > 0
}

// pythonEntries are names of files that start a Python application. Pyramid has no
// program of its own: Paste starts a package by what an .ini file says.
var pythonEntries = map[string]bool{
	"manage.py": true, "wsgi.py": true, "asgi.py": true, "app.py": true, "main.py": true, "server.py": true, "run.py": true,
	"production.ini": true, "development.ini": true,
}

// modulesOf turns package names into what Python imports.
func modulesOf(names []string) []string {
	var modules []string
	for _, name := range names {
		module, ok := pythonModules[name]
		if !ok {
			module = strings.ReplaceAll(name, "-", "_")
		}
		modules = append(modules, module)
	}
	return modules
}

// exported reports whether next or nuxt builds a site that needs no server.
func (v *survey) exported(p *project, m *manifest.Manifest) bool {
	if _, ok := m.Has("next"); ok {
		return scriptRuns(m, "next export") || v.contains(p.root, []string{"next.config.js", "next.config.mjs", "next.config.ts"}, `output: "export"`, `output: 'export'`)
	}
	for _, name := range []string{"nuxt", "nuxt3"} {
		if _, ok := m.Has(name); ok {
			return scriptRuns(m, "nuxt generate", "nuxi generate") && m.Scripts["start"] == "" ||
				v.contains(p.root, []string{"nuxt.config.js", "nuxt.config.ts"}, `target: "static"`, `target: 'static'`)
		}
	}
	return false
}

// contains reports whether a settings file holds one of the texts. Settings of
// JavaScript tools are programs: their literals are all that can be read.
func (v *survey) contains(root string, names []string, texts ...string) bool {
	for _, name := range names {
		f, found := v.s.File(strings.TrimPrefix(root+"/"+name, "/"))
		if !found {
			continue
		}
		content, ok := v.s.ReadText(f)
		if ok && slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(content, text) }) {
			return true
		}
	}
	return false
}

// starts returns a package.json without a known framework whose start script
// runs a program under Node.
func (v *survey) starts(p *project) *manifest.Manifest {
	for _, m := range p.manifests {
		if m.Ecosystem != manifest.NPM || m.Library || !slices.ContainsFunc(m.Dependencies, func(d manifest.Dependency) bool { return !d.Dev }) {
			continue
		}
		words := strings.Fields(m.Scripts["start"])
		if len(words) > 1 && slices.Contains([]string{"node", "nodemon", "ts-node", "tsx", "pm2", "pm2-runtime", "bun", "deno"}, words[0]) && !p.isSite() && !v.startsOther(p, words[1:]) {
			return m
		}
	}
	return nil
}

// startsOther reports whether a start script runs a program of a deeper folder
// with a manifest of its own: the top of a workspace starts its members and is
// no service beside them.
func (v *survey) startsOther(p *project, arguments []string) bool {
	for _, argument := range arguments {
		file := path.Join(p.root, argument)
		if strings.HasPrefix(argument, "-") || !strings.Contains(argument, "/") {
			continue
		}
		if slices.ContainsFunc(v.projects, func(o *project) bool { return len(o.root) > len(p.root) && audit.Within(file, o.root) }) {
			return true
		}
	}
	return false
}

func scriptRuns(m *manifest.Manifest, commands ...string) bool {
	for _, script := range m.Scripts {
		for _, command := range commands {
			if strings.Contains(script, command) {
				return true
			}
		}
	}
	return false
}

func (v *survey) library(p *project) (audit.Deliverable, bool) {
	for _, m := range p.manifests {
		if m.Library && !p.isSite() && !(m.Ecosystem == manifest.CRAN && !v.isRPackage(p.root)) {
			return audit.Deliverable{Kind: audit.Library, Because: m.Path}, true
		}
	}
	return audit.Deliverable{}, false
}

// isRPackage tells a package from a project that lists what it uses in a
// DESCRIPTION.
func (v *survey) isRPackage(root string) bool {
	return v.exists(root, "NAMESPACE") || v.s.HasDir(strings.TrimPrefix(root+"/man", "/")) || v.s.HasDir(strings.TrimPrefix(root+"/R", "/"))
}

// program recognises what is left: something that runs and serves nobody.
func (v *survey) program(p *project) (audit.Deliverable, bool) {
	for _, m := range p.manifests {
		switch m.Ecosystem {
		case manifest.Go, manifest.Cargo, manifest.Maven, manifest.NuGet, manifest.Hex, manifest.Clojure:
		default:
			continue
		}
		if len(v.below(p.root, func(f audit.File) bool { return sortOf(f.Path) == codeFile && f.Path != m.Path })) == 0 || testsOnly(m) || v.umbrella(p, m) {
			continue
		}
		if m.Ecosystem == manifest.Go && !v.goProgram(p.root) {
			return audit.Deliverable{Kind: audit.Library, Because: m.Path}, true
		}
		if driver := p.has(m.Ecosystem, false, databaseDrivers...); driver != nil && !v.exists(p.root, packagers...) {
			return audit.Deliverable{Kind: audit.DataPipeline, Because: driver.Path}, true
		}
		kind := audit.Library
		if v.exists(p.root, "Dockerfile", "docker-compose.yml", "compose.yaml", "docker-compose.yaml", "compose.yml", "Procfile") {
			kind = audit.Service
		}
		return audit.Deliverable{Kind: kind, Because: m.Path}, true
	}
	return audit.Deliverable{}, false
}

// packagers make of a program packages that others install: whoever runs it is
// not who wrote it, whatever database it reads.
var packagers = []string{".goreleaser.yml", ".goreleaser.yaml", "goreleaser.yml", "nfpm.yml", "nfpm.yaml", "build-deb.sh", "build-rpm.sh"}

// umbrella reports whether a mix.exs only gathers the applications below it.
func (v *survey) umbrella(p *project, m *manifest.Manifest) bool {
	return m.Ecosystem == manifest.Hex && slices.ContainsFunc(v.projects, func(o *project) bool {
		return path.Dir(o.root) == path.Join(p.root, "apps") && slices.ContainsFunc(o.manifests, func(m *manifest.Manifest) bool { return m.Ecosystem == manifest.Hex })
	})
}

// testsOnly recognises a .NET project that holds tests.
func testsOnly(m *manifest.Manifest) bool {
	for _, name := range []string{"xunit", "NUnit", "MSTest.TestFramework", "Microsoft.NET.Test.Sdk"} {
		if _, ok := m.Has(name); ok {
			return true
		}
	}
	return false
}
