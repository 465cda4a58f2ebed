// Package yamlfile reads the YAML that repositories hold, node by node, so that
// each value keeps its line and nothing is expanded: a file written to fill the
// memory stays as small as it is on disk.
//
// Every function follows aliases, accepts nil and stops: an anchor may hold
// itself, and aliases can make a small file endless. Whoever walks a tree still
// has to count what it looks at.
package yamlfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/internal/audit"
)

// MaxBytes is more than any YAML that a person writes.
const MaxBytes = 1 << 20

const (
	// maxDocuments is how many documents of one file are read.
	maxDocuments = 500
	// maxAliases is how many aliases are followed one after the other.
	maxAliases = 16
	// maxMerges is how many mappings are looked into for one key.
	maxMerges = 40
)

// Parse returns the top node of each document that holds something, in order.
// The error wraps [audit.ErrTooLarge] or [audit.ErrDamaged].
func Parse(content []byte) (documents []*yaml.Node, err error) {
	if len(content) > MaxBytes {
		return nil, audit.ErrTooLarge
	}
	if audit.IsBinary(content) {
		return nil, fmt.Errorf("parse YAML: binary: %w", audit.ErrDamaged)
	}
	// The parser panics on some malformed input.
	defer func() {
		if fault := recover(); fault != nil {
			documents, err = nil, fmt.Errorf("parse YAML: %v: %w", fault, audit.ErrDamaged)
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	for range maxDocuments {
		var document yaml.Node
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("parse YAML: %w: %w", err, audit.ErrDamaged)
		}
		if top := Resolve(&document); top != nil {
			documents = append(documents, top)
		}
	}
	return documents, nil
}

// Resolve returns what a document or an alias stands for, or the node itself;
// nil for nil.
func Resolve(n *yaml.Node) *yaml.Node {
	for range maxAliases {
		switch {
		case n == nil:
			return nil
		case n.Kind == yaml.AliasNode:
			n = n.Alias
		case n.Kind == yaml.DocumentNode && len(n.Content) == 0:
			return nil
		case n.Kind == yaml.DocumentNode:
			n = n.Content[0]
		default:
			return n
		}
	}
	return nil
}

// Fields yields the keys and values that a mapping writes itself, in the order
// of the file; nothing for any other node.
func Fields(n *yaml.Node) iter.Seq2[*yaml.Node, *yaml.Node] {
	n = Resolve(n)
	return func(yield func(*yaml.Node, *yaml.Node) bool) {
		if n == nil || n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if value := Resolve(n.Content[i+1]); value != nil && !yield(n.Content[i], value) {
				return
			}
		}
	}
}

// Field returns the value that a path of keys leads to, its own or merged with
// "<<"; nil when there is none.
func Field(n *yaml.Node, path ...string) *yaml.Node {
	n = Resolve(n)
	for _, key := range path {
		budget := maxMerges
		n = fieldWithin(n, key, &budget)
	}
	return n
}

// fieldWithin spends one of the budget for each mapping it looks into.
func fieldWithin(n *yaml.Node, key string, budget *int) *yaml.Node {
	if *budget--; *budget < 0 {
		return nil
	}
	for name, value := range Fields(n) {
		if name.Value == key {
			return value
		}
	}
	for name, value := range Fields(n) {
		if name.Value != "<<" {
			continue
		}
		for _, merged := range Items(value) {
			if found := fieldWithin(merged, key, budget); found != nil {
				return found
			}
		}
	}
	return nil
}

// Sequence returns the elements of a sequence, none of them nil; nil for any
// other node.
func Sequence(n *yaml.Node) []*yaml.Node {
	n = Resolve(n)
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	all := make([]*yaml.Node, 0, len(n.Content))
	for _, element := range n.Content {
		if element = Resolve(element); element != nil {
			all = append(all, element)
		}
	}
	return all
}

// Items is Sequence for the many formats where one thing may stand for a list
// of itself. Null is an empty list.
func Items(n *yaml.Node) []*yaml.Node {
	n = Resolve(n)
	switch {
	case n == nil || isNull(n):
		return nil
	case n.Kind == yaml.SequenceNode:
		return Sequence(n)
	}
	return []*yaml.Node{n}
}

// Text returns the text of a scalar as written, "" for null and any other node.
func Text(n *yaml.Node) string {
	if n = Resolve(n); n == nil || n.Kind != yaml.ScalarNode || isNull(n) {
		return ""
	}
	return n.Value
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// Texts returns the texts of a scalar or of a sequence of them; empty ones are
// left out.
func Texts(n *yaml.Node) []string {
	var texts []string
	for _, item := range Items(n) {
		if text := Text(item); text != "" {
			texts = append(texts, text)
		}
	}
	return texts
}

// Holds reports whether one of the texts is one of the words, in whatever case.
func Holds(n *yaml.Node, words ...string) bool {
	for _, text := range Texts(n) {
		for _, word := range words {
			if strings.EqualFold(text, word) {
				return true
			}
		}
	}
	return false
}

// FirstLine is the line of the text that a scalar holds: below the bar for a
// block.
func FirstLine(n *yaml.Node) int {
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return n.Line + 1
	}
	return n.Line
}
