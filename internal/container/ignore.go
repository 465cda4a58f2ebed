package container

import (
	"path"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// IgnoreFile returns the file that says what of a folder does not go into a build:
// the Dockerfile's own, as BuildKit wants it, or the folder's.
func IgnoreFile(s *audit.Snapshot, d *Dockerfile, context string) (audit.File, bool) {
	if f, found := s.File(d.Path + ".dockerignore"); found {
		return f, true
	}
	return s.File(path.Join(context, ".dockerignore"))
}

// Ignored reports whether a file at the top of a folder is left out of its builds
// by the content of a .dockerignore: the last pattern that fits decides, and "!"
// takes back in.
func Ignored(content, name string) bool {
	ignored := false
	for line := range strings.Lines(content) {
		pattern := strings.TrimSpace(line)
		if pattern == "" || strings.HasPrefix(pattern, "#") {
			continue
		}
		pattern, back := strings.CutPrefix(pattern, "!")
		pattern = strings.Trim(path.Clean(strings.TrimSpace(pattern)), "/")
		for strings.HasPrefix(pattern, "**/") {
			pattern = strings.TrimPrefix(pattern, "**/")
		}
		pattern = strings.TrimSuffix(strings.TrimSuffix(pattern, "/**"), "/*")
		if fits, err := path.Match(pattern, name); pattern == "**" || err == nil && fits {
			ignored = !back
		}
	}
	return ignored
}
