package policy

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/form"
	"github.com/perenne-audit/perenne/internal/rule"
)

// parse reads the content of one policy, and what it extends first. What is wrong
// with it is a fault.
func (l *loader) parse(from origin, content []byte) *document {
	top, ok := l.Document(from.shown(), content)
	if !ok {
		return newDocument()
	}
	d, source := newDocument(), "policy"
	// What is extended has to be known before what is said on top of it, wherever
	// the key stands; this pass reports nothing.
	for i := 0; i+1 < len(top.Node.Content); i += 2 {
		switch key, value := top.Node.Content[i].Value, top.At(top.Node.Content[i+1]); {
		case key == "extends" && !value.Null():
			d = l.extend(value, from)
		case key == "name":
			source = "policy " + value.Node.Value
		}
	}
	left, b := maxCanonical, &strings.Builder{}
	canonical(top.Node, b, &left)
	l.digest.Write([]byte(b.String()))

	top.Object("the policy",
		form.Field{Name: "name", Read: func(v form.Value) { d.name = l.name(v, from) }},
		form.Field{Name: "title", Read: func(v form.Value) { d.titles = words(v, "title") }},
		form.Field{Name: "extends", Read: func(form.Value) {}},
		form.Field{Name: "severities", Read: func(v form.Value) { l.severities(v, d) }},
		form.Field{Name: "thresholds", Read: func(v form.Value) { thresholds(v, &d.thresholds) }},
		form.Field{Name: "licences", Read: func(v form.Value) { d.licences = licences(v) }},
		form.Field{Name: "languages", Read: func(v form.Value) { d.languages = languages(v) }},
		form.Field{Name: "runtimes", Read: func(v form.Value) { d.runtimes = runtimes(v) }},
		form.Field{Name: "databases", Read: func(v form.Value) { d.databases = databases(v) }},
		form.Field{Name: "base-images", Read: func(v form.Value) { d.images = written(images(v)) }},
		form.Field{Name: "rules", Read: func(v form.Value) { l.rules(v, d, source) }},
		form.Field{Name: "requirements", Read: func(v form.Value) { l.requirements(v, d) }},
	)
	top.Must("the policy", "name", d.name)
	if d.titles == nil {
		top.Must("the policy", "title", "")
	}
	return d
}

// extend reads the policy that a value names.
func (l *loader) extend(v form.Value, from origin) *document {
	name := v.Text()
	if name == "" {
		return newDocument()
	}
	folder := "."
	if !from.library {
		folder = filepath.Dir(from.path)
	}
	parent, err := l.find(name, folder)
	if err != nil {
		v.Fault("no policy is called "+form.Quote(name), form.Suggest(name, l.Names())+", or name a file that ends in .yaml")
		return newDocument()
	}
	switch {
	case slices.ContainsFunc(l.chain, func(o origin) bool {
		return o.library == parent.library && filepath.Clean(o.path) == filepath.Clean(parent.path)
	}):
		v.Fault("the policies extend each other in a circle: "+parent.shown()+" is read already", "let one of them extend none")
		return newDocument()
	case len(l.chain) >= maxChain:
		v.Fault(fmt.Sprintf("more than %d policies extend each other", maxChain), "put several into one")
		return newDocument()
	}
	d, err := l.open(parent)
	if err != nil {
		v.Fault("cannot extend "+err.Error(), "")
		return newDocument()
	}
	return under(d)
}

// name reads the policy's own name, which no policy of the library may have.
func (l *loader) name(v form.Value, from origin) string {
	name := v.ID()
	if !from.library && slices.Contains(l.Names(), name) {
		v.Fault("the name "+name+" is that of a policy that comes with perenne", "choose another name, and extends: "+name+" to build on it")
	}
	return name
}

// maxWords is how long a sentence of a policy may be, in characters.
const maxWords = 600

// words reads a text in both languages.
func words(v form.Value, what string) map[audit.Lang]string {
	texts := map[audit.Lang]string{}
	read := func(lang audit.Lang) func(form.Value) {
		return func(v form.Value) {
			s := v.Text()
			switch {
			case len([]rune(s)) > maxWords:
				v.Fault(fmt.Sprintf("more than %d characters", maxWords), "write it shorter")
			case strings.HasPrefix(s, "#") || strings.HasPrefix(s, "- "):
				v.Fault("begins with "+s[:1], "write a sentence")
			default:
				texts[lang] = s
			}
		}
	}
	v.Object("the "+what,
		form.Field{Name: string(audit.French), Read: read(audit.French)},
		form.Field{Name: string(audit.English), Read: read(audit.English)},
	)
	v.Must("the "+what, "fr", texts[audit.French])
	v.Must("the "+what, "en", texts[audit.English])
	return texts
}

// severityNames are what a policy may make of a check.
var severityNames = []audit.Severity{audit.Blocker, audit.Major, audit.Moderate, audit.Minor, audit.Bonus}

func (l *loader) severities(v form.Value, d *document) {
	mapping(v, "severities", "id of a check: severity", func(key, v form.Value) {
		id, severity := key.Text(), form.Choose(v, "severity", severityNames)
		if severity == "" {
			return
		}
		d.severities[id] = severity
		l.refer(key, id, rule.ListIDs()...)
	})
}

// refer reports, once all rules are known, a check that does not exist and is not
// among the ids besides.
func (l *loader) refer(v form.Value, id string, besides ...string) {
	l.references = append(l.references, func(known map[string]*audit.Check) {
		if id != "" && known[id] == nil && !slices.Contains(besides, id) {
			instead := "'perenne checks list' prints the ids"
			if near := form.Nearest(id, slices.Sorted(maps.Keys(known))); near != "" {
				instead = "write " + near
			}
			v.Fault("no check and no rule has the id "+form.Quote(id), instead)
		}
	})
}

// mapping reads keys that are free, each once.
func mapping(v form.Value, what, shape string, read func(key, v form.Value)) {
	if len(v.Node.Content)%2 != 0 || v.Node.Tag != "!!map" {
		v.Fault(what+" must hold "+v.Shape("keys and values"), "write "+shape+", one a line, indented")
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(v.Node.Content); i += 2 {
		key, value := v.At(v.Node.Content[i]), v.At(v.Node.Content[i+1])
		name := key.Text()
		if first, twice := seen[name]; twice {
			key.Fault(fmt.Sprintf("%s is given twice, first on line %d", name, first), "keep one")
			continue
		}
		seen[name] = key.Node.Line
		if name != "" && !value.Null() {
			read(key, value)
		}
	}
}

func thresholds(v form.Value, t *audit.Thresholds) {
	ratio := func(into *float64) func(form.Value) {
		return func(v form.Value) {
			if n, ok := number(v, 0, 1); ok {
				*into = n
			}
		}
	}
	v.Object("thresholds",
		form.Field{Name: "ready", Read: ratio(&t.Ready)},
		form.Field{Name: "to-complete", Read: ratio(&t.ToComplete)},
		form.Field{Name: "coverage", Read: ratio(&t.Coverage)},
		form.Field{Name: "provisional", Read: ratio(&t.Provisional)},
		form.Field{Name: "second-person", Read: ratio(&t.SecondPerson)},
		form.Field{Name: "ending-days", Read: func(v form.Value) {
			if n, ok := number(v, 0, 3650); ok {
				t.EndingDays = int(n)
			}
		}},
	)
	if t.ToComplete > t.Ready {
		v.Fault(fmt.Sprintf("to-complete (%v) is above ready (%v)", t.ToComplete, t.Ready), "lower the one or raise the other")
	}
}

// number reads a number between two others.
func number(v form.Value, low, high float64) (float64, bool) {
	s := v.Text()
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || !(n >= low && n <= high) {
		v.Fault(form.Quote(s)+" does not fit here", fmt.Sprintf("write a number from %v to %v", low, high))
		return 0, false
	}
	return n, true
}

func (l *loader) requirements(v form.Value, d *document) {
	seen := map[string]int{}
	v.List("requirements", func(v form.Value) {
		var r requirement
		v.Object("a requirement",
			form.Field{Name: "id", Read: func(v form.Value) { r.id = v.Text() }},
			form.Field{Name: "title", Read: func(v form.Value) { r.titles = words(v, "title") }},
			form.Field{Name: "kinds", Read: func(v form.Value) { r.kinds = kinds(v) }},
			form.Field{Name: "checks", Read: func(v form.Value) {
				v.List("checks", func(v form.Value) {
					id := v.Text()
					if id == "framework-followed" {
						v.Fault("framework-followed is the answer to all requirements", "name the checks that answer this one")
						return
					}
					l.refer(v, id)
					r.checks = append(r.checks, id)
				})
			}},
		)
		v.Must("a requirement", "id", r.id)
		if r.titles == nil {
			v.Must("a requirement", "title", "")
		}
		wanted(v, "a requirement", "checks", len(r.checks))
		if first, twice := seen[r.id]; twice && r.id != "" {
			v.Fault(fmt.Sprintf("the requirement %s is listed twice, first on line %d", r.id, first), "list it once")
			return
		}
		seen[r.id] = v.Node.Line
		if len(seen) == maxRequirements+1 {
			v.Fault(fmt.Sprintf("more than %d requirements", maxRequirements), "keep those that a repository can show")
		}
		d.require(r)
	})
}
