package lifecycle

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// span is versions from low on, up to high and without it; a nil high is open.
type span struct{ low, high []int }

// Support is what the table says about a constraint.
type Support struct {
	// Cycle is the one, of those that the constraint allows, that is maintained
	// longest. Its name is "" when the table holds none of them.
	Cycle Cycle
	// Open says that the constraint has no upper end: whatever comes next is
	// allowed too.
	Open bool
	// Newer says that the constraint asks for versions after all those of the
	// table.
	Newer bool
}

// Allowed tells what a constraint on a product's version allows at best: "3.6",
// ">=3.6,<3.9", "^7.1 || ^8.0", "~> 2.5". It is false for a product without
// dates and for a constraint that cannot be read, such as "lts/*".
func (t *Table) Allowed(product, constraint string) (Support, bool) {
	cycles := t.cycles[product]
	spans, ok := parse(product, constraint)
	if !ok || len(cycles) == 0 {
		return Support{}, false
	}
	var best Support
	found := false
	for _, s := range spans {
		best.Open = best.Open || s.high == nil
		for _, c := range cycles {
			if s.meets(c.Name) && (!found || longer(c, best.Cycle)) {
				best.Cycle, found = c, true
			}
		}
		oldest, newest := numbers(cycles[0].Name), numbers(cycles[len(cycles)-1].Name)
		best.Newer = best.Newer || compare(s.low, next(newest)) >= 0
		if !found && s.high != nil && compare(s.high, oldest) <= 0 {
			// Older than all: it ended no later than the oldest known.
			best.Cycle, found = cycles[0], true
		}
	}
	return best, found || best.Newer
}

func longer(a, b Cycle) bool {
	if a.Ends.IsZero() || b.Ends.IsZero() {
		return a.Ends.IsZero()
	}
	return !a.Ends.Before(b.Ends)
}

// meets reports whether some version of the cycle lies in the span.
func (s span) meets(cycle string) bool {
	low := numbers(cycle)
	return (s.high == nil || compare(low, s.high) < 0) && compare(s.low, next(low)) < 0
}

// numbers reads "3.11" as 3, 11; nil for what is no version.
func numbers(version string) []int {
	var list []int
	for part := range strings.SplitSeq(version, ".") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 || n > 1<<20 {
			break
		}
		list = append(list, n)
	}
	return list
}

// next is the first version that does not begin with v.
func next(v []int) []int {
	up := append([]int(nil), v...)
	if len(up) > 0 {
		up[len(up)-1]++
	}
	return up
}

// compare orders versions; absent numbers are zero.
func compare(a, b []int) int {
	for i := range max(len(a), len(b)) {
		x, y := 0, 0
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x != y {
			return x - y
		}
	}
	return 0
}

// maxConstraint is longer than any constraint that a person writes.
const maxConstraint = 200

var (
	alternatives = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\s*\|\|?\s*|;`) })
	condition    = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^\s*(>=|<=|===|==|!=|~>|~=|=>|>|<|=|\^|~)?\s*v?(\d+(?:[._]\d+)*)((?:\.[xX*])*)(?:[-+@][A-Za-z][\w.+-]*|(?:a|b|rc|\.dev)\d*|=\w+)?\s*(?:,|\s|$)`)
	})
	hyphens = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\s*v?([\d.]+)\s+-\s+v?([\d.]+)\s*$`) })
)

// parse reads a constraint as npm, pip, Poetry, Composer, Bundler, mix and R
// write it. A version without an operator means those that begin with it.
func parse(product, constraint string) ([]span, bool) {
	constraint = strings.Trim(strings.TrimSpace(constraint), `"'`)
	if constraint == "" || len(constraint) > maxConstraint {
		return nil, false
	}
	var spans []span
	for _, one := range alternatives().Split(constraint, -1) {
		if strings.TrimSpace(one) == "" {
			continue
		}
		s, ok := conjunction(product, one)
		if !ok {
			return nil, false
		}
		if s.high == nil || compare(s.low, s.high) < 0 {
			spans = append(spans, s)
		}
	}
	return spans, len(spans) > 0
}

func conjunction(product, text string) (span, bool) {
	all := span{}
	if word := strings.TrimSpace(text); word == "*" || word == "x" {
		return all, true
	}
	if m := hyphens().FindStringSubmatch(text); m != nil {
		return span{numbers(m[1]), next(numbers(m[2]))}, true
	}
	for strings.TrimSpace(text) != "" {
		m := condition().FindStringSubmatch(text)
		if m == nil {
			return all, false
		}
		text = text[len(m[0]):]
		v := numbers(strings.ReplaceAll(m[2], "_", "."))
		if product == "java" && len(v) > 1 && v[0] == 1 {
			v = v[1:] // Java 1.8 is Java 8
		}
		if len(v) == 0 {
			return all, false
		}
		if m[1] != "!=" {
			all = all.and(between(product, m[1], v))
		}
	}
	return all, true
}

func (s span) and(o span) span {
	if compare(o.low, s.low) > 0 {
		s.low = o.low
	}
	if s.high == nil || o.high != nil && compare(o.high, s.high) < 0 {
		s.high = o.high
	}
	return s
}

// between is the span of one condition.
func between(product, operator string, v []int) span {
	switch operator {
	case ">=", "=>":
		return span{v, nil}
	case ">":
		return span{next(v), nil}
	case "<":
		return span{nil, v}
	case "<=":
		return span{nil, next(v)}
	case "^":
		return span{v, next(v[:1])}
	case "~>", "~=":
		return span{v, next(v[:max(len(v)-1, 1)])}
	case "~":
		// Composer's ~7.1 goes up to 8, everybody else's up to 7.2.
		if product == "php" && len(v) == 2 {
			return span{v, next(v[:1])}
		}
		return span{v, next(v[:min(len(v), 2)])}
	}
	return span{v, next(v)}
}

// Overlap reports whether some version satisfies both constraints; true when one
// cannot be read.
func (t *Table) Overlap(product, one, other string) bool {
	a, okA := parse(product, one)
	b, okB := parse(product, other)
	if !okA || !okB {
		return true
	}
	for _, x := range a {
		for _, y := range b {
			if both := x.and(y); both.high == nil || compare(both.low, both.high) < 0 {
				return true
			}
		}
	}
	return false
}
