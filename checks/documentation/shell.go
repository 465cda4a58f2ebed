package docs

import (
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/guide"
	"github.com/perenne-audit/perenne/internal/manifest"
)

// shell follows a reader through the commands of one document, to tell which of
// them name something that the tree does not hold. It doubts: where the folder
// is not known, or a file may have been made on the way, a command is fine.
type shell struct {
	s *audit.Snapshot
	// base is the folder of the document, cwd where the reader stands; lost is
	// true when nobody can tell where that is.
	base, cwd string
	lost      bool
	// entered is true when the same block says cd: then cwd is sure.
	entered bool
	block   int
	// made are the paths that commands made, as written and by their last name.
	made map[string]bool
	// names are what the repository is called; clones counts what is cloned.
	names  []string
	clones int
}

func newShell(s *audit.Snapshot, doc *document.Document, commands []command) *shell {
	sh := &shell{s: s, base: audit.File{Path: doc.Path}.Dir(), made: map[string]bool{}}
	// A README in .github or docs speaks of the whole repository.
	if top, _, _ := strings.Cut(sh.base, "/"); top == ".github" || guide.InDocumentDir(top+"/x") {
		sh.base = ""
	}
	sh.cwd = sh.base
	sh.names = append(sh.names, guide.Squeeze(strings.TrimSuffix(path.Base(s.Repository.URL), ".git")), guide.Squeeze(doc.Title))
	for _, m := range manifest.Of(s).Manifests {
		if m.Name != "" {
			sh.names = append(sh.names, guide.Squeeze(path.Base(m.Name)))
		}
	}
	for _, c := range commands {
		if isClone(c) {
			sh.clones++
		}
	}
	return sh
}

func isClone(c command) bool { return len(c.words) > 2 && c.words[0] == "git" && c.words[1] == "clone" }

// run follows one command and reports whether it names something missing.
func (sh *shell) run(c command) (broken bool) {
	if c.block != sh.block {
		sh.block, sh.entered = c.block, false
	}
	args := c.words[1:]
	switch c.words[0] {
	case "cd":
		sh.changeDir(args)
	case "git":
		sh.git(args)
	case "mkdir", "touch", "nano", "vim", "vi", "code", "tee", "wget", "curl", "ln", "virtualenv", "unzip", "tar", "gunzip":
		sh.makes(args...)
	case "cp", "mv":
		broken = sh.copies(args)
	default:
		broken = !sh.lost && sh.missing(c)
	}
	if c.writes != "" {
		sh.makes(c.writes)
	}
	return broken && !sh.s.Truncated()
}

func (sh *shell) makes(names ...string) {
	for _, name := range names {
		name = path.Clean(strings.TrimSuffix(name, "/"))
		if strings.HasPrefix(name, "-") {
			continue
		}
		sh.made[name] = true
		sh.made[path.Base(name)] = true
	}
}

// folders are those in which what a command names may lie, surest first.
func (sh *shell) folders() []string {
	if sh.entered {
		return []string{sh.cwd}
	}
	folders := []string{sh.cwd}
	for _, dir := range []string{sh.base, ""} {
		if !slices.Contains(folders, dir) {
			folders = append(folders, dir)
		}
	}
	return folders
}

// anywhere reports whether what a command names may lie in any folder: nobody
// said which one, and readers find it.
func (sh *shell) anywhere() bool { return !sh.entered && sh.base == "" }

func (sh *shell) changeDir(args []string) {
	if len(args) == 0 || doubtful(args[0]) {
		sh.lost = true
		return
	}
	target := strings.TrimSuffix(args[0], "/")
	// What lies in the folder that was entered comes before what lies at the top.
	folders := []string{sh.cwd, sh.base, ""}
	if sh.lost {
		folders = folders[1:]
	}
	for _, dir := range folders {
		if sh.enter(path.Join(dir, target)) {
			return
		}
	}
	// "cd project" or "cd project/front" from above the repository.
	first, rest, _ := strings.Cut(target, "/")
	if (sh.own(first) || rest != "") && sh.enter(rest) {
		return
	}
	sh.lost = true
}

func (sh *shell) enter(dir string) bool {
	if dir == "." {
		dir = ""
	}
	if strings.HasPrefix(dir, "..") || dir != "" && !sh.s.HasDir(dir) {
		return false
	}
	sh.cwd, sh.lost, sh.entered = dir, false, true
	return true
}

// own reports whether a folder is named after the repository.
func (sh *shell) own(name string) bool {
	name = guide.Squeeze(name)
	return name != "" && slices.Contains(sh.names, name)
}

// git notes what a clone makes. What another repository holds is not known.
func (sh *shell) git(args []string) {
	if len(args) < 2 || args[0] != "clone" {
		return
	}
	var given []string
	for _, arg := range args[1:] {
		if !strings.HasPrefix(arg, "-") {
			given = append(given, arg)
		}
	}
	if len(given) == 0 {
		return
	}
	name := strings.TrimSuffix(path.Base(strings.TrimSuffix(given[0], "/")), ".git")
	own := sh.own(name) || isPlaceholder(given[0]) && sh.clones == 1
	if len(given) > 1 {
		name = strings.TrimSuffix(given[1], "/")
	}
	if own {
		sh.names = append(sh.names, guide.Squeeze(name))
		return
	}
	sh.makes(name)
}

// copies checks the sources of a copy, and notes what it makes.
func (sh *shell) copies(args []string) (broken bool) {
	var given []string
	for _, arg := range args {
		if !strings.HasPrefix(arg, "-") {
			given = append(given, arg)
		}
	}
	if len(given) < 2 {
		return false
	}
	target := given[len(given)-1]
	for _, source := range given[:len(given)-1] {
		// "mv src dst" shows how, and names no file.
		broken = broken || strings.Contains(path.Base(source), ".") && sh.noFile(source)
		sh.makes(path.Join(target, path.Base(source)))
	}
	sh.makes(target)
	return broken
}
