package manifest

import (
	"fmt"
	"sort"

	"github.com/perenne-audit/perenne/internal/audit"
)

// node is a value of a JSON, TOML, YAML or XML document. Unlike a Go map, it
// keeps the order of the file and the line of each value, which evidence needs.
// Its methods accept a nil receiver, so that a path can be followed without
// asking at each step whether it exists.
type node struct {
	// key is the name under which the parent holds the value, "" in a list.
	key  string
	line int
	// text is a scalar's value; empty for objects and lists.
	text  string
	kind  kind
	items []*node
}

type kind uint8

const (
	scalar kind = iota
	object
	list
)

// maxDepth is how deep a document may nest. No manifest needs more; a hostile
// one must not exhaust the stack.
const maxDepth = 64

// maxNodes is how many values a document may hold, so that a YAML file whose
// aliases multiply stays small. A lock file of a large project holds 200,000.
const maxNodes = 1 << 20

var errTooDeep = fmt.Errorf("nested deeper than %d levels: %w", maxDepth, audit.ErrTooLarge)

// get follows keys from object to object; nil when one is absent.
func (n *node) get(keys ...string) *node {
	for _, key := range keys {
		n = n.child(key)
	}
	return n
}

func (n *node) child(key string) *node {
	if n == nil {
		return nil
	}
	for _, item := range n.items {
		if item.key == key && n.kind == object {
			return item
		}
	}
	return nil
}

// members returns the values of an object, nil for anything else.
func (n *node) members() []*node {
	if n == nil || n.kind != object {
		return nil
	}
	return n.items
}

// all returns the elements of a list; a scalar counts as a list of one.
func (n *node) all() []*node {
	switch {
	case n == nil || n.kind == object:
		return nil
	case n.kind == scalar:
		return []*node{n}
	}
	return n.items
}

// str returns a scalar's value, "" for anything else.
func (n *node) str() string {
	if n == nil || n.kind != scalar {
		return ""
	}
	return n.text
}

// strs returns the scalars of a list.
func (n *node) strs() []string {
	var texts []string
	for _, item := range n.all() {
		if item.kind == scalar && item.text != "" {
			texts = append(texts, item.text)
		}
	}
	return texts
}

// table returns the scalar members of an object, nil when there are none.
func (n *node) table() map[string]string {
	var table map[string]string
	for _, item := range n.members() {
		if item.kind == scalar {
			if table == nil {
				table = map[string]string{}
			}
			table[item.key] = item.text
		}
	}
	return table
}

// lines turns byte offsets into line numbers.
type lines []int

func linesOf(content []byte) lines {
	var ends lines
	for i, c := range content {
		if c == '\n' {
			ends = append(ends, i)
		}
	}
	return ends
}

// at returns the line, from 1, of a byte offset.
func (l lines) at(offset int) int { return sort.SearchInts(l, offset) + 1 }
