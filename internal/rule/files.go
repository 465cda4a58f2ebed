package rule

import (
	"bytes"
	"regexp"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Present wants one file at least that fits one of the patterns.
type Present struct{ Files []Glob }

func (Present) kind() string { return "present" }

func (t Present) run(s *audit.Snapshot) audit.Verdict {
	found := paths(matching(s, t.Files))
	switch {
	case len(found) > 0:
		return audit.Met("present-found", "path", found[0]).At(places(found)...)
	case s.Truncated():
		return audit.Unknown("present-cut", "files", written(t.Files))
	}
	return audit.NotMet("present-missing", "files", written(t.Files))
}

// Absent wants no file that fits any of the patterns.
type Absent struct{ Files []Glob }

func (Absent) kind() string { return "absent" }

func (t Absent) run(s *audit.Snapshot) audit.Verdict {
	found := paths(matching(s, t.Files))
	switch {
	case len(found) > 0:
		return audit.NotMet("absent-found", "paths", few(found)).At(places(found)...)
	case s.Truncated():
		return audit.Unknown("absent-cut", "files", written(t.Files))
	}
	return audit.Met("absent-clear", "files", written(t.Files))
}

const (
	// maxRead is how many files one rule reads.
	maxRead = 40
	// maxReadBytes is the largest file that is searched.
	maxReadBytes = 1 << 20
)

// Content is what to look for in files: a text, in any letter case, or a pattern.
// One of the two is set.
type Content struct {
	Files   []Glob
	Text    string
	Pattern *regexp.Regexp
}

func (c Content) wanted() string {
	if c.Pattern != nil {
		return c.Pattern.String()
	}
	return c.Text
}

// line returns the line, from 1, on which the content is first found; 0 for none.
func (c Content) line(content []byte) int {
	at := -1
	if c.Pattern != nil {
		if found := c.Pattern.FindIndex(content); found != nil {
			at = found[0]
		}
	} else {
		at = bytes.Index(bytes.ToLower(content), bytes.ToLower([]byte(c.Text)))
	}
	if at < 0 {
		return 0
	}
	return 1 + bytes.Count(content[:min(at, len(content))], []byte("\n"))
}

// search looks into the files and returns where the content is. Whole is false
// when a file was not looked at.
func (c Content) search(s *audit.Snapshot, files []audit.File) (found []audit.Place, whole bool) {
	whole = len(files) <= maxRead && !s.Truncated()
	for _, f := range files[:min(len(files), maxRead)] {
		content, err := s.Read(f)
		if err != nil || len(content) > maxReadBytes {
			whole = false
			continue
		}
		if line := c.line(content); line > 0 && !audit.IsBinary(content) {
			found = append(found, audit.Place{Path: f.Path, Line: line})
		}
	}
	return found[:min(len(found), maxPlaces)], whole
}

// Contains wants one of the files at least to hold the content. Without any such
// file the question is not asked: that one has to be there is another rule.
type Contains struct{ Content }

func (Contains) kind() string { return "contains" }

func (t Contains) run(s *audit.Snapshot) audit.Verdict {
	files := matching(s, t.Files)
	if len(files) == 0 {
		return audit.NotApplicable("contains-no-file", "files", written(t.Files))
	}
	found, whole := t.search(s, files)
	switch {
	case len(found) > 0:
		return audit.Met("contains-found", "path", found[0].Path, "text", t.wanted()).At(found...)
	case !whole:
		return audit.Unknown("contains-cut", "files", written(t.Files))
	}
	return audit.NotMet("contains-missing", "paths", few(paths(files)), "text", t.wanted()).At(places(paths(files))...)
}

// Lacks wants none of the files to hold the content.
type Lacks struct{ Content }

func (Lacks) kind() string { return "lacks" }

func (t Lacks) run(s *audit.Snapshot) audit.Verdict {
	files := matching(s, t.Files)
	if len(files) == 0 {
		return audit.NotApplicable("lacks-no-file", "files", written(t.Files))
	}
	found, whole := t.search(s, files)
	switch {
	case len(found) > 0:
		return audit.NotMet("lacks-found", "path", found[0].Path, "text", t.wanted()).At(found...)
	case !whole:
		return audit.Unknown("lacks-cut", "files", written(t.Files))
	}
	return audit.Met("lacks-clear", "files", written(t.Files), "text", t.wanted())
}
