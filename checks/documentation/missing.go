package docs

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// doubtfulParts stand in paths that a reader is to replace.
var doubtfulParts = []string{"://", "path/to", "chemin", "your", "votre", "xxx", "foo", "...", "…", "my-", "my_", "mon-", "mon_", "yyyy", "example.com", "username", "nom_"}

var shouting = regexp.MustCompile(`^[A-Z][A-Z0-9_]+$`)

// doubtful reports whether a path is a placeholder, or lies outside the tree.
func doubtful(name string) bool {
	if name == "" || strings.ContainsAny(name, "<>$*{}[]~%?\\|`@,()") || strings.ContainsAny(name[:1], "/-") {
		return true
	}
	lower := strings.ToLower(name)
	for _, part := range doubtfulParts {
		if strings.Contains(lower, part) {
			return true
		}
	}
	return shouting.MatchString(name) || len(name) > 1 && name[1] == ':'
}

// noFile reports whether a file that a command names is nowhere.
func (sh *shell) noFile(name string) bool {
	if sh.lost || doubtful(name) {
		return false
	}
	name = path.Clean(name)
	if sh.made[name] || sh.made[path.Base(name)] {
		return false
	}
	if first, _, found := strings.Cut(name, "/"); found && sh.made[first] {
		return false
	}
	for _, dir := range sh.folders() {
		full := path.Join(dir, name)
		if strings.HasPrefix(full, "..") || full == "." || sh.holds(full) {
			return false
		}
	}
	if sh.anywhere() && sh.endsWith("/"+name) {
		return false
	}
	// "project/run.py" from above the repository.
	if first, rest, found := strings.Cut(name, "/"); found && (sh.own(first) || sh.anywhere()) && sh.holds(rest) {
		return false
	}
	return !sh.ignored(name)
}

// holds reports whether a path is in the tree, or below something that is not
// listed there: a built folder, a link, a submodule.
func (sh *shell) holds(full string) bool {
	if _, found := sh.s.File(full); found || sh.s.HasDir(full) || (audit.File{Path: full + "/x"}).Foreign() {
		return true
	}
	for dir := path.Dir(full); dir != "."; dir = path.Dir(dir) {
		if _, found := sh.s.File(dir); found {
			return true
		}
	}
	return false
}

func (sh *shell) endsWith(suffix string) bool {
	return slices.ContainsFunc(sh.s.Files(), func(f audit.File) bool { return strings.HasSuffix(f.Path, suffix) })
}

// ignored reports whether git is told to ignore the file: then every reader has
// their own.
func (sh *shell) ignored(name string) bool {
	for _, dir := range sh.folders() {
		f, found := sh.s.File(path.Join(dir, ".gitignore"))
		if !found {
			continue
		}
		content, _ := sh.s.ReadText(f)
		for line := range strings.Lines(content) {
			pattern := strings.Trim(strings.TrimSpace(line), "/")
			if pattern == "" || pattern[0] == '#' {
				continue
			}
			if matched, _ := path.Match(pattern, path.Base(name)); matched || pattern == name || strings.HasPrefix(name, pattern+"/") {
				return true
			}
		}
	}
	return false
}
