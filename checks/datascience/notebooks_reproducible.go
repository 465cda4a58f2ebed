package datascience

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/container"
	"github.com/perenne-audit/perenne/internal/manifest"
)

var notebooksReproducible = &audit.Check{
	ID: "notebooks-reproducible", Axis: audit.Transmission, Severity: audit.Moderate,
	Needs: audit.NeedTree, EffortHours: 7, Side: audit.Team,
	Kinds:  []audit.Kind{audit.Notebook},
	Source: "https://doi.org/10.1371/journal.pcbi.1007007",
	Texts:  texts, Run: runNotebooksReproducible,
}

// runNotebooksReproducible asks what somebody else needs to run the notebooks
// again: the same packages, paths that exist elsewhere, an order, and no results
// of an earlier run that hide whether it worked.
func runNotebooksReproducible(s *audit.Snapshot) audit.Verdict {
	all := notebooksOf(s)
	if len(all) == 0 {
		return audit.NotApplicable("none")
	}
	withOutputs, read, bare := 0, 0, 0
	pinned := true
	var missing, loose, outputs *notebook
	for _, n := range all {
		if !n.read {
			continue
		}
		read++
		if n.outputs {
			withOutputs++
			outputs = first(outputs, n)
		}
		declared, exact := environmentOf(s, n)
		pinned = pinned && exact
		switch {
		case !declared:
			bare++
			missing = first(missing, n)
		case !exact:
			loose = first(loose, n)
		}
	}
	if read == 0 {
		return audit.Unknown("malformed", "path", all[0].file.Path)
	}
	v := notebookVerdict(s, all, missing, loose, outputs)
	if v.Answer == audit.AnswerNotMet && 2*bare < read {
		v = audit.PartlyMet("some", "path", missing.file.Path).At(missing.place())
	}
	return v.
		Fact("notebooks", len(all)).Fact("with_outputs", withOutputs).Fact("pinned", pinned)
}

func notebookVerdict(s *audit.Snapshot, all []*notebook, missing, loose, outputs *notebook) audit.Verdict {
	switch {
	case missing != nil:
		return audit.NotMet("no-environment", "path", missing.file.Path).At(missing.place())
	case loose != nil:
		return audit.PartlyMet("not-pinned", "path", loose.file.Path).At(loose.place())
	}
	for _, n := range all {
		if namesOwnPath(n.code) {
			return audit.PartlyMet("absolute-path", "path", n.file.Path).At(n.place())
		}
	}
	if outputs != nil {
		return audit.PartlyMet("outputs", "path", outputs.file.Path).At(outputs.place())
	}
	if folder, found := withoutOrder(s, all); found {
		return audit.PartlyMet("order", "folder", folder).At(audit.Place{Path: folder})
	}
	return audit.Met("reproducible", "path", all[0].file.Path).At(all[0].place())
}

func first(a, b *notebook) *notebook {
	if a != nil {
		return a
	}
	return b
}

func (n *notebook) place() audit.Place { return audit.Place{Path: n.file.Path} }

// ownPath is the start of a path on somebody's own machine, in quotes.
var ownPath = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`["'](?:/home/([\w.-]+)/|/Users/|[A-Za-z]:(?:\\\\?|/)(?:Users|Documents)\b)`)
})

// sharedHomes are those of usual containers, which everybody has.
var sharedHomes = []string{"jovyan", "onyxia", "rstudio", "coder", "vscode", "app", "work"}

func namesOwnPath(code string) bool {
	for _, found := range ownPath().FindAllStringSubmatch(code, -1) {
		if !slices.Contains(sharedHomes, found[1]) {
			return true
		}
	}
	return false
}

// environmentDirs are folders, beside the notebooks, that hold what they need.
var environmentDirs = []string{"binder", ".binder", "env", "environment", "environments", "docker", "conda", "requirements", "config"}

// environmentOf tells whether what the notebook needs is declared where its
// reader looks, and whether each version is fixed there.
func environmentOf(s *audit.Snapshot, n *notebook) (declared, exact bool) {
	reaches := func(root string) bool {
		return audit.Within(n.file.Dir(), root) || slices.Contains(environmentDirs, path.Base(root)) && audit.Within(n.file.Dir(), parent(root))
	}
	ecosystems := n.ecosystems()
	inventory := manifest.Of(s)
	for _, lock := range inventory.Locks {
		if lock.Exact && slices.Contains(ecosystems, lock.Ecosystem) && reaches(lock.Root()) {
			return true, true
		}
	}
	for _, m := range inventory.Manifests {
		if slices.Contains(ecosystems, m.Ecosystem) && reaches(m.Root()) && (m.Err != nil || len(m.Dependencies) > 0) {
			declared = true
			exact = exact || m.Err == nil && fixesVersions(m)
		}
	}
	for _, name := range []string{"Manifest.toml", "install.R", "Project.toml"} {
		for dir := n.file.Dir(); ; dir = parent(dir) {
			if _, found := s.File(path.Join(dir, name)); found {
				return true, name == "Manifest.toml"
			}
			if dir == "" {
				break
			}
		}
	}
	for _, d := range container.Dockerfiles(s) {
		declared = declared || reaches((audit.File{Path: d.Path}).Dir())
	}
	return declared || installs().MatchString(n.code) || !imports().MatchString(n.code), exact
}

// fixesVersions reports whether a list allows one version of each package that
// it names. What these bring along may change; the notebook's own calls do not.
func fixesVersions(m *manifest.Manifest) bool {
	return !slices.ContainsFunc(m.Dependencies, func(d manifest.Dependency) bool {
		version := strings.TrimSpace(d.Version)
		return !strings.HasPrefix(version, "=") && !strings.Contains(version, "@") || strings.ContainsAny(version, "*<>,")
	})
}

// installs is a command inside a notebook that fetches what it needs.
var installs = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^\s*[!%]\s*(?:pip3?|conda|mamba|uv)\s+(?:pip\s+)?install\b|\b(?:install\.packages|pak::pkg_install|renv::restore|remotes::install_\w+)\(`)
})

// imports is the use of any package; what uses none needs no list.
var imports = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^\s*(?:import|from)\s+\w|\b(?:library|require)\(|\b\w+::\w|^\s*using\s+\w`)
})

// fewInOrder is how many notebooks in a folder need no order to be given.
const fewInOrder = 2

// numbered is a name that says when its turn comes.
var numbered = regexp.MustCompile(`(?i)^(?:[a-z]{0,12}[ _-]?)?\d+`)

// withoutOrder returns the first folder with several notebooks of which nothing
// says in which order they are run: neither their names nor a text or a script.
func withoutOrder(s *audit.Snapshot, all []*notebook) (folder string, found bool) {
	byFolder := map[string][]*notebook{}
	var folders []string
	for _, n := range all {
		dir := n.file.Dir()
		if byFolder[dir] == nil {
			folders = append(folders, dir)
		}
		byFolder[dir] = append(byFolder[dir], n)
	}
	for _, dir := range folders {
		several := byFolder[dir]
		if len(several) <= fewInOrder {
			continue
		}
		told := 0
		texts := orderTexts(s, dir)
		for _, n := range several {
			if numbered.MatchString(n.file.Name()) || strings.Contains(texts, strings.TrimSuffix(n.file.Name(), path.Ext(n.file.Name()))) {
				told++
			}
		}
		if 2*told < len(several) {
			return dir, true
		}
	}
	return "", false
}

// maxOrderBytes is more than a person writes into such a file.
const maxOrderBytes = 256 << 10

// orderTexts is what may give an order for a folder: READMEs and scripts there
// and at the top.
func orderTexts(s *audit.Snapshot, dir string) string {
	var b strings.Builder
	for _, f := range s.OwnFiles() {
		if f.Dir() != dir && f.Dir() != "" || f.SizeBytes > maxOrderBytes {
			continue
		}
		name := strings.ToLower(f.Name())
		switch {
		case strings.HasPrefix(name, "readme"), strings.HasPrefix(name, "lisezmoi"), name == "makefile", name == "snakefile", name == "dvc.yaml", name == "_toc.yml",
			name == "index.md", path.Ext(name) == ".sh", name == "_targets.r", name == "justfile":
			if text, ok := s.ReadText(f); ok {
				b.WriteString(text)
				b.WriteByte('\n')
			}
		}
	}
	return b.String()
}
