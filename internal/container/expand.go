package container

import (
	"maps"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// Limits on expansion. ENV A=$A$A doubles a value with each line.
const (
	maxWordBytes  = 4 << 10
	maxValueBytes = 1 << 10
)

// variables maps a name to its value. It is a [shell.EnvGetter].
type variables map[string]string

// Get returns the value of a variable and whether it is set.
func (v variables) Get(name string) (string, bool) {
	value, ok := v[name]
	return value, ok
}

// Keys returns the names, in no order.
func (v variables) Keys() []string {
	names := make([]string, 0, len(v))
	for name := range v {
		names = append(names, name)
	}
	return names
}

// fill adds what is not set yet.
func (v variables) fill(more map[string]string) {
	for name, value := range more {
		if _, set := v[name]; !set {
			v[name] = value
		}
	}
}

// lookup finds a variable in the first scope that has it.
func lookup(name string, scopes ...variables) (string, bool) {
	for _, scope := range scopes {
		if value, ok := scope[name]; ok {
			return value, true
		}
	}
	return "", false
}

// expander fills in the variables of a Dockerfile's words.
type expander struct{ lex *shell.Lex }

func newExpander(escape rune) expander { return expander{lex: shell.NewLex(escape)} }

// expand fills in the variables of a word from the scopes, first one first, and
// takes off its quotes. One that is not set and has no default stays as ${NAME},
// and then resolved is false.
func (e expander) expand(word string, scopes ...variables) (expanded string, resolved bool) {
	if !strings.ContainsAny(word, "$'\"\\`") {
		return word, true
	}
	if len(word) > maxWordBytes {
		return word, false
	}
	seen := variables{}
	for _, name := range names(word) {
		if value, ok := lookup(name.text, scopes...); ok {
			seen[name.text] = value
		} else if name.plain {
			seen[name.text] = "${" + name.text + "}"
		}
	}
	expanded, _, err := e.lex.ProcessWord(word, maps.Clone(seen))
	if err != nil || len(expanded) > maxValueBytes {
		return word, false
	}
	return expanded, !strings.Contains(expanded, "${")
}

// name is one use of a variable; plain when it brings no default along.
type name struct {
	text  string
	plain bool
}

// names lists the variables that a word uses, in order.
func names(word string) []name {
	var all []name
	for {
		_, rest, found := strings.Cut(word, "$")
		if !found {
			return all
		}
		braced := strings.HasPrefix(rest, "{")
		rest = strings.TrimPrefix(rest, "{")
		n := 0
		for n < len(rest) && (rest[n] == '_' || isAlphanumeric(rest[n])) {
			n++
		}
		if n > 0 {
			all = append(all, name{text: rest[:n], plain: !braced || strings.HasPrefix(rest[n:], "}")})
		}
		word = rest[n:]
	}
}

func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
