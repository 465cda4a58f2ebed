package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/rule"
)

// document is a policy with what it extends.
type document struct {
	name       string
	titles     map[audit.Lang]string
	extends    []string
	severities map[string]audit.Severity
	thresholds audit.Thresholds
	licences   audit.LicenceList

	languages, databases, images []string
	runtimes                     map[string][]string

	rules        []*audit.Check
	requirements []requirement
}

// requirement names checks that are looked up when all are known.
type requirement struct {
	id     string
	titles map[audit.Lang]string
	kinds  []audit.Kind
	checks []string
}

func newDocument() *document {
	return &document{severities: map[string]audit.Severity{}, thresholds: audit.DefaultThresholds}
}

// under makes the document build on another one: what that one says holds where
// this one says nothing yet.
func under(parent *document) *document {
	d := *parent
	d.extends = append([]string{parent.name}, parent.extends...)
	d.name, d.titles = "", nil
	d.severities = maps.Clone(parent.severities)
	d.rules, d.requirements = slices.Clone(parent.rules), slices.Clone(parent.requirements)
	return &d
}

// add puts a rule in the place of one of the same id, or at the end.
func (d *document) add(c *audit.Check) {
	if i := slices.IndexFunc(d.rules, func(old *audit.Check) bool { return old.ID == c.ID }); i >= 0 {
		d.rules[i] = c
		return
	}
	d.rules = append(d.rules, c)
}

// require does the same for a requirement.
func (d *document) require(r requirement) {
	if i := slices.IndexFunc(d.requirements, func(old requirement) bool { return old.id == r.id }); i >= 0 {
		d.requirements[i] = r
		return
	}
	d.requirements = append(d.requirements, r)
}

// policy makes the value that is judged by; its requirements lack their checks.
func (d *document) policy() *audit.Policy {
	p := &audit.Policy{
		Name: d.name, Titles: d.titles, Extends: d.extends, Severities: d.severities, Thresholds: d.thresholds, Licences: d.licences,
		Languages: d.languages, Databases: d.databases, BaseImages: d.images, Runtimes: d.runtimes,
	}
	p.Rules = slices.Concat(rule.Lists(p), d.rules)
	for _, r := range d.requirements {
		p.Requirements = append(p.Requirements, audit.Requirement{ID: r.id, Titles: r.titles, Kinds: r.kinds})
	}
	return p
}

// maxCanonical bounds what is hashed of one file.
const maxCanonical = 200_000

// canonical writes what a YAML value says, without its layout and comments. An
// alias is written by its name: what it stands for is written where it stands.
func canonical(n *yaml.Node, b *strings.Builder, left *int) {
	if *left--; *left < 0 || n == nil {
		return
	}
	switch n.Kind {
	case yaml.AliasNode:
		fmt.Fprintf(b, "*%q", n.Value)
		return
	case yaml.ScalarNode:
		fmt.Fprintf(b, "%s%q", n.Anchor, n.Value)
		return
	}
	fmt.Fprintf(b, "%s%d(", n.Anchor, n.Kind)
	for _, inner := range n.Content {
		canonical(inner, b, left)
		b.WriteByte(',')
	}
	b.WriteByte(')')
}
