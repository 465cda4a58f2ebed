package container

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"

	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/internal/audit"
)

const (
	// maxDepth is how deep a document is followed.
	maxDepth = 64
	// maxDocuments is how many documents of one stream are read.
	maxDocuments = 500
)

// parseYAML returns the top of each document, in order. Nodes are taken as they
// are written: an alias stays one, so a bomb stays small.
func parseYAML(content []byte) (tops []*yaml.Node, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			tops, err = nil, fmt.Errorf("%w: %v", ErrSyntax, fault)
		}
	}()
	if len(content) > maxYAMLBytes {
		return nil, audit.ErrTooLarge
	}
	if audit.IsBinary(content) {
		return nil, fmt.Errorf("%w: binary", ErrSyntax)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	for range maxDocuments {
		var document yaml.Node
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, syntaxOrTemplate(content, err)
		}
		if len(document.Content) > 0 {
			tops = append(tops, document.Content[0])
		}
	}
	return tops, nil
}

// follow returns what an alias stands for, or the node itself.
func follow(node *yaml.Node) *yaml.Node {
	for range maxDepth {
		if node == nil || node.Kind != yaml.AliasNode {
			break
		}
		node = node.Alias
	}
	return node
}

// fields yields the keys and values that a mapping writes itself, in order.
func fields(node *yaml.Node) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(*yaml.Node, *yaml.Node) bool) {
		node := follow(node)
		if node == nil || node.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(node.Content); i += 2 {
			if !yield(node.Content[i], follow(node.Content[i+1])) {
				return
			}
		}
	}
}

// field returns the value of a key, its own or merged from elsewhere with <<,
// or nil.
func field(node *yaml.Node, name string) *yaml.Node { return mergedField(node, name, 0) }

// maxMerges bounds how far merge keys lead from one to the next.
const maxMerges = 4

func mergedField(node *yaml.Node, name string, depth int) *yaml.Node {
	for key, value := range fields(node) {
		if key.Value == name {
			return value
		}
	}
	if depth == maxMerges {
		return nil
	}
	for key, value := range fields(node) {
		if key.Value != "<<" {
			continue
		}
		sources := []*yaml.Node{value}
		if value.Kind == yaml.SequenceNode {
			sources = value.Content[:min(len(value.Content), maxMerges)]
		}
		for _, source := range sources {
			if found := mergedField(source, name, depth+1); found != nil {
				return found
			}
		}
	}
	return nil
}

// items returns the entries of a sequence, aliases followed.
func items(node *yaml.Node) []*yaml.Node {
	node = follow(node)
	if node == nil || node.Kind != yaml.SequenceNode {
		return nil
	}
	all := make([]*yaml.Node, len(node.Content))
	for i, item := range node.Content {
		all[i] = follow(item)
	}
	return all
}

// text returns a scalar's value, "" for anything else.
func text(node *yaml.Node) string {
	node = follow(node)
	if node == nil || node.Kind != yaml.ScalarNode || node.Tag == "!!null" {
		return ""
	}
	return node.Value
}
