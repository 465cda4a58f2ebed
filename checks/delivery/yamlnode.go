package delivery

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

// maxConfigBytes is more than any configuration that a person writes.
const maxConfigBytes = 512 << 10

// maxAliases is how many aliases and merges are followed one inside the other:
// an anchor may hold itself.
const maxAliases = 16

// maxMerges is how many mappings are looked into for one key.
const maxMerges = 40

// maxNodes bounds a walk, since aliases can make a small file endless.
const maxNodes = 20000

// yamlDocuments parses every document of a file. Aliases are not expanded. It
// returns an error that wraps [audit.ErrTooLarge] or [audit.ErrDamaged].
func yamlDocuments(content []byte) (documents []*yaml.Node, err error) {
	if len(content) > maxConfigBytes {
		return nil, audit.ErrTooLarge
	}
	// The parser panics on some malformed input.
	defer func() {
		if recovered := recover(); recovered != nil {
			documents, err = nil, fmt.Errorf("parse YAML: %v: %w", recovered, audit.ErrDamaged)
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	for {
		var document yaml.Node
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			return documents, nil
		}
		if err != nil {
			return nil, fmt.Errorf("parse YAML: %w: %w", err, audit.ErrDamaged)
		}
		if node := resolve(&document); node != nil {
			documents = append(documents, node)
		}
	}
}

// resolve returns what a document or an alias stands for; nil stays nil.
func resolve(n *yaml.Node) *yaml.Node {
	for range maxAliases {
		switch {
		case n == nil:
			return nil
		case n.Kind == yaml.AliasNode:
			n = n.Alias
		case n.Kind == yaml.DocumentNode:
			if len(n.Content) == 0 {
				return nil
			}
			n = n.Content[0]
		default:
			return n
		}
	}
	return nil
}

// field returns the value of a mapping's key, looking into merged mappings as
// well; nil when there is none or n is no mapping.
func field(n *yaml.Node, path ...string) *yaml.Node {
	n = resolve(n)
	for _, key := range path {
		budget := maxMerges
		n = fieldWithin(n, key, &budget)
	}
	return n
}

// fieldWithin spends one of the budget for each mapping it looks into.
func fieldWithin(n *yaml.Node, key string, budget *int) *yaml.Node {
	n = resolve(n)
	if *budget--; n == nil || n.Kind != yaml.MappingNode || *budget < 0 {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return resolve(n.Content[i+1])
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value != "<<" {
			continue
		}
		for _, merged := range items(n.Content[i+1]) {
			if found := fieldWithin(merged, key, budget); found != nil {
				return found
			}
		}
	}
	return nil
}

// entries yields the keys and values of a mapping, in the order of the file.
func entries(n *yaml.Node) iter.Seq2[string, *yaml.Node] {
	n = resolve(n)
	return func(yield func(string, *yaml.Node) bool) {
		if n == nil || n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i].Value, resolve(n.Content[i+1])) {
				return
			}
		}
	}
}

// items returns the elements of a sequence; anything else is a sequence of
// itself, as most configurations allow.
func items(n *yaml.Node) []*yaml.Node {
	n = resolve(n)
	if n == nil || n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return nil
	}
	if n.Kind == yaml.SequenceNode {
		return n.Content
	}
	return []*yaml.Node{n}
}

// scalar returns the text of a scalar, "" for anything else.
func scalar(n *yaml.Node) string {
	if n = resolve(n); n == nil || n.Kind != yaml.ScalarNode {
		return ""
	}
	return n.Value
}

// scalars returns the texts of a scalar or of a sequence of them.
func scalars(n *yaml.Node) []string {
	var texts []string
	for _, item := range items(n) {
		if text := scalar(item); text != "" {
			texts = append(texts, text)
		}
	}
	return texts
}

// contains reports whether some scalar of the list is one of the words.
func contains(n *yaml.Node, words ...string) bool {
	for _, text := range scalars(n) {
		for _, word := range words {
			if strings.EqualFold(text, word) {
				return true
			}
		}
	}
	return false
}

// firstLine is the line of the text that a scalar holds: below the bar for a
// block.
func firstLine(n *yaml.Node) int {
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return n.Line + 1
	}
	return n.Line
}
