// Package release reads which versions a repository has published: the tags that
// are named like one, and the notes that say what changed.
package release

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
)

// Version is one tag that is named like a version.
type Version struct {
	Name string
	// When is the date of its commit; zero for one that the history does not hold.
	When time.Time
}

// version finds "1.2", "v1.2.3-rc1", "app@1.2.3", "web/v2.0", "release_1_2" and
// "prod-2026-03-01": two numbers or more, alone or behind a word that ends. A
// number alone is a version behind a "v" and as a whole date only: forges number
// builds.
var version = regexp.MustCompile(`(?i)(?:^|[/@_.-]|[a-z]v|\bv|^r)(?:\d{1,4}(?:[._-]\d{1,4}){1,3}|20\d\d[01]\d[0-3]\d)(?:\D.{0,24})?$|^v\d{1,3}$|[/@_-]v\d{1,3}$`)

// IsVersion reports whether a tag is named like a version.
func IsVersion(tag string) bool { return version.MatchString(tag) }

// Tagged returns the versions, newest first, those without a date last and by
// name; nil when the tags could not be had.
func Tagged(s *audit.Snapshot) []Version {
	if s.Tags == nil {
		return nil
	}
	dates := map[string]time.Time{}
	all := []Version{}
	for _, tag := range s.Tags {
		if IsVersion(tag.Name) {
			all = append(all, Version{Name: tag.Name})
			dates[tag.Commit] = time.Time{}
		}
	}
	if len(all) == 0 || s.History == nil {
		return all
	}
	for _, c := range s.History.Commits {
		if _, wanted := dates[c.ID]; wanted {
			dates[c.ID] = c.When
		}
	}
	i := 0
	for _, tag := range s.Tags {
		if IsVersion(tag.Name) {
			all[i].When = dates[tag.Commit]
			i++
		}
	}
	slices.SortStableFunc(all, func(a, b Version) int { return b.When.Compare(a.When) })
	return all
}

// Newest returns the last of the versions, which are in the order of [Tagged] and
// not empty. One without a date, on a branch for releases, is newer than one that
// has a date when its number is higher.
func Newest(versions []Version) Version {
	newest := versions[0]
	for _, v := range versions[1:] {
		if v.When.IsZero() && slices.Compare(numbers(v.Name), numbers(newest.Name)) > 0 {
			newest = v
		}
	}
	return newest
}

var digits = regexp.MustCompile(`\d{1,9}`)

// numbers are those in a name, in their order.
func numbers(name string) []int {
	var all []int
	for _, d := range digits.FindAllString(name, 8) {
		n, _ := strconv.Atoi(d)
		all = append(all, n)
	}
	return all
}

// Notes say what changed from one version to the next.
type Notes struct {
	Path string
	// Dated is the newest date among the headings, on Line; zero without one.
	Dated time.Time
	Line  int
}

// noteStems are what such files are called, in lower case, without accents.
var noteStems = []string{
	"changelog", "changelogs", "changes", "changelist", "news", "history", "releases", "release-notes", "release_notes", "releasenotes",
	"changements", "nouveautes", "notes-de-version", "journal-des-modifications", "journal-des-changements", "historique-des-versions", "versions",
}

// namedNotes are the stems that may follow the name of the product: guichet-changelog.
var namedNotes = []string{"-changelog", "_changelog", ".changelog", "-release-notes", "_release_notes", "-changes"}

var noteExtensions = []string{"", ".md", ".markdown", ".txt", ".rst", ".adoc", ".org"}

// noteDirs hold them, beside the roots of deliverables.
var noteDirs = []string{"", "docs", "doc", "documentation", ".github"}

// maxNotesBytes is what is read of them: the newest version stands first.
const maxNotesBytes = 32 << 10

type notesKey struct{}

// NotesOf returns the notes of the repository, those nearest to its top; nil
// without any. A file that lists no version yet is none.
func NotesOf(s *audit.Snapshot) *Notes {
	return audit.Once(s, notesKey{}, func(s *audit.Snapshot) *Notes {
		var files []audit.File
		for _, f := range s.OwnFiles() {
			if isNotes(s, f) {
				files = append(files, f)
			}
		}
		slices.SortStableFunc(files, func(a, b audit.File) int {
			return strings.Count(a.Path, "/") - strings.Count(b.Path, "/")
		})
		for _, f := range files {
			if notes := read(s, f); notes != nil {
				return notes
			}
		}
		return nil
	})
}

func isNotes(s *audit.Snapshot, f audit.File) bool {
	name := plain.Replace(strings.ToLower(f.Name()))
	ext := path.Ext(name)
	if !slices.Contains(noteExtensions, ext) {
		return false
	}
	dir := f.Dir()
	stem := strings.TrimSuffix(name, ext)
	if slices.Contains(noteStems, stem) || slices.ContainsFunc(namedNotes, func(suffix string) bool { return strings.HasSuffix(stem, suffix) }) {
		return slices.Contains(noteDirs, dir) || slices.ContainsFunc(s.Deliverables, func(d audit.Deliverable) bool { return d.Root == dir })
	}
	// A page for each version, in a folder of their own.
	return ext != "" && version.MatchString(strings.TrimSuffix(name, ext)) && slices.Contains(noteStems, strings.ToLower(path.Base(dir)))
}

var plain = strings.NewReplacer("é", "e", "è", "e", "ê", "e", " ", "-")

// entry is a version or a date in a heading.
var entry = regexp.MustCompile(`\d+\.\d+|(?i:unreleased|à venir|non publié)|20\d\d`)

func read(s *audit.Snapshot, f audit.File) *Notes {
	text, ok := s.ReadText(f)
	if !ok {
		return nil
	}
	text = text[:min(len(text), maxNotesBytes)]
	notes := &Notes{Path: f.Path}
	for _, section := range document.Parse(f.Path, []byte(text)).Sections {
		if date := dateIn(section.Heading); date.After(notes.Dated) {
			notes.Dated, notes.Line = date, section.Line
		}
	}
	if notes.Dated.IsZero() && !entry.MatchString(text) && !version.MatchString(strings.TrimSuffix(f.Name(), path.Ext(f.Name()))) {
		return nil
	}
	return notes
}

var (
	yearFirst = regexp.MustCompile(`\b(20\d\d)[-/.](\d\d)[-/.](\d\d)\b`)
	dayFirst  = regexp.MustCompile(`\b(\d\d)[-/.](\d\d)[-/.](20\d\d)\b`)
)

// dateIn returns the date that a heading gives in digits; zero without one.
func dateIn(heading string) time.Time {
	year, month, day := "", "", ""
	if m := yearFirst.FindStringSubmatch(heading); m != nil {
		year, month, day = m[1], m[2], m[3]
	} else if m := dayFirst.FindStringSubmatch(heading); m != nil {
		year, month, day = m[3], m[2], m[1]
	}
	date, err := time.Parse(time.DateOnly, year+"-"+month+"-"+day)
	if err != nil {
		return time.Time{}
	}
	return date
}
