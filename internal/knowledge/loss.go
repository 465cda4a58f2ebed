package knowledge

import (
	"slices"

	"github.com/perenne-audit/perenne/internal/history"
)

// Loss is what nobody knows any more once some people have left.
type Loss struct {
	// Known counts the files that have an author today, and Orphaned those of them
	// that would have none.
	Known, Orphaned int
	// KnownBytes and OrphanedBytes are their sizes.
	KnownBytes, OrphanedBytes int64
}

// Files returns the share of the known files that would be orphaned, 0 to 1; 0
// when none is known.
func (l Loss) Files() float64 { return share(int64(l.Orphaned), int64(l.Known)) }

// Weight returns the share of the known files' bytes that would be orphaned, 0
// to 1.
func (l Loss) Weight() float64 { return share(l.OrphanedBytes, l.KnownBytes) }

func share(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// Leavers is a set of people.
type Leavers map[*history.Person]bool

// Without returns what is lost of these files when people leave. Files that
// nobody knows today are not lost by it.
func Without(files []File, gone Leavers) Loss {
	var l Loss
	for i := range files {
		l.add(&files[i], gone)
	}
	return l
}

func (l *Loss) add(f *File, gone Leavers) {
	known, orphaned := f.Fate(gone)
	if known {
		l.Known++
		l.KnownBytes += f.SizeBytes
	}
	if orphaned {
		l.Orphaned++
		l.OrphanedBytes += f.SizeBytes
	}
}

// Fate says whether somebody knows the file today, and whether nobody would once
// people have left.
func (f *File) Fate(gone Leavers) (known, orphaned bool) {
	authors := f.Authors()
	if len(authors) == 0 {
		return false, false
	}
	return true, !slices.ContainsFunc(authors, func(p *history.Person) bool { return !gone[p] })
}

// BusFactor removes the author of the most files, again and again, until fewer
// files than the model's coverage keep an author. It returns those removed, in
// order; their number is the bus factor, or truck factor. It is empty when so
// few files have an author to begin with.
func (m *Map) BusFactor() []*history.Person {
	var (
		removed []*history.Person
		gone    = Leavers{}
	)
	for {
		counts, covered := map[*history.Person]int{}, 0
		for i := range m.Files {
			held := false
			for _, p := range m.Files[i].Authors() {
				if !gone[p] {
					counts[p]++
					held = true
				}
			}
			if held {
				covered++
			}
		}
		if float64(covered) < m.model.Coverage*float64(len(m.Files)) || len(counts) == 0 {
			return removed
		}
		top := most(counts)
		gone[top] = true
		removed = append(removed, top)
	}
}

// most returns the person with the highest count; of equals the first in order.
func most(counts map[*history.Person]int) *history.Person {
	var top *history.Person
	for p, n := range counts {
		if top == nil || n > counts[top] || n == counts[top] && p.Compare(top) < 0 {
			top = p
		}
	}
	return top
}
