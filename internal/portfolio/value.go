package portfolio

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/internal/audit"
)

// maxExpanded is how many values may be reached through aliases: a few lists of
// contacts shared by all challenges, and no bomb.
const maxExpanded = 100_000

// document parses the one YAML document of a file and returns its top, or nil
// when there is nothing to read; what is wrong is a fault.
func (l *loader) document(file string, content []byte) *yaml.Node {
	fault := func(line int, what, instead string) *yaml.Node {
		l.faults = append(l.faults, Fault{File: file, Line: line, What: what, Instead: instead})
		return nil
	}
	switch {
	case audit.IsBinary(content):
		return fault(1, "not a text file", "write YAML, as config/portfolio.example.yaml does")
	case !utf8.Valid(content):
		return fault(1, "not UTF-8", "save the file in UTF-8")
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	var top, more yaml.Node
	err := decode(decoder, &top)
	if errors.Is(err, io.EOF) || err == nil && (len(top.Content) == 0 || top.Content[0].Tag == "!!null") {
		return fault(1, "empty", "begin with config/portfolio.example.yaml")
	}
	if err != nil {
		line, what := syntax(err)
		if strings.HasPrefix(what, "did not find expected") {
			line = broken(content, line)
		}
		return fault(line, "not YAML: "+what, "look at the quotes and the indentation there")
	}
	if err := decode(decoder, &more); !errors.Is(err, io.EOF) {
		fault(max(more.Line, 1), "a second document", "write one document for each file, and list the others under include")
	}
	return top.Content[0]
}

// decode keeps a fault of the parser from ending the program.
func decode(d *yaml.Decoder, into *yaml.Node) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("%v", fault)
		}
	}()
	return d.Decode(into)
}

var syntaxLine = regexp.MustCompile(`^yaml: line (\d+): `)

// syntax takes the line out of the parser's message.
func syntax(err error) (line int, what string) {
	text := err.Error()
	if found := syntaxLine.FindStringSubmatch(text); found != nil {
		if line, err := strconv.Atoi(found[1]); err == nil {
			return max(line, 1), text[len(found[0]):]
		}
	}
	return 1, strings.TrimPrefix(text, "yaml: ")
}

const (
	// maxSearched is the largest file that is searched for the line of a fault.
	maxSearched = 128 << 10
	// tried is how many prefixes are tried before one counts as broken: a quoted
	// text or a list in brackets may go over several lines.
	tried = 8
)

// broken finds the line at which a file stops being YAML. For some faults the
// parser only says where the list or the mapping around it begins, which may be
// hundreds of lines earlier; so the longest beginning that can be read is looked
// for.
func broken(content []byte, line int) int {
	if len(content) > maxSearched {
		return line
	}
	lines := slices.Collect(bytes.Lines(content))
	parses := func(n int) bool {
		if n <= 0 || n >= len(lines) {
			return n <= 0
		}
		var top yaml.Node
		err := decode(yaml.NewDecoder(bytes.NewReader(bytes.Join(lines[:n], nil))), &top)
		return err == nil || errors.Is(err, io.EOF)
	}
	lost := sort.Search(len(lines)+tried, func(n int) bool {
		for back := range tried {
			if parses(n - back) {
				return false
			}
		}
		return true
	})
	// The last of those tried before lost is the longest that reads.
	return lost - tried + 1
}

// value is one YAML value with everything needed to say what is wrong with it.
type value struct {
	*loader
	file string
	node *yaml.Node
	// shared is true for what was reached through an alias.
	shared bool
}

// at returns the value of a node, aliases followed.
func (v value) at(node *yaml.Node) value {
	next := value{loader: v.loader, file: v.file, node: node, shared: v.shared}
	if node.Kind == yaml.AliasNode {
		next.node, next.shared = node.Alias, true
	}
	if next.shared {
		if v.expanded++; v.expanded == maxExpanded+1 {
			v.fault(fmt.Sprintf("aliases stand for more than %d values", maxExpanded), "write the values out")
		}
		if v.expanded > maxExpanded {
			next.node = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: node.Line}
		}
	}
	return next
}

func (v value) fault(what, instead string) {
	if v.hopeless() {
		return
	}
	v.faults = append(v.faults, Fault{File: v.file, Line: max(v.node.Line, 1), What: what, Instead: instead})
}

func (v value) place() place { return place{v.file, v.node.Line} }

func (v value) null() bool { return v.node.Kind == yaml.ScalarNode && v.node.Tag == "!!null" }

// field is a key that an object may have.
type field struct {
	name string
	read func(value)
}

// object reads a mapping by its fields. It reports what is no mapping, keys that
// are not known, and keys given twice. A key without a value counts as absent.
func (v value) object(what string, fields ...field) {
	if v.node.Kind != yaml.MappingNode {
		v.fault(what+" must hold "+v.shape("keys and values"), "write the keys below it, indented")
		return
	}
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(v.node.Content) && !v.hopeless(); i += 2 {
		key, content := v.at(v.node.Content[i]), v.at(v.node.Content[i+1])
		name := key.node.Value
		n := slices.Index(names, name)
		switch first, twice := seen[name]; {
		case key.node.Kind != yaml.ScalarNode:
			key.fault("a key that is no word", "write one of "+strings.Join(names, ", "))
		case n < 0 && name == "<<":
			key.fault("merged keys are not read", "write the keys out")
		case n < 0:
			key.fault(fmt.Sprintf("unknown key %s in %s", quote(name), what), suggest(name, names))
		case twice:
			key.fault(fmt.Sprintf("%s is given twice, first on line %d", name, first), "keep one")
		case !content.null():
			fields[n].read(content)
		}
		if _, twice := seen[name]; !twice {
			seen[name] = key.node.Line
		}
	}
}

// shape words what was expected and what is there.
func (v value) shape(wanted string) string {
	is := "one value"
	switch {
	case v.null():
		is = "nothing"
	case v.node.Kind == yaml.MappingNode:
		is = "keys and values"
	case v.node.Kind == yaml.SequenceNode:
		is = "a list"
	}
	return wanted + ", and holds " + is
}

// list reads every item of a sequence.
func (v value) list(what string, item func(value)) {
	if v.node.Kind != yaml.SequenceNode {
		v.fault(what+" must hold "+v.shape("a list"), `begin each item with "- "`)
		return
	}
	for _, n := range v.node.Content {
		if v.hopeless() {
			return
		}
		item(v.at(n))
	}
}

// text reads one line of words, without space around it.
func (v value) text() string {
	s := strings.TrimSpace(v.node.Value)
	switch {
	case v.node.Kind != yaml.ScalarNode || v.null():
		v.fault("one value is wanted here, and there is "+strings.TrimPrefix(v.shape(""), ", and holds "), "write it on the same line as its key")
		return ""
	case strings.ContainsFunc(s, unicode.IsControl):
		v.fault("line breaks and control characters do not belong here", "write it on one line")
		return ""
	}
	return s
}

// flag reads true or false.
func (v value) flag() bool {
	switch strings.ToLower(v.text()) {
	case "true":
		return true
	case "false":
		return false
	}
	v.fault(quote(v.node.Value)+" is neither true nor false", "write true or false")
	return false
}

// Dates outside these years are slips of the pen.
const firstYear, lastYear = 1990, 2199

// date reads a day, as midnight in UTC; zero when it is none.
func (v value) date() time.Time {
	s := v.text()
	if s == "" {
		return time.Time{}
	}
	day, err := time.Parse(time.DateOnly, s)
	if err == nil && day.Year() >= firstYear && day.Year() <= lastYear {
		return day
	}
	instead := "write year-month-day, as 2026-05-31"
	for _, form := range []string{"02/01/2006", "2/1/2006", "02-01-2006", "02.01.2006", "2006/01/02", "2006-1-2", time.RFC3339} {
		if meant, err := time.Parse(form, s); err == nil && meant.Year() >= firstYear && meant.Year() <= lastYear {
			instead = "write " + meant.Format(time.DateOnly)
		}
	}
	v.fault(quote(s)+" is not a date", instead)
	return time.Time{}
}

// choose reads one of a few words.
func choose[T ~string](v value, what string, among []T) T {
	s := v.text()
	if s == "" || slices.Contains(among, T(s)) {
		return T(s)
	}
	words := make([]string, len(among))
	for i, a := range among {
		words[i] = string(a)
	}
	instead := "write one of " + strings.Join(words, ", ")
	if near := nearest(s, words); near != "" {
		instead = "write " + near
	}
	v.fault(fmt.Sprintf("no %s is called %s", what, quote(s)), instead)
	return ""
}

var idPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// maxID is the longest id: it becomes part of addresses and metrics.
const maxID = 63

// id reads an identifier.
func (v value) id() string {
	s := v.text()
	if s == "" || idPattern.MatchString(s) && len(s) <= maxID {
		return s
	}
	instead := fmt.Sprintf("use lower case letters, digits and hyphens, at most %d", maxID)
	if better := Slug(s); better != "" && better != s {
		instead = "write " + better
	}
	v.fault(quote(s)+" is not an id", instead)
	return ""
}
