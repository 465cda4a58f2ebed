package licences

import (
	"cmp"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/guide"
	"github.com/perenne-audit/perenne/internal/licence"
	"github.com/perenne-audit/perenne/internal/manifest"
	"github.com/perenne-audit/perenne/internal/publiccode"
)

// evidence is everything that says under which licence a repository is.
type evidence struct {
	// files are those at the top and in the folder of licences.
	files []licenceFile
	// below are those in folders that hold a part of the project of their own;
	// read only when there is no file at the top. Elsewhere lists the paths in
	// other folders.
	below     []licenceFile
	elsewhere []string
	// readme is what the README says, where the files leave something to say;
	// its path is empty when it says nothing.
	readme licenceFile
	// declared is what manifests and publiccode.yml say.
	declared []declaration
	// public is nil without one.
	public *publiccode.File
	// annotations are those of REUSE.
	annotations annotations
	// headers is what a few source files say, read only when nothing else says
	// anything; its path is empty when they say nothing.
	headers licenceFile
}

// licenceFile is a file with what was recognised in it.
type licenceFile struct {
	path  string
	found licence.Recognition
	// empty is true for a file without a word; pdf for one that only people read.
	empty, pdf bool
	line       int
}

// declaration is the licence that a manifest states.
type declaration struct {
	path, written string
	// private is true for a package that is not to be published.
	private    bool
	expression licence.Expression
}

type evidenceKey struct{}

func evidenceOf(s *audit.Snapshot) *evidence {
	return audit.Once(s, evidenceKey{}, gather)
}

func gather(s *audit.Snapshot) *evidence {
	e := &evidence{public: publiccode.Of(s), annotations: readAnnotations(s)}
	e.declared = append(declarations(s, e.public), e.annotations.declared()...)
	var below []audit.File
	for _, f := range s.OwnFiles() {
		switch {
		case f.Mode == audit.Submodule:
		case f.Dir() == "" && holdsLicence(f), inLicencesFolder(f):
			e.files = append(e.files, readLicence(s, f).named())
		case f.Dir() != "" && holdsLicence(f):
			below = append(below, f)
		}
	}
	if !e.holds(licence.Full) {
		e.readBelow(s, below)
	}
	if !e.holds(licence.Full) || slices.ContainsFunc(e.ids(), licence.LeavesLaterOpen) {
		e.readme = readmeLicence(s)
	}
	if _, found := e.best(); !found && len(e.declared) == 0 && e.readme.path == "" {
		e.headers = headerLicence(s)
	}
	return e
}

// mostBelow bounds how many licence files are read in folders.
const mostBelow = 20

// readBelow reads the licences of folders that hold a project: one with a
// manifest, or one that was found to be a deliverable.
func (e *evidence) readBelow(s *audit.Snapshot, files []audit.File) {
	projects := map[string]bool{}
	for _, m := range manifest.Of(s).Manifests {
		projects[audit.File{Path: m.Path}.Dir()] = true
	}
	for _, d := range s.Deliverables {
		projects[d.Root] = true
	}
	for _, f := range files {
		if projects[f.Dir()] && len(e.below) < mostBelow {
			e.below = append(e.below, readLicence(s, f))
		} else {
			e.elsewhere = append(e.elsewhere, f.Path)
		}
	}
}

func readLicence(s *audit.Snapshot, f audit.File) licenceFile {
	found := licenceFile{path: f.Path, pdf: strings.HasSuffix(strings.ToLower(f.Path), ".pdf")}
	if found.pdf {
		return found
	}
	content, err := s.Read(f)
	if err != nil {
		return found
	}
	found.empty = len(strings.TrimSpace(string(content[:min(len(content), 200)]))) == 0
	found.found = licence.Recognise(content)
	return found
}

// best returns the file that holds the most of a licence, the first by path
// among equals.
func (e *evidence) best() (licenceFile, bool) {
	for _, match := range []licence.Match{licence.Full, licence.Header, licence.Unrecognised, licence.Mention} {
		for _, f := range e.files {
			if f.found.Match == match {
				return f, true
			}
		}
	}
	return licenceFile{}, false
}

// holds reports whether some file at the top holds that match.
func (e *evidence) holds(match licence.Match) bool {
	return slices.ContainsFunc(e.files, func(f licenceFile) bool { return f.found.Match == match })
}

// ids lists the licences of the files at the top, sorted, each once, of their
// best match. Those of the folder of licences count when there is no other file.
// A GNU licence gets its "-or-later" or "-only" where something says it.
func (e *evidence) ids() []string {
	best, ok := e.best()
	if !ok {
		return []string{}
	}
	top := slices.ContainsFunc(e.files, func(f licenceFile) bool { return !strings.Contains(f.path, "/") && f.found.Match == best.found.Match })
	ids := []string{}
	for _, f := range e.files {
		if f.found.Match == best.found.Match && (!top || !strings.Contains(f.path, "/")) {
			ids = append(ids, f.found.IDs(best.found.Match)...)
		}
	}
	slices.Sort(ids)
	return e.refined(withoutSupplemented(slices.Compact(ids)))
}

// withoutSupplemented takes the GPL away beside the Lesser GPL, which is a
// supplement to it: COPYING and COPYING.LESSER go together.
func withoutSupplemented(ids []string) []string {
	for _, version := range []string{"3.0", "2.0"} {
		lesser := slices.ContainsFunc(ids, func(id string) bool { return strings.HasPrefix(id, "LGPL-"+version) })
		if lesser && len(ids) > 1 {
			ids = slices.DeleteFunc(ids, func(id string) bool { return strings.HasPrefix(id, "GPL-"+version) })
		}
	}
	return ids
}

// refined replaces "GPL-3.0" by "GPL-3.0-or-later" where a manifest, the README
// or a notice says so.
func (e *evidence) refined(ids []string) []string {
	said := map[string]string{}
	say := func(id string) {
		if base, suffix := licence.Base(id); suffix != "" {
			said[base] = id
		}
	}
	for _, id := range e.readme.found.IDs(licence.Mention) {
		say(id)
	}
	for _, d := range e.declared {
		for _, id := range d.expression.IDs() {
			say(id)
		}
	}
	for _, f := range e.files {
		for _, id := range f.found.IDs(licence.Header) {
			say(id)
		}
	}
	refined := make([]string, len(ids))
	for i, id := range ids {
		refined[i] = cmp.Or(said[id], id)
	}
	slices.Sort(refined)
	return slices.Compact(refined)
}

// readmeLicence reads what the README says of the licence: in a section of that
// name, in a sentence that puts the project under one, or on a badge.
func readmeLicence(s *audit.Snapshot) licenceFile {
	doc := document.Readme(s)
	if doc == nil {
		return licenceFile{}
	}
	if _, untouched := guide.TemplateOf(doc); untouched {
		return licenceFile{} // it speaks of the framework's licence
	}
	for i, section := range doc.Sections {
		if !aboutLicence(section.Heading) {
			continue
		}
		var text strings.Builder
		text.WriteString(section.Heading + "\n")
		for _, part := range doc.Below(i) {
			text.WriteString(part.Text + "\n")
			for _, code := range part.Code {
				text.WriteString(code.Text + "\n")
			}
			for _, link := range part.Links {
				text.WriteString(link.Text + "\n" + link.URL + "\n")
			}
		}
		if found := licence.Recognise([]byte(text.String())); len(found.Licences) > 0 {
			return licenceFile{path: doc.Path, found: found, line: section.Line}
		}
	}
	return readmeSentence(doc)
}

func aboutLicence(heading string) bool {
	heading = strings.ToLower(heading)
	return strings.Contains(heading, "licence") || strings.Contains(heading, "license") || strings.Contains(heading, "licensing")
}

// underLicence are the words with which a sentence puts something under a licence.
var underLicence = []string{"sous licence", "sous la licence", "sous une licence", "licensed under", "released under", "distributed under", "available under", "published under", "under the terms of"}

func readmeSentence(doc *document.Document) licenceFile {
	for _, section := range doc.Sections {
		for line := range strings.Lines(section.Text) {
			lower := strings.ToLower(line)
			if slices.ContainsFunc(underLicence, func(words string) bool { return strings.Contains(lower, words) }) {
				if found := licence.Recognise([]byte(line)); len(found.Licences) > 0 {
					return licenceFile{path: doc.Path, found: found, line: section.Line}
				}
			}
		}
		for _, link := range section.Links {
			if link.Image && strings.Contains(strings.ToLower(link.URL+link.Text), "licen") {
				if found := licence.Recognise([]byte(link.Text + " " + link.URL)); len(found.Licences) > 0 {
					return licenceFile{path: doc.Path, found: found, line: link.Line}
				}
			}
		}
	}
	return licenceFile{}
}
