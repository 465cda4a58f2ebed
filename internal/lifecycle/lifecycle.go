// Package lifecycle knows until when the versions of languages and systems are
// maintained. The dates are data, in dates.txt, with the day on which they were
// taken and the day after which nobody should rely on them.
//
// To bring them up to date, download the products' pages of endoflife.date as
// JSON and run, at the top of the repository:
//
//	go run ./internal/lifecycle/refresh --taken 2026-08-22 FILE...
package lifecycle

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Cycle is one line of versions that is maintained as a whole: Python 3.11,
// Node 20, Debian 12.
type Cycle struct {
	// Product is in lower case: "node", "python", "debian".
	Product string
	// Name is the version that its releases begin with.
	Name string
	// Ends is the last day of maintenance, security included, at no cost; zero
	// when no end has been announced.
	Ends time.Time
	// Codename is one lower-case word, "bookworm"; mostly empty.
	Codename string
}

// Ended reports whether nobody maintains the cycle any more at that time.
func (c Cycle) Ended(at time.Time) bool {
	return !c.Ends.IsZero() && !at.Before(c.Ends.AddDate(0, 0, 1))
}

// Table is the dates of every known product.
type Table struct {
	// Taken is the day on which the dates were right; from BestBefore on they
	// are too old to judge by.
	Taken, BestBefore time.Time
	// cycles are by product, oldest first.
	cycles map[string][]Cycle
	// header is the comment at the top.
	header string
}

//go:embed dates.txt
var dates string

// Dates returns the table that is shipped with the program.
func Dates() *Table { return shipped() }

var shipped = sync.OnceValue(func() *Table {
	t, err := Parse(dates)
	if err != nil {
		panic(err)
	}
	return t
})

// Stale reports whether the table is too old to judge by at that time.
func (t *Table) Stale(at time.Time) bool { return !at.Before(t.BestBefore) }

// Cycles returns the cycles of a product, oldest version first; none for one
// that the table does not hold. The slice is shared: do not change it.
func (t *Table) Cycles(product string) []Cycle { return t.cycles[product] }

// Codename finds the version that a codename stands for: "bookworm" is
// Debian's, "12".
func (t *Table) Codename(product, word string) (version string, found bool) {
	for _, c := range t.cycles[product] {
		if c.Codename == word && word != "" {
			return c.Name, true
		}
	}
	return "", false
}

// Parse reads the form of dates.txt: comments after "#", "taken DATE",
// "best-before DATE", then one cycle a line, as product, version, last day or
// "-", and perhaps a codename. The error wraps [audit.ErrDamaged] and names the
// line.
func Parse(content string) (*Table, error) {
	t := &Table{cycles: map[string][]Cycle{}}
	number := 0
	for line := range strings.Lines(content) {
		number++
		if strings.HasPrefix(line, "#") && len(t.cycles) == 0 && t.Taken.IsZero() {
			t.header += line
		}
		text, _, _ := strings.Cut(line, "#")
		fields := strings.Fields(text)
		if len(fields) == 0 {
			continue
		}
		if err := t.add(fields); err != nil {
			return nil, fmt.Errorf("dates of end of life, line %d: %w", number, err)
		}
	}
	if t.Taken.IsZero() || !t.BestBefore.After(t.Taken) {
		return nil, fmt.Errorf("dates of end of life: no day taken, or none after it to use them by: %w", audit.ErrDamaged)
	}
	for product := range t.cycles {
		slices.SortStableFunc(t.cycles[product], func(a, b Cycle) int { return compare(numbers(a.Name), numbers(b.Name)) })
	}
	return t, nil
}

func (t *Table) add(fields []string) error {
	switch {
	case len(fields) == 2 && (fields[0] == "taken" || fields[0] == "best-before"):
		day, err := time.Parse(time.DateOnly, fields[1])
		if err != nil {
			return fmt.Errorf("%w: %w", err, audit.ErrDamaged)
		}
		if fields[0] == "taken" {
			t.Taken = day
		} else {
			t.BestBefore = day
		}
		return nil
	case len(fields) != 3 && len(fields) != 4:
		return fmt.Errorf("%d words, wanted product, version, last day: %w", len(fields), audit.ErrDamaged)
	}
	c := Cycle{Product: fields[0], Name: fields[1]}
	if len(numbers(c.Name)) == 0 {
		return fmt.Errorf("%q is no version: %w", c.Name, audit.ErrDamaged)
	}
	if fields[2] != "-" {
		day, err := time.Parse(time.DateOnly, fields[2])
		if err != nil {
			return fmt.Errorf("%w: %w", err, audit.ErrDamaged)
		}
		c.Ends = day
	}
	if len(fields) == 4 {
		c.Codename = fields[3]
	}
	t.cycles[c.Product] = append(t.cycles[c.Product], c)
	return nil
}
