package licences

import (
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/deliverable"
	"github.com/perenne-audit/perenne/internal/licence"
)

// mostSources is how many source files are looked at for a header, and
// headerBytes how much of each.
const mostSources, headerBytes = 8, 3000

// headerLicence reads the notices and SPDX tags at the top of a few source
// files, those nearest to the top first. It answers when at least half of them
// have one; its path is that of the first.
func headerLicence(s *audit.Snapshot) licenceFile {
	sources := nearest(deliverable.Code(s))
	var found []licence.Found
	first, with := "", 0
	for _, f := range sources {
		text, ok := s.ReadText(f)
		if !ok {
			continue
		}
		r := licence.Notice([]byte(text[:min(len(text), headerBytes)]))
		if r.Match == licence.Header {
			with++
			found = append(found, r.Licences...)
			if first == "" {
				first = f.Path
			}
		}
	}
	if with == 0 || 2*with < len(sources) {
		return licenceFile{}
	}
	slices.SortFunc(found, func(a, b licence.Found) int { return strings.Compare(a.ID, b.ID) })
	return licenceFile{path: first, line: 1, found: licence.Recognition{Licences: slices.Compact(found), Match: licence.Header}}
}

// nearest returns the files that lie least deep, in the order of their paths.
func nearest(files []audit.File) []audit.File {
	files = slices.Clone(files)
	slices.SortStableFunc(files, func(a, b audit.File) int {
		return strings.Count(a.Path, "/") - strings.Count(b.Path, "/")
	})
	return files[:min(len(files), mostSources)]
}
