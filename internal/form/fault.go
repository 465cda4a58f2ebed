package form

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing that is wrong in a file.
type Fault struct {
	File string
	// Line counts from 1.
	Line int
	// What is wrong.
	What string
	// Instead is what to write; it may be empty.
	Instead string
}

// String writes the fault as "file:line: what is wrong; what to write instead".
func (f Fault) String() string {
	s := fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.What)
	if f.Instead != "" {
		s += "; " + f.Instead
	}
	return s
}

// Faults are all that is wrong in a file, by file and line.
type Faults []Fault

const (
	// MaxShown keeps a file of another kind from filling the screen.
	MaxShown = 200
	// MaxFaults is when a file counts as one of another kind and is read no
	// further.
	MaxFaults = 10_000
)

// hopeless reports whether there are so many faults that reading on would help
// nobody.
func (r *Reader) hopeless() bool { return len(r.faults) >= MaxFaults }

// Error writes one fault per line.
func (f Faults) Error() string {
	lines := make([]string, 0, min(len(f), MaxShown)+1)
	for _, one := range f[:min(len(f), MaxShown)] {
		lines = append(lines, one.String())
	}
	if more := len(f) - MaxShown; more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(lines, "\n")
}

// sorted returns the faults by file and line, each once: an alias is read
// wherever it stands.
func (f Faults) sorted() Faults {
	slices.SortStableFunc(f, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.What, b.What))
	})
	return slices.Compact(f)
}

// maxQuoted is how much of a wrong value a fault repeats, in characters.
const maxQuoted = 60

// Quote repeats a wrong value, cut when it is long.
func Quote(s string) string {
	if runes := []rune(s); len(runes) > maxQuoted {
		s = string(runes[:maxQuoted]) + "…"
	}
	return fmt.Sprintf("%q", s)
}

// Suggest says what to write instead of a word that is not among those known:
// the nearest one when there is one, and else all of them.
func Suggest(word string, known []string) string {
	if near := Nearest(word, known); near != "" {
		return "write " + near
	}
	const enough = 12
	if len(known) == 0 || len(known) > enough {
		return ""
	}
	return "write one of " + strings.Join(known, ", ")
}

// Nearest returns the known word that differs least, or "" when all differ much.
func Nearest(word string, known []string) string {
	if len(word) > maxQuoted {
		return ""
	}
	best, least := "", len([]rune(word))/2+1
	for _, k := range known {
		if d := distance(strings.ToLower(word), strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	return best
}

// distance counts the letters to add, take away, replace or swap with their
// neighbour.
func distance(from, to string) int {
	a, b := []rune(from), []rune(to)
	var before []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next[j+1] = min(row[j]+cost, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
