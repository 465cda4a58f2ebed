// Package handover says what leaves with people: which folders nobody who stays
// knows, which work only they did, and whom to train on what. It is pure, and
// says nothing about anybody but what the history shows.
package handover

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/history"
	"github.com/perenne-audit/perenne/internal/knowledge"
)

// Report is what becomes of one repository when people leave.
type Report struct {
	// At is the day counted to.
	At time.Time
	// Leavers and Stayers are all who ever changed a file that is still there, in
	// the order of [history.People]; Leavers are those named who did.
	Leavers, Stayers []Person
	// Unmatched are people who were named and whom the history does not know.
	Unmatched []audit.Person
	// Total is what is lost of the source files.
	Total knowledge.Loss
	// BusFactor is how few people would have to leave for half of the source files
	// to lose every author, today; zero when half have none already.
	BusFactor int
	// Areas are the folders, those that lose most first.
	Areas []Area
	// Critical is what a service cannot do without, in the order of [Concerns];
	// concerns for which the repository holds no file are left out.
	Critical []Critical
	// Training is the fewest people who could take over every area that loses
	// something, and what each takes.
	Training []Training
	// Curve is what has been lost after each departure, in time; one point for all
	// when no dates are known.
	Curve []Point
}

// Person is somebody of the history, and what they know.
type Person struct {
	*history.Person
	// Files is the share of the known source files of which they are an author, 0
	// to 1.
	Files float64
	// Leaves is when; zero when nobody said.
	Leaves time.Time
}

// Area is a folder.
type Area struct {
	// Folder is "" for the top of the repository, where it stands for the files
	// that lie in no other area.
	Folder string
	knowledge.Loss
	// Knew are those who know most of it today, at most five, the most first.
	// Knows are those of them and of everybody else who stay.
	Knew, Knows []Share
}

// Share is a person's part in an area.
type Share struct {
	*history.Person
	// Files is the share of the area's known files of which they are an author, 0
	// to 1.
	Files float64
}

// Point is what has been lost by a day.
type Point struct {
	At time.Time
	knowledge.Loss
	// Gone counts who has left by then.
	Gone int
}

// Of answers for one repository. People are those of whom somebody said whether
// and when they leave; at is the day of the question, by which those whose date
// has come, or who leave at an unknown date, have left. With others set, so has
// everybody of whom nobody said that they stay. It is nil when the map is: then
// nothing is known.
func Of(m *knowledge.Map, people []audit.Person, others bool, at time.Time) *Report {
	if m == nil {
		return nil
	}
	r := &Report{At: at, BusFactor: len(m.BusFactor())}
	gone, leaves := r.leavers(m, people, others, at)
	r.Total = knowledge.Without(m.Files, gone)
	r.people(m, gone, leaves)
	r.Areas = areas(m, gone)
	r.Critical = critical(m, gone)
	r.Training = train(m, r.Areas, gone)
	r.Curve = curve(m, gone, leaves, at)
	return r
}

// leavers matches those who were named with those of the history.
func (r *Report) leavers(m *knowledge.Map, people []audit.Person, others bool, at time.Time) (knowledge.Leavers, map[*history.Person]time.Time) {
	gone, leaves, stays := knowledge.Leavers{}, map[*history.Person]time.Time{}, knowledge.Leavers{}
	for _, named := range people {
		person := m.People.Find(named.Name, "", named.Emails...)
		switch {
		case person == nil:
			if named.Leaving || named.Staying || !named.Leaves.IsZero() {
				r.Unmatched = append(r.Unmatched, named)
			}
		case named.Staying:
			stays[person] = true
		case !named.Leaves.IsZero():
			leaves[person] = named.Leaves
			gone[person] = !named.Leaves.After(at)
		case named.Leaving:
			gone[person] = true
		}
	}
	if others {
		for _, person := range m.People.Persons {
			if _, dated := leaves[person]; !stays[person] && !dated {
				gone[person] = true
			}
		}
	}
	for person := range stays {
		delete(gone, person)
	}
	return gone, leaves
}

// people tells those who leave from those who stay.
func (r *Report) people(m *knowledge.Map, gone knowledge.Leavers, leaves map[*history.Person]time.Time) {
	counts, touched := map[*history.Person]int{}, map[*history.Person]bool{}
	for _, files := range [][]knowledge.File{m.Files, m.Others} {
		for i := range files {
			for _, e := range files[i].Experts {
				touched[e.Person] = true
			}
		}
	}
	for i := range m.Files {
		for _, p := range m.Files[i].Authors() {
			counts[p]++
		}
	}
	for _, p := range m.People.Persons {
		one := Person{Person: p, Files: share(counts[p], r.Total.Known), Leaves: leaves[p]}
		switch {
		case gone[p]:
			r.Leavers = append(r.Leavers, one)
		case touched[p]:
			r.Stayers = append(r.Stayers, one)
		}
	}
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

const (
	// areaFiles and areaShare are how many files, and what share of them, make a
	// folder too large to be spoken of as one.
	areaFiles = 12
	areaShare = 0.2
	// knewMost is how many people are named for an area.
	knewMost = 5
)

// areas cuts the tree into folders small enough to speak of.
func areas(m *knowledge.Map, gone knowledge.Leavers) []Area {
	large := max(areaFiles, int(areaShare*float64(len(m.Files))))
	var all []Area
	for _, group := range split("", m.Files, large) {
		all = append(all, area(group.folder, group.files, gone))
	}
	slices.SortStableFunc(all, func(a, b Area) int {
		return cmp.Or(cmp.Compare(b.OrphanedBytes, a.OrphanedBytes), cmp.Compare(b.Orphaned, a.Orphaned), cmp.Compare(a.Folder, b.Folder))
	})
	return all
}

type group struct {
	folder string
	files  []knowledge.File
}

// split goes into a folder as long as it holds too many files. Files are in the
// order of their paths.
func split(folder string, files []knowledge.File, large int) []group {
	if folder != "" && len(files) <= large {
		return []group{{folder, files}}
	}
	var (
		own    []knowledge.File
		groups []group
	)
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
		groups = append(groups, group{folder, own})
	}
	for _, child := range order {
		groups = append(groups, split(child, below[child], large)...)
	}
	return groups
}

func area(folder string, files []knowledge.File, gone knowledge.Leavers) Area {
	a := Area{Folder: folder, Loss: knowledge.Without(files, gone)}
	counts := map[*history.Person]int{}
	for i := range files {
		for _, p := range files[i].Authors() {
			counts[p]++
		}
	}
	for _, p := range ranked(counts) {
		one := Share{p, share(counts[p], a.Known)}
		if len(a.Knew) < knewMost {
			a.Knew = append(a.Knew, one)
		}
		if !gone[p] && len(a.Knows) < knewMost {
			a.Knows = append(a.Knows, one)
		}
	}
	return a
}

// ranked lists people by their count, the highest first.
func ranked(counts map[*history.Person]int) []*history.Person {
	var all []*history.Person
	for p := range counts {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *history.Person) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), a.Compare(b))
	})
	return all
}

// curve follows the departures in time. Those without a date leave on the day of
// the question.
func curve(m *knowledge.Map, gone knowledge.Leavers, leaves map[*history.Person]time.Time, at time.Time) []Point {
	days := map[time.Time][]*history.Person{}
	for p, day := range leaves {
		days[day] = append(days[day], p)
	}
	for p := range gone {
		if _, dated := leaves[p]; !dated && gone[p] {
			days[at] = append(days[at], p)
		}
	}
	var order []time.Time
	for day := range days {
		order = append(order, day)
	}
	slices.SortFunc(order, time.Time.Compare)
	var points []Point
	left := knowledge.Leavers{}
	for _, day := range order {
		for _, p := range days[day] {
			left[p] = true
		}
		points = append(points, Point{At: day, Loss: knowledge.Without(m.Files, left), Gone: len(left)})
	}
	return points
}
