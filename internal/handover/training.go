package handover

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/history"
	"github.com/perenne-audit/perenne/internal/knowledge"
)

// Training is one person who stays, and what to hand over to them.
type Training struct {
	// Person is nil for areas whose files, and whose neighbours' files, nobody who
	// stays has ever changed: somebody has to be named first.
	Person *history.Person
	// Areas are folders, in the order in which to hand them over.
	Areas []Lesson
}

// Lesson is one area to hand over.
type Lesson struct {
	Folder string
	// From is who knows most of it and leaves.
	From *history.Person
	// Hours of both people together are guessed from the size: see [hours].
	Hours float64
	// Orphaned counts the files that nobody who stays knows.
	Orphaned int
}

// Hours sums up the lessons.
func (t Training) Hours() float64 {
	sum := 0.0
	for _, l := range t.Areas {
		sum += l.Hours
	}
	return sum
}

const (
	// bytesPerHour is how much code two people walk through in an hour: some four
	// hundred lines, the pace at which an inspection still finds what matters
	// (SmartBear, "Best Kept Secrets of Peer Code Review", 2006).
	bytesPerHour = 400 * 35
	// leastHours is the least that it is worth meeting for; mostHours is where
	// reading together stops being the way.
	leastHours, mostHours = 1, 21
)

// hours guesses how long a handover takes, in half hours.
func hours(bytes int64) float64 {
	h := math.Ceil(2*float64(bytes)/bytesPerHour) / 2
	return min(max(h, leastHours), mostHours)
}

// train finds few people who could take over every area that loses something: of
// those who stay, the one who has changed files in most of them, then the next
// for what is left. What nobody has touched goes to who touched its neighbours.
func train(m *knowledge.Map, areas []Area, gone knowledge.Leavers) []Training {
	var left []Area
	for _, a := range areas {
		if a.Orphaned > 0 {
			left = append(left, a)
		}
	}
	touched := touches(m, areas, gone)
	var all []Training
	for len(left) > 0 {
		best := recipient(left, touched)
		t := Training{Person: best}
		var rest []Area
		for _, a := range left {
			if best != nil && !touched[a.Folder][best] {
				rest = append(rest, a)
				continue
			}
			t.Areas = append(t.Areas, Lesson{Folder: a.Folder, From: leaver(a, gone), Hours: hours(a.OrphanedBytes), Orphaned: a.Orphaned})
		}
		all = append(all, t)
		left = rest
	}
	return all
}

// touches says for each area who of those who stay has changed a file of it or,
// when nobody has, of a neighbouring area: one in the same folder.
func touches(m *knowledge.Map, areas []Area, gone knowledge.Leavers) map[string]map[*history.Person]bool {
	own := map[string]map[*history.Person]bool{}
	folders := make([]string, len(areas))
	for i, a := range areas {
		folders[i] = a.Folder
		own[a.Folder] = map[*history.Person]bool{}
	}
	// The deepest area that holds a file is its own.
	slices.SortFunc(folders, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	for i := range m.Files {
		f := &m.Files[i]
		at := slices.IndexFunc(folders, func(folder string) bool { return folder == "" || strings.HasPrefix(f.Path, folder+"/") })
		if at < 0 {
			continue
		}
		for _, e := range f.Experts {
			if !gone[e.Person] {
				own[folders[at]][e.Person] = true
			}
		}
	}
	all := map[string]map[*history.Person]bool{}
	for _, folder := range folders {
		all[folder] = own[folder]
		if len(own[folder]) > 0 {
			continue
		}
		all[folder] = map[*history.Person]bool{}
		for _, other := range folders {
			if neighbours(folder, other) {
				for p := range own[other] {
					all[folder][p] = true
				}
			}
		}
	}
	return all
}

// neighbours reports whether two folders lie below the same first folder, or are
// both at the top.
func neighbours(a, b string) bool {
	first, _, _ := strings.Cut(a, "/")
	second, _, _ := strings.Cut(b, "/")
	return first == second
}

// recipient returns who could take the most of the areas, by bytes; nil when
// nobody could take any.
func recipient(left []Area, touched map[string]map[*history.Person]bool) *history.Person {
	var best *history.Person
	most := int64(-1)
	bytes := map[*history.Person]int64{}
	for _, a := range left {
		for p := range touched[a.Folder] {
			bytes[p] += a.OrphanedBytes
		}
	}
	for p, n := range bytes {
		if n > most || n == most && p.Compare(best) < 0 {
			best, most = p, n
		}
	}
	return best
}

// leaver is who knows most of an area and leaves.
func leaver(a Area, gone knowledge.Leavers) *history.Person {
	for _, s := range a.Knew {
		if gone[s.Person] {
			return s.Person
		}
	}
	return nil
}
