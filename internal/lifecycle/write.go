package lifecycle

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// goodForMonths is how long dates may be relied on: the products here announce
// theirs a year ahead or more.
const goodForMonths = 12

// sources maps the products' names at endoflife.date to ours. Of Debian, the
// last day counts on which its long-term support mends it at no cost, which is
// called extended there; of the others, extended support is paid for.
var sources = map[string]struct {
	product  string
	extended bool
}{
	"nodejs": {product: "node"}, "python": {product: "python"}, "php": {product: "php"}, "ruby": {product: "ruby"}, "go": {product: "go"},
	"eclipse-temurin": {product: "java"}, "dotnet": {product: "dotnet"}, "elixir": {product: "elixir"}, "erlang": {product: "erlang"},
	"debian": {product: "debian", extended: true}, "ubuntu": {product: "ubuntu"}, "alpine-linux": {product: "alpine"}, "alpine": {product: "alpine"},
}

// page is a product as endoflife.date gives it, in version 1 of its interface;
// the releases of the older one have other names for the same things.
type page struct {
	Name     string    `json:"name"`
	Releases []release `json:"releases"`
}

type release struct {
	Name     string  `json:"name"`
	Codename *string `json:"codename"`
	EOLFrom  *string `json:"eolFrom"`
	EOESFrom *string `json:"eoesFrom"`
	IsEOL    bool    `json:"isEol"`

	Cycle    string          `json:"cycle"`
	EOL      json.RawMessage `json:"eol"`
	Extended json.RawMessage `json:"extendedSupport"`
}

// Merge takes one file of endoflife.date into the table: a product's page in
// either version of its interface, or the list of all products. The name is
// that of the product, for pages that do not hold it. It returns the products
// that were taken; lines of others, and cycles that the page no longer holds,
// stay.
func (t *Table) Merge(name string, content []byte) ([]string, error) {
	var whole struct {
		Result json.RawMessage `json:"result"`
	}
	pages := []page{{Name: name}}
	var err error
	if trimmed := strings.TrimSpace(string(content)); strings.HasPrefix(trimmed, "[") {
		err = json.Unmarshal(content, &pages[0].Releases)
	} else if err = json.Unmarshal(content, &whole); err == nil {
		if strings.HasPrefix(strings.TrimSpace(string(whole.Result)), "[") {
			err = json.Unmarshal(whole.Result, &pages)
		} else {
			err = json.Unmarshal(whole.Result, &pages[0])
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read %s as a page of endoflife.date: %w: %w", name, err, audit.ErrDamaged)
	}
	var taken []string
	for _, p := range pages {
		if source, known := sources[p.Name]; known {
			t.mergePage(source.product, source.extended, p)
			taken = append(taken, source.product)
		}
	}
	if len(taken) == 0 {
		return nil, fmt.Errorf("read %s: no product of the table: %w", name, audit.ErrUnsupported)
	}
	return taken, nil
}

func (t *Table) mergePage(product string, extended bool, p page) {
	for _, r := range p.Releases {
		c := Cycle{Product: product, Name: r.Name + r.Cycle}
		if len(numbers(c.Name)) == 0 {
			continue
		}
		end, ended := r.end(extended)
		c.Ends = end
		if ended && end.IsZero() {
			continue // ended, nobody knows when: too old for anybody to meet
		}
		if r.Codename != nil {
			c.Codename, _, _ = strings.Cut(strings.ToLower(*r.Codename), " ")
		}
		t.put(c)
	}
}

// end returns the last day, zero when none is announced.
func (r release) end(extended bool) (day time.Time, ended bool) {
	candidates := []string{text(r.EOLFrom), plain(r.EOL)}
	if extended {
		candidates = append([]string{text(r.EOESFrom), plain(r.Extended)}, candidates...)
	}
	for _, candidate := range candidates {
		if day, err := time.Parse(time.DateOnly, candidate); err == nil {
			return day, false
		}
	}
	return time.Time{}, r.IsEOL || string(r.EOL) == "true"
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func plain(raw json.RawMessage) string { return strings.Trim(string(raw), `"`) }

// put replaces a cycle, or adds it.
func (t *Table) put(c Cycle) {
	list := t.cycles[c.Product]
	if i := slices.IndexFunc(list, func(old Cycle) bool { return old.Name == c.Name }); i >= 0 {
		if c.Codename == "" {
			c.Codename = list[i].Codename
		}
		list[i] = c
		return
	}
	list = append(list, c)
	slices.SortStableFunc(list, func(a, b Cycle) int { return compare(numbers(a.Name), numbers(b.Name)) })
	t.cycles[c.Product] = list
}

// Renew sets the day on which the dates were taken, and with it the one to use
// them by.
func (t *Table) Renew(taken time.Time) {
	t.Taken, t.BestBefore = taken, taken.AddDate(0, goodForMonths, 0)
}

// String is the table in the form that [Parse] reads.
func (t *Table) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\ntaken %s\nbest-before %s\n", t.header, t.Taken.Format(time.DateOnly), t.BestBefore.Format(time.DateOnly))
	for _, product := range slices.Sorted(maps.Keys(t.cycles)) {
		b.WriteByte('\n')
		for _, c := range t.cycles[product] {
			day := "-"
			if !c.Ends.IsZero() {
				day = c.Ends.Format(time.DateOnly)
			}
			b.WriteString(strings.TrimRight(fmt.Sprintf("%s %s %s %s", c.Product, c.Name, day, c.Codename), " ") + "\n")
		}
	}
	return b.String()
}
