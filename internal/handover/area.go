package handover

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/history"
	"github.com/perenne-audit/perenne/internal/knowledge"
)

const (
	// areaFiles and areaShare are how many files, and what share of them, make a
	// folder too large to be spoken of as one.
	areaFiles = 12
	areaShare = 0.2
	// knewMost is how many people are named for an area.
	knewMost = 5
)

// area is a folder with its files.
type area struct {
	folder string
	files  []knowledge.File
	shown  audit.HandoverArea
	// knew are those who know most of it today, the most first.
	knew []*history.Person
	// concern is set for settings, which are no source files: see [view.settings].
	concern string
}

// areas cuts the tree into folders small enough to speak of, those that lose most
// first.
func (v *view) areas() []area {
	all := split("", v.Files, max(areaFiles, int(areaShare*float64(len(v.Files)))))
	for i := range all {
		v.know(&all[i])
	}
	slices.SortStableFunc(all, func(a, b area) int {
		return cmp.Or(cmp.Compare(b.shown.OrphanedBytes, a.shown.OrphanedBytes), cmp.Compare(b.shown.OrphanedFiles, a.shown.OrphanedFiles),
			cmp.Compare(a.folder, b.folder))
	})
	return all
}

// split goes into a folder as long as it holds too many files. Files are in the
// order of their paths.
func split(folder string, files []knowledge.File, large int) []area {
	if folder != "" && len(files) <= large {
		return []area{{folder: folder, files: files}}
	}
	var own []knowledge.File
	var all []area
	below := map[string][]knowledge.File{}
	var order []string
	for _, f := range files {
		rest := strings.TrimPrefix(strings.TrimPrefix(f.Path, folder), "/")
		first, _, deeper := strings.Cut(rest, "/")
		if !deeper {
			own = append(own, f)
			continue
		}
		child := path.Join(folder, first)
		if below[child] == nil {
			order = append(order, child)
		}
		below[child] = append(below[child], f)
	}
	if len(own) > 0 {
		all = append(all, area{folder: folder, files: own})
	}
	for _, child := range order {
		all = append(all, split(child, below[child], large)...)
	}
	return all
}

// know says who knows an area now and who still would.
func (v *view) know(a *area) {
	a.shown = audit.HandoverArea{Folder: clean(a.folder), Kind: v.kind(a.folder), Loss: lossOf(a.files, v.gone), Knew: []audit.Knower{}, Knows: []audit.Knower{}}
	counts := authored(a.files)
	a.knew = ranked(counts)
	for _, p := range a.knew {
		one := v.knower(p, counts[p], a.shown.KnownFiles)
		if len(a.shown.Knew) < knewMost {
			a.shown.Knew = append(a.shown.Knew, one)
		}
		if !v.gone[p] && len(a.shown.Knows) < knewMost {
			a.shown.Knows = append(a.shown.Knows, one)
		}
	}
}

// kind names the deliverable that a folder belongs to, "" when there is none.
func (v *view) kind(folder string) audit.Kind {
	root := v.s.RootOf(folder)
	for _, d := range v.s.Deliverables {
		if d.Root == root {
			return d.Kind
		}
	}
	return ""
}
