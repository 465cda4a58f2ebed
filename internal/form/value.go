package form

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// maxExpanded is how many values may be reached through aliases: a few lists
// shared by all entries, and no bomb.
const maxExpanded = 100_000

// Value is one YAML value with everything needed to say what is wrong with it.
type Value struct {
	reader *Reader
	File   string
	Node   *yaml.Node
	// shared is true for what was reached through an alias.
	shared bool
}

// At returns the value of a node, aliases followed.
func (v Value) At(node *yaml.Node) Value {
	next := Value{reader: v.reader, File: v.File, Node: node, shared: v.shared}
	if node.Kind == yaml.AliasNode {
		next.Node, next.shared = node.Alias, true
	}
	if next.shared {
		if v.reader.expanded++; v.reader.expanded == maxExpanded+1 {
			v.Fault(fmt.Sprintf("aliases stand for more than %d values", maxExpanded), "write the values out")
		}
		if v.reader.expanded > maxExpanded {
			next.Node = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: node.Line}
		}
	}
	return next
}

// Fault notes what is wrong with the value.
func (v Value) Fault(what, instead string) {
	if v.reader.hopeless() {
		return
	}
	v.reader.faults = append(v.reader.faults, Fault{File: v.File, Line: max(v.Node.Line, 1), What: what, Instead: instead})
}

// Null reports whether nothing is written.
func (v Value) Null() bool { return v.Node.Kind == yaml.ScalarNode && v.Node.Tag == "!!null" }

// Field is a key that an object may have.
type Field struct {
	Name string
	Read func(Value)
}

// Object reads a mapping by its fields. It reports what is no mapping, keys that
// are not known, and keys given twice. A key without a value counts as absent.
func (v Value) Object(what string, fields ...Field) {
	if v.Node.Kind != yaml.MappingNode {
		v.Fault(what+" must hold "+v.Shape("keys and values"), "write the keys below it, indented")
		return
	}
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(v.Node.Content) && !v.reader.hopeless(); i += 2 {
		key, content := v.At(v.Node.Content[i]), v.At(v.Node.Content[i+1])
		name := key.Node.Value
		n := slices.Index(names, name)
		switch first, twice := seen[name]; {
		case key.Node.Kind != yaml.ScalarNode:
			key.Fault("a key that is no word", "write one of "+strings.Join(names, ", "))
		case n < 0 && name == "<<":
			key.Fault("merged keys are not read", "write the keys out")
		case n < 0:
			key.Fault(fmt.Sprintf("unknown key %s in %s", Quote(name), what), Suggest(name, names))
		case twice:
			key.Fault(fmt.Sprintf("%s is given twice, first on line %d", name, first), "keep one")
		case !content.Null():
			fields[n].Read(content)
		}
		if _, twice := seen[name]; !twice {
			seen[name] = key.Node.Line
		}
	}
}

// Shape words what was expected and what is there.
func (v Value) Shape(wanted string) string {
	is := "one value"
	switch {
	case v.Null():
		is = "nothing"
	case v.Node.Kind == yaml.MappingNode:
		is = "keys and values"
	case v.Node.Kind == yaml.SequenceNode:
		is = "a list"
	}
	return wanted + ", and holds " + is
}

// List reads every item of a sequence.
func (v Value) List(what string, item func(Value)) {
	if v.Node.Kind != yaml.SequenceNode {
		v.Fault(what+" must hold "+v.Shape("a list"), `begin each item with "- "`)
		return
	}
	for _, n := range v.Node.Content {
		if v.reader.hopeless() {
			return
		}
		item(v.At(n))
	}
}

// Text reads one line of words, without space around it.
func (v Value) Text() string {
	s := strings.TrimSpace(v.Node.Value)
	switch {
	case v.Node.Kind != yaml.ScalarNode || v.Null():
		v.Fault("one value is wanted here, and there is "+strings.TrimPrefix(v.Shape(""), ", and holds "), "write it on the same line as its key")
		return ""
	case strings.ContainsFunc(s, unicode.IsControl):
		v.Fault("line breaks and control characters do not belong here", "write it on one line")
		return ""
	}
	return s
}

// Flag reads true or false.
func (v Value) Flag() bool {
	switch strings.ToLower(v.Text()) {
	case "true":
		return true
	case "false":
		return false
	}
	v.Fault(Quote(v.Node.Value)+" is neither true nor false", "write true or false")
	return false
}

// Dates outside these years are slips of the pen.
const FirstYear, LastYear = 1990, 2199

// Date reads a day, as midnight in UTC; zero when it is none.
func (v Value) Date() time.Time {
	s := v.Text()
	if s == "" {
		return time.Time{}
	}
	day, err := time.Parse(time.DateOnly, s)
	if err == nil && day.Year() >= FirstYear && day.Year() <= LastYear {
		return day
	}
	instead := "write year-month-day, as 2026-05-31"
	for _, form := range []string{"02/01/2006", "2/1/2006", "02-01-2006", "02.01.2006", "2006/01/02", "2006-1-2", time.RFC3339} {
		if meant, err := time.Parse(form, s); err == nil && meant.Year() >= FirstYear && meant.Year() <= LastYear {
			instead = "write " + meant.Format(time.DateOnly)
		}
	}
	v.Fault(Quote(s)+" is not a date", instead)
	return time.Time{}
}

// Choose reads one of a few words.
func Choose[T ~string](v Value, what string, among []T) T {
	s := v.Text()
	if s == "" || slices.Contains(among, T(s)) {
		return T(s)
	}
	words := make([]string, len(among))
	for i, a := range among {
		words[i] = string(a)
	}
	instead := "write one of " + strings.Join(words, ", ")
	if near := Nearest(s, words); near != "" {
		instead = "write " + near
	}
	v.Fault(fmt.Sprintf("no %s is called %s", what, Quote(s)), instead)
	return ""
}

var idPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// MaxID is the longest id: it becomes part of addresses and metrics.
const MaxID = 63

// ID reads an identifier.
func (v Value) ID() string {
	s := v.Text()
	if s == "" || idPattern.MatchString(s) && len(s) <= MaxID {
		return s
	}
	instead := fmt.Sprintf("use lower case letters, digits and hyphens, at most %d", MaxID)
	if better := Slug(s); better != "" && better != s {
		instead = "write " + better
	}
	v.Fault(Quote(s)+" is not an id", instead)
	return ""
}

// Must reports that a key is missing from an object, unless its value was
// reported already.
func (v Value) Must(what, key, got string) {
	if got != "" || v.Node.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(v.Node.Content); i += 2 {
		if content := v.At(v.Node.Content[i+1]); v.Node.Content[i].Value == key && !content.Null() &&
			(content.Node.Kind != yaml.ScalarNode || strings.TrimSpace(content.Node.Value) != "") {
			return
		}
	}
	v.Fault(what+" without "+key, "add "+key+": …")
}
