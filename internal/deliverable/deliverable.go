// Package deliverable recognises what a repository delivers, and where in it.
//
// Evidence comes from names, from what manifests declare, and from the imports
// of a few source files; nothing is guessed from prose. A program that is run by
// hand and serves nothing has no kind of its own: it counts as a data pipeline
// when it talks to a database or builds on a data library, and as a library
// otherwise, since handing it over asks the same of a team. An application that
// users install, on a telephone too, is a desktop-application.
package deliverable

import (
	"cmp"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// most is how many deliverables are reported: past it, a reader stops looking.
const most = 6

// mostWeighed is how many are weighed, those nearest the top first.
const mostWeighed = 40

// Of returns what the repository delivers, most weighty first; empty when it
// cannot be told. Use it to fill [audit.Snapshot.Deliverables]. What the
// repository states in publiccode.yml goes before what was found at its top.
func Of(s *audit.Snapshot) []audit.Deliverable {
	v := newSurvey(s)
	var found []audit.Deliverable
	for _, p := range v.projects {
		found = append(found, v.classify(p)...)
	}
	found = append(found, v.shinyApps()...)
	found = append(found, v.dataikuProjects()...)
	found = append(found, v.pipelines()...)
	found = settle(found)
	lessons := v.training()
	if len(found) == 0 && !v.outweigh(lessons) {
		found = v.withoutManifest()
	}
	found = append(found, v.notebooks(found)...)
	found = append(found, lessons...)
	found = append(found, v.documentation(found)...)
	found = append(found, v.infrastructure(found)...)
	found = settle(found)
	found = v.state(found[:min(len(found), mostWeighed)])
	found = v.rank(found)
	return found[:min(len(found), most)]
}

// settle removes what another finding already covers: the same kind in the same
// folder or above it, and packages inside an application.
func settle(found []audit.Deliverable) []audit.Deliverable {
	slices.SortStableFunc(found, func(a, b audit.Deliverable) int {
		return cmp.Or(cmp.Compare(depth(a.Root), depth(b.Root)), cmp.Compare(a.Root, b.Root))
	})
	var kept []audit.Deliverable
	for _, d := range found {
		if !slices.ContainsFunc(kept, func(k audit.Deliverable) bool { return covers(k, d) }) {
			kept = slices.DeleteFunc(kept, func(k audit.Deliverable) bool { return k.Root == d.Root && covers(d, k) })
			kept = append(kept, d)
		}
	}
	return kept
}

// strength orders the kinds that one folder can be taken for at the same time:
// the strongest is what it is.
var strength = map[audit.Kind]int{
	audit.DataikuProject: 8, audit.ShinyApp: 7, audit.DesktopApplication: 6, audit.WebApplication: 5, audit.Service: 4,
	audit.DataPipeline: 3, audit.Notebook: 3, audit.Library: 2,
}

// covers reports whether a makes b superfluous.
func covers(a, b audit.Deliverable) bool {
	if !audit.Within(b.Root, a.Root) {
		return false
	}
	if a.Root == b.Root {
		if a.Kind == b.Kind {
			return !a.Static || b.Static
		}
		return strength[b.Kind] > 0 && strength[a.Kind] > strength[b.Kind]
	}
	if b.Kind == audit.Library {
		return strength[a.Kind] > 0
	}
	separate := b.Kind == audit.WebApplication && (!b.Static || !a.Static) || b.Kind == audit.Service || b.Kind == audit.ShinyApp
	return a.Kind == b.Kind && !separate
}

func depth(dir string) int {
	if dir == "" {
		return 0
	}
	return strings.Count(dir, "/") + 1
}

// scaffoldShare is the part of an application, or of a book, below which data
// processing inside it is what a generator left behind, or an example.
const scaffoldShare = 0.1

// rank sorts by how much its authors wrote for each deliverable, most first, and
// drops scaffolds.
func (v *survey) rank(found []audit.Deliverable) []audit.Deliverable {
	weight := make(map[audit.Deliverable]int64, len(found))
	for _, d := range found {
		weight[d] = v.weight(d, found)
	}
	all := found
	found = slices.DeleteFunc(slices.Clone(all), func(d audit.Deliverable) bool {
		return d.Kind == audit.DataPipeline && slices.ContainsFunc(all, func(o audit.Deliverable) bool {
			outer := o.Root != d.Root && audit.Within(d.Root, o.Root) && (strength[o.Kind] > strength[d.Kind] || isProse(o.Kind))
			return outer && float64(weight[d]) < scaffoldShare*float64(weight[o])
		})
	})
	slices.SortStableFunc(found, func(a, b audit.Deliverable) int {
		return cmp.Or(
			cmp.Compare(weight[b], weight[a]), cmp.Compare(depth(a.Root), depth(b.Root)),
			cmp.Compare(slices.Index(audit.Kinds, a.Kind), slices.Index(audit.Kinds, b.Kind)), cmp.Compare(a.Root, b.Root),
		)
	})
	return found
}

// maxFileWeight keeps one generated file from outweighing a program.
const maxFileWeight = 32 << 10

// weight adds the bytes of the files that the deliverable is made of, leaving
// out what lies in the folder of another one.
func (v *survey) weight(d audit.Deliverable, all []audit.Deliverable) int64 {
	prose := isProse(d.Kind)
	var total int64
	for i, f := range v.files {
		if !audit.Within(f.Dir(), d.Root) || prose != v.isText(i) || !prose && v.sorts[i] == otherFile {
			continue
		}
		nested := slices.ContainsFunc(all, func(o audit.Deliverable) bool {
			return o.Root != d.Root && audit.Within(o.Root, d.Root) && audit.Within(f.Dir(), o.Root)
		})
		if !nested {
			total += min(max(f.SizeBytes, 1), maxFileWeight)
		}
	}
	return total
}

func isProse(kind audit.Kind) bool { return kind == audit.Documentation || kind == audit.Training }

// isText reports whether a surveyed file is a text that people read, a page of a
// book in R Markdown included.
func (v *survey) isText(i int) bool {
	return v.sorts[i] == proseFile || v.sorts[i] == notebookFile && v.isBook(v.files[i])
}
