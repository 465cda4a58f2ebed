package deliverable

import (
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/manifest"
)

// pipeline recognises data processing by what a manifest declares.
func (v *survey) pipeline(p *project) (audit.Deliverable, bool) {
	d := audit.Deliverable{Kind: audit.DataPipeline}
	for _, tool := range pipelineTools {
		if m := p.has(tool.ecosystem, false, tool.names...); m != nil && p.library() == nil {
			d.Because = m.Path
			return d, true
		}
	}
	code, notebooks := v.count(p.root)
	if p.library() != nil || notebooks > code {
		return d, false
	}
	for _, ecosystem := range []manifest.Ecosystem{manifest.PyPI, manifest.Conda} {
		m := p.has(ecosystem, false, dataLibraries...)
		if m != nil && len(v.below(p.root, hasExtension(".py"))) > 0 {
			d.Because = m.Path
			return d, true
		}
	}
	return d, false
}

// pipelineFiles are files that only a tool of data processing reads.
var pipelineFiles = map[string]bool{
	"dbt_project.yml": true, "Snakefile": true, "dvc.yaml": true, "_targets.R": true, "nextflow.config": true, "scrapy.cfg": true,
	"luigi.cfg": true, "airflow.cfg": true, "meltano.yml": true, "prefect.yaml": true, "drakefile.R": true,
}

// pipelines recognises data processing by the files of its tools.
func (v *survey) pipelines() []audit.Deliverable {
	var found []audit.Deliverable
	for _, f := range v.files {
		root, name := f.Dir(), f.Name()
		switch {
		case pipelineFiles[name]:
			if path.Base(root) == "workflow" {
				root = parent(root)
			}
		case strings.HasSuffix(name, ".py") && path.Base(root) == "dags" && v.orchestrates(f):
			root = parent(root)
		default:
			continue
		}
		found = append(found, audit.Deliverable{Kind: audit.DataPipeline, Root: root, Because: f.Path})
	}
	return found
}

// orchestrates reports whether a file in a folder of graphs defines one: others
// call their folders dags too.
func (v *survey) orchestrates(f audit.File) bool {
	content, err := v.s.Read(f)
	return err == nil && importsOne(content, []string{"airflow", "prefect", "dagster"})
}

func parent(dir string) string {
	up := path.Dir(dir)
	if up == "." {
		return ""
	}
	return up
}

func hasExtension(extensions ...string) func(audit.File) bool {
	return func(f audit.File) bool { return slices.Contains(extensions, strings.ToLower(path.Ext(f.Path))) }
}

// withoutManifest is asked when no manifest and no tool gave anything away.
func (v *survey) withoutManifest() []audit.Deliverable {
	for _, page := range []string{"index.php", "public/index.php", "web/index.php", "src/index.php", "www/index.php"} {
		if f, found := v.s.File(page); found {
			return []audit.Deliverable{{Kind: audit.WebApplication, Because: f.Path}}
		}
	}
	code, notebooks := v.count("")
	if notebooks > code {
		return nil
	}
	if d, ok := v.scripts(); ok {
		return []audit.Deliverable{d}
	}
	for _, page := range []string{"index.html", "public/index.html", "src/index.html", "site/index.html"} {
		if f, found := v.s.File(page); found && !f.Foreign() && len(v.below("", hasExtension(".js", ".ts"))) > 0 {
			return []audit.Deliverable{{Kind: audit.WebApplication, Static: true, Because: f.Path}}
		}
	}
	return nil
}

// scripts recognises a repository of R scripts, or of Python without any list of
// what it uses: a web application by its imports, or scripts that handle data or
// that a Makefile chains.
func (v *survey) scripts() (audit.Deliverable, bool) {
	d := audit.Deliverable{Kind: audit.DataPipeline}
	inR, inPython := v.below("", hasExtension(".r")), v.below("", hasExtension(".py"))
	code, _ := v.count("")
	makefile, made := v.s.File("Makefile")
	switch {
	case 2*len(inR) >= code && len(inR) > 0:
		d.Because = inR[0].Path
	case 2*len(inPython) < code || len(inPython) == 0:
		return d, false
	case v.importsAny(modulesOf(pythonServers)):
		d.Kind, d.Because = audit.WebApplication, inPython[0].Path
	case made:
		d.Because = makefile.Path
	case v.importsAny(append(modulesOf(dataLibraries), "sklearn", "bs4")):
		d.Because = inPython[0].Path
	default:
		return d, false
	}
	return d, true
}

// importsAny reports whether a Python file surely imports one of the modules.
func (v *survey) importsAny(modules []string) bool {
	found, _ := v.findImport("", ".py", modules)
	return found
}

// notebooks recognises a repository that is made of notebooks for more than half
// of its sources.
func (v *survey) notebooks(found []audit.Deliverable) []audit.Deliverable {
	code, notebooks, first := 0, 0, ""
	for i, f := range v.files {
		_, teaches := teachingRoot(f.Dir())
		switch {
		case v.sorts[i] == codeFile:
			code++
		case v.sorts[i] == notebookFile && !teaches && !v.isBook(f):
			notebooks++
			if first == "" {
				first = f.Path
			}
		}
	}
	rooted := slices.ContainsFunc(found, func(d audit.Deliverable) bool { return d.Root == "" && strength[d.Kind] >= strength[audit.Library] })
	if notebooks == 0 || notebooks <= code || rooted {
		return nil
	}
	return []audit.Deliverable{{Kind: audit.Notebook, Because: first}}
}

// isBook reports whether a notebook is a page of a text: R Markdown serves both.
func (v *survey) isBook(f audit.File) bool {
	if strings.HasSuffix(f.Path, ".ipynb") {
		return false
	}
	name := strings.ToLower(f.Name())
	if strings.HasPrefix(name, "readme") || path.Base(f.Dir()) == "vignettes" {
		return true
	}
	for dir := f.Dir(); ; dir = parent(dir) {
		if v.exists(dir, bookFiles...) {
			return true
		}
		if dir == "" {
			return false
		}
	}
}

var bookFiles = []string{"_bookdown.yml", "_quarto.yml", "_site.yml", "_quarto.yaml"}

// dataikuProjects recognises exports of Dataiku DSS, projects under git and
// plugins.
func (v *survey) dataikuProjects() []audit.Deliverable {
	var found []audit.Deliverable
	for _, f := range v.files {
		dir := f.Dir()
		has := func(name string) bool { return v.s.HasDir(path.Join(dir, name)) }
		var is bool
		switch f.Name() {
		case "export-manifest.json":
			is = has("project_config")
		case "params.json":
			is = (has("recipes") || has("datasets")) && path.Base(dir) != "project_config"
		case "plugin.json":
			is = has("custom-recipes") || has("python-lib") || has("code-env") || has("python-connectors")
		}
		if is {
			found = append(found, audit.Deliverable{Kind: audit.DataikuProject, Root: dir, Because: f.Path})
		}
	}
	return found
}
