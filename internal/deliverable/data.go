package deliverable

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/manifest"
)

// pipeline recognises data processing by what a manifest declares.
func (v *survey) pipeline(p *project) (audit.Deliverable, bool) {
	d := audit.Deliverable{Kind: audit.DataPipeline}
	for _, tool := range pipelineTools {
		if m := p.has(tool.ecosystem, false, tool.names...); m != nil && (p.library() == nil || v.isRun(p)) {
			d.Because = m.Path
			return d, true
		}
	}
	if f, ok := v.sparkJob(p); ok {
		d.Because = f.Path
		return d, true
	}
	code, notebooks := v.count(p.root)
	if p.library() != nil && !v.isConfigured(p) || notebooks > code {
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

// isRun reports whether a package that could be offered to others is a chain of
// processing that somebody runs: it holds the chain itself, or what starts it.
func (v *survey) isRun(p *project) bool {
	return len(v.below(p.root, func(f audit.File) bool {
		started := f.Path == path.Join(p.root, f.Name()) && pythonEntries[f.Name()] || f.Path == path.Join(p.root, "bin", f.Name())
		return started || strings.HasSuffix(f.Path, ".py") && chainDirs[path.Base(f.Dir())]
	})) > 0
}

// sparkJob returns the program of a package that is submitted to Spark, which the
// cluster provides: the package need not declare it.
func (v *survey) sparkJob(p *project) (audit.File, bool) {
	if !slices.ContainsFunc(p.manifests, func(m *manifest.Manifest) bool { return m.Ecosystem == manifest.PyPI }) {
		return audit.File{}, false
	}
	for _, f := range v.below(p.root, func(f audit.File) bool { return f.Name() == "__main__.py" && f.SizeBytes <= maxImportsBytes }) {
		if content, err := v.s.Read(f); err == nil && importsOne(content, []string{"pyspark"}) {
			return f, true
		}
	}
	return audit.File{}, false
}

// isConfigured reports whether a package is a program that takes its settings
// from the environment: nobody depends on one.
func (v *survey) isConfigured(p *project) bool {
	main := v.below(p.root, func(f audit.File) bool { return f.Name() == "__main__.py" })
	return len(main) > 0 && v.exists(p.root, ".env.example", ".env.sample", ".env.template", ".env.dist", "env.example")
}

// chainDirs are folders in which orchestrators look for chains of tasks.
var chainDirs = map[string]bool{"dags": true, "flows": true, "pipelines": true}

// pipelineFiles are files that only a tool of data processing reads.
var pipelineFiles = map[string]bool{
	"dbt_project.yml": true, "Snakefile": true, "dvc.yaml": true, "_targets.R": true, "nextflow.config": true, "scrapy.cfg": true,
	"luigi.cfg": true, "airflow.cfg": true, "meltano.yml": true, "prefect.yaml": true, "drakefile.R": true, "dagster.yaml": true,
	"talend.project": true, "workflow.knime": true,
}

// drawnChains are extensions of chains that people draw in Pentaho, SSIS and FME.
var drawnChains = map[string]bool{".ktr": true, ".kjb": true, ".dtsx": true, ".fmw": true}

// pipelines recognises data processing by the files of its tools.
func (v *survey) pipelines() []audit.Deliverable {
	var found []audit.Deliverable
	for _, f := range v.files {
		root, name := f.Dir(), f.Name()
		switch {
		case strings.Contains("/"+root+"/", "/dbt_packages/"):
			continue
		case drawnChains[path.Ext(name)], pipelineFiles[name]:
			if path.Base(root) == "workflow" {
				root = parent(root)
			}
		case v.isArgo(f) && !v.within(found, root):
		case strings.HasSuffix(name, ".py") && chainDirs[path.Base(root)] && !v.within(found, parent(root)) && v.orchestrates(f):
			root = parent(root)
		default:
			continue
		}
		found = append(found, audit.Deliverable{Kind: audit.DataPipeline, Root: root, Because: f.Path})
	}
	return found
}

var (
	argoVersion  = regexp.MustCompile(`(?m)^apiVersion:\s*["']?argoproj\.io/`)
	argoWorkflow = regexp.MustCompile(`(?m)^kind:\s*["']?(?:Cron|Cluster)?Workflow(?:Template)?["']?\s*$`)
)

// isArgo reports whether a manifest of Kubernetes, among those named after what it
// would be, is a chain of tasks for Argo Workflows. Argo CD's manifests are not.
func (v *survey) isArgo(f audit.File) bool {
	if ext := path.Ext(f.Path); ext != ".yaml" && ext != ".yml" || f.SizeBytes > maxImportsBytes || strings.HasPrefix(f.Path, ".") {
		return false
	}
	name := strings.ToLower(path.Join(path.Base(f.Dir()), f.Name()))
	if !strings.Contains(name, "argo") && !strings.Contains(name, "workflow") && !strings.Contains(name, "pipeline") {
		return false
	}
	content, err := v.s.Read(f)
	return err == nil && argoVersion.Match(content) && argoWorkflow.Match(content)
}

// within reports whether a folder is one where something was found already.
func (v *survey) within(found []audit.Deliverable, root string) bool {
	return slices.ContainsFunc(found, func(d audit.Deliverable) bool { return d.Root == root })
}

// orchestrates reports whether a file in a folder of graphs defines one: others
// call their folders dags too.
func (v *survey) orchestrates(f audit.File) bool {
	content, err := v.s.Read(f)
	return err == nil && importsOne(content, []string{"airflow", "prefect", "dagster", "luigi", "kedro"})
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
	if d, ok := v.scripts(); ok && !(d.Kind == audit.DataPipeline && v.playsRoles()) {
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
	inR, inPython := v.below("", hasExtension(".r")), v.below("", isScript)
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
	case v.importsAny(append(modulesOf(dataLibraries), "sklearn", "bs4", "csv")):
		d.Because = inPython[0].Path
	case len(v.below("", func(f audit.File) bool { return f.Name() == "__main__.py" })) > 0:
		d.Kind, d.Because = audit.Library, inPython[0].Path
	default:
		return d, false
	}
	return d, true
}

// isScript leaves out the settings of Sphinx, which are a program.
func isScript(f audit.File) bool {
	return strings.HasSuffix(strings.ToLower(f.Path), ".py") && f.Name() != "conf.py"
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
		return v.exists("", jupyterBookFiles...)
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

var (
	bookFiles        = []string{"_bookdown.yml", "_quarto.yml", "_site.yml", "_quarto.yaml"}
	jupyterBookFiles = []string{"_toc.yml", "myst.yml"}
)
