package licences

import (
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/licence"
)

// reuseFiles say under which licence which files are; the second is the older
// form of the first. See https://reuse.software/spec/.
var reuseFiles = []struct {
	path string
	read func([]byte) []licence.Annotation
}{
	{"REUSE.toml", licence.ReadReuse},
	{".reuse/dep5", licence.ReadDep5},
}

// annotations are those of one file; the path is empty without one.
type annotations struct {
	path string
	all  []licence.Annotation
}

func readAnnotations(s *audit.Snapshot) annotations {
	for _, file := range reuseFiles {
		f, found := s.File(file.path)
		if !found {
			continue
		}
		if content, err := s.Read(f); err == nil {
			return annotations{file.path, file.read(content)}
		}
	}
	return annotations{}
}

// declared are the annotations that speak of the whole repository, or of its
// source code.
func (a annotations) declared() []declaration {
	var all []declaration
	for _, annotation := range a.all {
		expression, ok := licence.ParseExpression(annotation.Licence)
		if ok && annotation.CoversAll() {
			all = append(all, declaration{path: a.path, written: annotation.Licence, expression: expression})
		}
	}
	return all
}

// named completes the id of a GNU licence by the name of its file, which REUSE
// wants to be the SPDX id: GPL-3.0-or-later.txt.
func (f licenceFile) named() licenceFile {
	stem := strings.TrimSuffix(audit.File{Path: f.path}.Name(), ".txt")
	base, suffix := licence.Base(stem)
	if suffix == "" || !inLicencesFolder(audit.File{Path: f.path}) {
		return f
	}
	for i, found := range f.found.Licences {
		if found.ID == base {
			f.found.Licences[i].ID = stem
		}
	}
	return f
}
