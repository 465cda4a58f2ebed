package rule

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Glob is a pattern of paths from the top of the repository: "*", "?" and "[a-z]"
// stand for parts of a name as in [path.Match], "**" for any number of folders.
type Glob struct {
	written  string
	segments []string
	// plain is true for a path without any pattern in it.
	plain bool
}

// maxGlob is longer than any pattern that a person writes.
const maxGlob = 300

// ParseGlob reads a pattern. The error says what is wrong with it.
func ParseGlob(s string) (Glob, error) {
	g := Glob{written: s, segments: strings.Split(s, "/"), plain: !strings.ContainsAny(s, `*?[\`)}
	if s == "" || len(s) > maxGlob {
		return g, fmt.Errorf("a pattern has 1 to %d characters", maxGlob)
	}
	for _, segment := range g.segments {
		switch _, err := path.Match(segment, ""); {
		case err != nil:
			return g, fmt.Errorf("%q cannot be read", segment)
		case segment == "" || segment == "." || segment == "..":
			return g, errors.New("paths begin at the top of the repository, with neither / nor .. before them")
		}
	}
	return g, nil
}

// String returns the pattern as written.
func (g Glob) String() string { return g.written }

// Matches reports whether the whole path fits the pattern.
func (g Glob) Matches(name string) bool {
	if g.plain {
		return g.written == name
	}
	// Most patterns end in a name that few files have.
	if last := g.segments[len(g.segments)-1]; last != "**" {
		if ok, err := path.Match(last, path.Base(name)); !ok || err != nil {
			return false
		}
	}
	segments := strings.Split(name, "/")
	// reached[i] says whether the pattern so far can have eaten i segments, so
	// that several "**" cost no more than one.
	reached := make([]bool, len(segments)+1)
	reached[0] = true
	for _, glob := range g.segments {
		next := make([]bool, len(segments)+1)
		for i := range reached {
			if glob == "**" {
				next[i] = reached[i] || i > 0 && next[i-1]
			} else if i > 0 && reached[i-1] {
				ok, err := path.Match(glob, segments[i-1])
				next[i] = ok && err == nil
			}
		}
		reached = next
	}
	return reached[len(segments)]
}

// matching returns the files of the authors that fit one of the patterns, sorted
// by path. A plain path counts wherever it lies: whoever writes it out means it.
func matching(s *audit.Snapshot, globs []Glob) []audit.File {
	var found []audit.File
	patterns := false
	for _, g := range globs {
		if f, ok := s.File(g.written); ok && g.plain {
			found = append(found, f)
		}
		patterns = patterns || !g.plain
	}
	if patterns {
		for _, f := range s.OwnFiles() {
			if slices.ContainsFunc(globs, func(g Glob) bool { return !g.plain && g.Matches(f.Path) }) {
				found = append(found, f)
			}
		}
	}
	slices.SortFunc(found, func(a, b audit.File) int { return strings.Compare(a.Path, b.Path) })
	return slices.CompactFunc(found, func(a, b audit.File) bool { return a.Path == b.Path })
}

func written(globs []Glob) []string {
	all := make([]string, len(globs))
	for i, g := range globs {
		all[i] = g.written
	}
	return all
}

func paths(files []audit.File) []string {
	all := make([]string, len(files))
	for i, f := range files {
		all[i] = f.Path
	}
	return all
}
