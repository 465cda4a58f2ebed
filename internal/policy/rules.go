package policy

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/form"
	"github.com/perenne-audit/perenne/internal/rule"
)

// usualHours is the effort of a rule that does not say.
const usualHours = 3.5

func (l *loader) rules(v form.Value, d *document, source string) {
	seen := map[string]int{}
	v.List("rules", func(v form.Value) {
		s := l.rule(v, source)
		if s.ID == "" {
			return
		}
		if first, twice := seen[s.ID]; twice {
			v.Fault(fmt.Sprintf("the rule %s is listed twice, first on line %d", s.ID, first), "choose another id")
			return
		}
		seen[s.ID] = v.Node.Line
		if len(seen) == maxRules+1 {
			v.Fault(fmt.Sprintf("more than %d rules", maxRules), "keep the ones that matter")
		}
		if s.Test != nil && s.Titles != nil && s.Fixes != nil {
			d.add(rule.Check(s))
		}
	})
}

// tests are the keys of which a rule has one.
var tests = []string{
	"file-present", "file-absent", "contains", "does-not-contain", "equals", "dependency-present", "dependency-forbidden", "base-image",
}

func (l *loader) rule(v form.Value, source string) rule.Spec {
	s := rule.Spec{Axis: audit.Deployment, EffortHours: usualHours, Side: audit.Team, Source: source}
	given := 0
	test := func(read func(form.Value) rule.Test) func(form.Value) {
		return func(v form.Value) {
			given++
			s.Test = read(v)
		}
	}
	v.Object("a rule",
		form.Field{Name: "id", Read: func(v form.Value) { s.ID = l.ruleID(v) }},
		form.Field{Name: "axis", Read: func(v form.Value) { s.Axis = form.Choose(v, "axis", audit.Axes) }},
		form.Field{Name: "severity", Read: func(v form.Value) { s.Severity = form.Choose(v, "severity", severityNames) }},
		form.Field{Name: "kinds", Read: func(v form.Value) { s.Kinds = kinds(v) }},
		form.Field{Name: "title", Read: func(v form.Value) { s.Titles = words(v, "title") }},
		form.Field{Name: "why", Read: func(v form.Value) { s.Whys = words(v, "why") }},
		form.Field{Name: "fix", Read: func(v form.Value) { s.Fixes = words(v, "fix") }},
		form.Field{Name: "source", Read: func(v form.Value) { s.Source = v.Text() }},
		form.Field{Name: "effort-hours", Read: func(v form.Value) { s.EffortHours, _ = number(v, 0.1, 1000) }},
		form.Field{Name: "lead-days", Read: func(v form.Value) { n, _ := number(v, 0, 3650); s.LeadDays = int(n) }},
		form.Field{Name: "side", Read: func(v form.Value) {
			s.Side = form.Choose(v, "side", []audit.Side{audit.Team, audit.DSI, audit.Mentor})
		}},
		form.Field{Name: "file-present", Read: test(func(v form.Value) rule.Test { return rule.Present{Files: globs(v)} })},
		form.Field{Name: "file-absent", Read: test(func(v form.Value) rule.Test { return rule.Absent{Files: globs(v)} })},
		form.Field{Name: "contains", Read: test(func(v form.Value) rule.Test { return rule.Contains{Content: content(v)} })},
		form.Field{Name: "does-not-contain", Read: test(func(v form.Value) rule.Test { return rule.Lacks{Content: content(v)} })},
		form.Field{Name: "equals", Read: test(equals)},
		form.Field{Name: "dependency-present", Read: test(func(v form.Value) rule.Test { return rule.Depends{Packages: packages(v)} })},
		form.Field{Name: "dependency-forbidden", Read: test(func(v form.Value) rule.Test { return rule.Forbids{Packages: packages(v)} })},
		form.Field{Name: "base-image", Read: test(func(v form.Value) rule.Test { return bases(v) })},
	)
	v.Must("a rule", "id", s.ID)
	v.Must("a rule", "severity", string(s.Severity))
	if s.Titles == nil {
		v.Must("a rule", "title", "")
	}
	if s.Fixes == nil {
		v.Must("a rule", "fix", "")
	}
	if s.Whys == nil {
		s.Whys = rule.UsualWhys()
	}
	if given != 1 && v.Node.Kind == yaml.MappingNode {
		v.Fault(fmt.Sprintf("a rule looks at one thing, and this one at %d", given), "keep one of "+strings.Join(tests, ", "))
	}
	return s
}

// checkID is the form of a check's id.
var checkID = regexp.MustCompile(`^[a-z]+(-[a-z]+)+$`)

// ruleID reads an id that neither the catalogue nor perenne itself has.
func (l *loader) ruleID(v form.Value) string {
	s := v.Text()
	const longest = 63
	switch {
	case s == "":
		return ""
	case !checkID.MatchString(s) || len(s) > longest:
		v.Fault(form.Quote(s)+" is not the id of a rule", "write two words or more in lower case, joined by hyphens, that say the good state: chart-present")
		return ""
	case slices.ContainsFunc(l.Catalogue, func(c *audit.Check) bool { return c.ID == s }):
		v.Fault("the id "+s+" is that of a check of the catalogue", "choose another id; severities changes what that check weighs")
		return ""
	case slices.Contains(rule.ListIDs(), s) || s == audit.SignOff:
		v.Fault("the id "+s+" is taken by perenne", "choose another id")
		return ""
	}
	return s
}

func kinds(v form.Value) []audit.Kind {
	return items(v, "kinds", func(v form.Value) (audit.Kind, bool) {
		k := form.Choose(v, "kind", audit.Kinds)
		return k, k != ""
	})
}

// listOrOne lets one value stand for a list of itself.
func listOrOne[T any](v form.Value, read func(form.Value) []T) []T {
	if v.Node.Kind == yaml.ScalarNode {
		alone := *v.Node
		list := v.At(&yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Line: v.Node.Line, Content: []*yaml.Node{&alone}})
		return read(list)
	}
	return read(v)
}

func globs(v form.Value) []rule.Glob {
	all := listOrOne(v, func(v form.Value) []rule.Glob {
		return items(v, "the files", func(v form.Value) (rule.Glob, bool) {
			s := v.Text()
			g, err := rule.ParseGlob(s)
			if err != nil && s != "" {
				v.Fault(form.Quote(s)+" is not a pattern of paths: "+err.Error(), "write a path from the top of the repository; * stands for part of a name, ** for any folders")
			}
			return g, err == nil
		})
	})
	if len(all) == 0 {
		v.Fault("no file to look for", "write a path or a pattern of paths")
	}
	return all
}

func packages(v form.Value) []rule.Package {
	all := listOrOne(v, func(v form.Value) []rule.Package {
		return items(v, "the dependencies", func(v form.Value) (rule.Package, bool) {
			s := v.Text()
			p, err := rule.ParsePackage(s)
			if err != nil && s != "" {
				v.Fault(err.Error(), "write its name, or npm:name, pypi:name, composer:name; * stands for any end")
			}
			return p, err == nil
		})
	})
	if len(all) == 0 {
		v.Fault("no dependency to look for", "write the name of one")
	}
	return all
}

func bases(v form.Value) rule.Test {
	t := rule.Bases{Allowed: listOrOne(v, images)}
	if len(t.Allowed) == 0 {
		v.Fault("no image to compare with", "write one")
	}
	return t
}

func content(v form.Value) rule.Content {
	var c rule.Content
	v.Object("what to look for",
		form.Field{Name: "files", Read: func(v form.Value) { c.Files = globs(v) }},
		form.Field{Name: "text", Read: func(v form.Value) { c.Text = v.Text() }},
		form.Field{Name: "pattern", Read: func(v form.Value) { c.Pattern = pattern(v) }},
	)
	wanted(v, "what to look for", "files", len(c.Files))
	if both := c.Text != "" && c.Pattern != nil; both || c.Text == "" && !has(v, "pattern") {
		v.Fault("one of text and pattern is wanted", "keep one")
	}
	return c
}

// has reports whether a key is given a value.
func has(v form.Value, key string) bool {
	for i := 0; i+1 < len(v.Node.Content); i += 2 {
		if v.Node.Content[i].Value == key && !v.At(v.Node.Content[i+1]).Null() {
			return true
		}
	}
	return false
}

const (
	// maxPattern is how long a regular expression may be, maxSteps how many steps
	// its program may have: what it costs for each byte grows with them.
	maxPattern, maxSteps = 300, 300
)

func pattern(v form.Value) *regexp.Regexp {
	s := v.Text()
	if s == "" {
		return nil
	}
	if len(s) > maxPattern {
		v.Fault(fmt.Sprintf("a pattern of more than %d characters", maxPattern), "write a shorter one")
		return nil
	}
	parsed, err := syntax.Parse(s, syntax.Perl)
	if err != nil {
		v.Fault(form.Quote(s)+" is not a regular expression: "+strings.TrimPrefix(err.Error(), "error parsing regexp: "), "see https://github.com/google/re2/wiki/Syntax; text looks for words as they stand")
		return nil
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil || len(program.Inst) > maxSteps {
		v.Fault(form.Quote(s)+" is too large a regular expression", "repeat less in it")
		return nil
	}
	compiled, err := regexp.Compile(s)
	if err != nil {
		v.Fault(form.Quote(s)+" is not a regular expression", "see https://github.com/google/re2/wiki/Syntax")
		return nil
	}
	return compiled
}

func equals(v form.Value) rule.Test {
	var t rule.Equals
	v.Object("what to compare",
		form.Field{Name: "files", Read: func(v form.Value) { t.Files = globs(v) }},
		form.Field{Name: "path", Read: func(v form.Value) { t.Path = keys(v) }},
		form.Field{Name: "value", Read: func(v form.Value) {
			t.Values = listOrOne(v, func(v form.Value) []string {
				return items(v, "the values", func(v form.Value) (string, bool) { s := v.Text(); return s, s != "" })
			})
		}},
	)
	wanted(v, "what to compare", "files", len(t.Files))
	wanted(v, "what to compare", "path", len(t.Path))
	wanted(v, "what to compare", "value", len(t.Values))
	return t
}

// wanted reports a key that is missing, or a list without anything in it.
func wanted(v form.Value, what, key string, items int) {
	if items > 0 {
		return
	}
	v.Must(what, key, "")
	for i := 0; i+1 < len(v.Node.Content); i += 2 {
		if n := v.Node.Content[i+1]; v.Node.Content[i].Value == key && n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
			v.At(n).Fault("an empty list of "+key, "write one at least")
		}
	}
}

// keys reads a path of keys: words with dots between them, or a list where a key
// holds a dot itself.
func keys(v form.Value) []string {
	if v.Node.Kind == yaml.ScalarNode {
		s := v.Text()
		if s == "" {
			return nil
		}
		all := strings.Split(s, ".")
		if slices.Contains(all, "") {
			v.Fault(form.Quote(s)+" is not a path of keys", "write key.key.key, or a list of keys where one holds a dot")
			return nil
		}
		return all
	}
	return items(v, "the path", func(v form.Value) (string, bool) { s := v.Text(); return s, s != "" })
}
