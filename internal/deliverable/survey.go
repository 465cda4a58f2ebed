package deliverable

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/manifest"
)

// survey is what the recognisers look at: the files people wrote, without those
// that test or show, and the manifests by folder.
type survey struct {
	s *audit.Snapshot
	// files are sorted by path; sorts says what each is, at the same index.
	files    []audit.File
	sorts    []fileSort
	projects []*project
}

type fileSort uint8

const (
	otherFile fileSort = iota
	codeFile
	proseFile
	notebookFile
)

// project is one folder with the manifests that describe it.
type project struct {
	root      string
	manifests []*manifest.Manifest
}

func newSurvey(s *audit.Snapshot) *survey {
	v := &survey{s: s}
	for _, f := range s.OwnFiles() {
		if f.Mode == audit.Submodule || f.Mode == audit.Symlink || shows(f.Path) {
			continue
		}
		v.files = append(v.files, f)
		v.sorts = append(v.sorts, sortOf(f.Path))
	}
	for _, m := range manifest.Of(s).Manifests {
		if m.Err != nil || m.Sample() {
			continue
		}
		root := v.programRoot(m)
		i := slices.IndexFunc(v.projects, func(p *project) bool { return p.root == root })
		if i < 0 {
			i = len(v.projects)
			v.projects = append(v.projects, &project{root: root})
		}
		v.projects[i].manifests = append(v.projects[i].manifests, m)
	}
	return v
}

// programRoot is the folder of the program that a manifest describes: lists for
// pip often lie apart from it, in docker/ or deploy/.
func (v *survey) programRoot(m *manifest.Manifest) string {
	root := m.Root()
	if m.Ecosystem != manifest.PyPI && m.Ecosystem != manifest.Conda {
		return root
	}
	for root != "" && !slices.ContainsFunc(v.files, func(f audit.File) bool {
		extension := path.Ext(f.Path)
		return (extension == ".py" || extension == ".ipynb") && audit.Within(f.Dir(), root)
	}) {
		root = parent(root)
	}
	return root
}

// shownDirs are folders whose files exercise or show the deliverable.
var shownDirs = map[string]bool{
	"test": true, "tests": true, "testdata": true, "__tests__": true, "spec": true, "specs": true, "e2e": true,
	"fixtures": true, "fixture": true, "__fixtures__": true, "mocks": true, "__mocks__": true, "cypress": true,
	"example": true, "examples": true, "exemple": true, "exemples": true, "sample": true, "samples": true, "demo": true,
	"benchmarks": true, "testthat": true, "checkpoints": true, "corriges": true, "corrections": true,
}

func shows(name string) bool {
	for segment := range strings.SplitSeq(strings.ToLower(path.Dir(name)), "/") {
		if shownDirs[segment] {
			return true
		}
	}
	return false
}

var proseExtensions = map[string]bool{
	".md": true, ".mdx": true, ".markdown": true, ".rst": true, ".adoc": true, ".asciidoc": true, ".org": true, ".tex": true,
	".docx": true, ".doc": true, ".odt": true, ".pdf": true, ".pptx": true, ".ppt": true, ".odp": true, ".textile": true,
}

// sortOf tells code from prose by the name.
func sortOf(name string) fileSort {
	extension := strings.ToLower(path.Ext(name))
	switch {
	case extension == ".ipynb" || extension == ".rmd" || extension == ".qmd":
		return notebookFile
	case proseExtensions[extension]:
		return proseFile
	}
	if language := languageOf(name); language != "" && !settingLanguages[language] {
		return codeFile
	}
	return otherFile
}

// settingLanguages build or configure; they are programming languages, and no
// repository delivers what is written in them alone.
var settingLanguages = map[string]bool{"Dockerfile": true, "Makefile": true, "CMake": true, "HCL": true, "Nix": true, "Just": true, "Meson": true}

// has returns the first manifest of the project that declares one of the names,
// development dependencies included when asked.
func (p *project) has(ecosystem manifest.Ecosystem, dev bool, names ...string) *manifest.Manifest {
	for _, m := range p.manifests {
		if m.Ecosystem != ecosystem {
			continue
		}
		for _, d := range m.Dependencies {
			if (dev || !d.Dev) && slices.Contains(names, d.Name) {
				return m
			}
		}
	}
	return nil
}

// library returns the manifest that offers the project to others, if one does.
func (p *project) library() *manifest.Manifest {
	for _, m := range p.manifests {
		if m.Library {
			return m
		}
	}
	return nil
}

// exists reports whether the project's folder holds one of the names itself.
func (v *survey) exists(root string, names ...string) bool {
	for _, name := range names {
		if _, found := v.s.File(path.Join(root, name)); found {
			return true
		}
	}
	return false
}

// below returns the surveyed files of a folder that no other project's folder
// holds, for which keep is true.
func (v *survey) below(root string, keep func(audit.File) bool) []audit.File {
	var files []audit.File
	owner := v.owner(root)
	for _, f := range v.files {
		if audit.Within(f.Dir(), root) && keep(f) && v.owner(f.Dir()) == owner {
			files = append(files, f)
		}
	}
	return files
}

// owner is the deepest project folder above a folder.
func (v *survey) owner(dir string) string {
	best, found := "", false
	for _, p := range v.projects {
		if audit.Within(dir, p.root) && (!found || len(p.root) > len(best)) {
			best, found = p.root, true
		}
	}
	return best
}

// count returns how many surveyed files of a folder are code and notebooks.
func (v *survey) count(root string) (code, notebooks int) {
	for i, f := range v.files {
		if !audit.Within(f.Dir(), root) {
			continue
		}
		switch v.sorts[i] {
		case codeFile:
			code++
		case notebookFile:
			notebooks++
		}
	}
	return code, notebooks
}

// maxImportsRead is how many files are searched for an import, and
// maxImportsBytes how long they may be.
const (
	maxImportsRead  = 150
	maxImportsBytes = 256 << 10
)

// telling are words in the names of files that are likely to start a program;
// they are read first.
var telling = []string{"app", "main", "wsgi", "server", "run", "__init__", "api", "index", "manage", "urls", "route", "web", "http", "serve"}

// imports reports whether one of the files below a folder imports one of the
// modules. When too many would have to be read, or there is none, it says yes:
// it is asked to confirm what a manifest already declares.
func (v *survey) imports(root, extension string, modules ...string) bool {
	found, sure := v.findImport(root, extension, modules)
	return found || !sure
}

// findImport searches for an import; sure is false when not every file could be
// read.
func (v *survey) findImport(root, extension string, modules []string) (found, sure bool) {
	files := v.below(root, func(f audit.File) bool {
		return strings.EqualFold(path.Ext(f.Path), extension) && f.SizeBytes <= maxImportsBytes
	})
	slices.SortStableFunc(files, func(a, b audit.File) int { return promise(a) - promise(b) })
	for i, f := range files {
		if i == maxImportsRead {
			return false, false
		}
		content, err := v.s.Read(f)
		if err == nil && importsOne(content, modules) {
			return true, true
		}
	}
	return false, len(files) > 0
}

func promise(f audit.File) int {
	name := strings.ToLower(f.Name())
	if slices.ContainsFunc(telling, func(word string) bool { return strings.Contains(name, word) }) {
		return 0
	}
	return 1
}

// importsOne reads Python's import and from, and R's library() and require().
func importsOne(content []byte, modules []string) bool {
	for line := range bytes.Lines(content) {
		line = bytes.TrimSpace(line)
		end := bytes.IndexAny(line, " \t(")
		if end < 0 {
			continue
		}
		switch string(line[:end]) {
		case "import":
			for module := range bytes.SplitSeq(line[end:], []byte(",")) {
				if slices.Contains(modules, firstName(module)) {
					return true
				}
			}
		case "from", "library", "require":
			if slices.Contains(modules, firstName(line[end:])) {
				return true
			}
		}
	}
	return false
}

// firstName is the module at the start of what follows an import.
func firstName(rest []byte) string {
	rest = bytes.TrimLeft(rest, " \t(\"'")
	if end := bytes.IndexAny(rest, " .,;()\"'\r\n\t"); end >= 0 {
		rest = rest[:end]
	}
	return string(rest)
}
