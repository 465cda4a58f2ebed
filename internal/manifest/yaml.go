package manifest

import (
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/internal/audit"
)

// parseYAML reads the first document of a YAML file.
func parseYAML(content []byte) (*node, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(content, &document); err != nil {
		return nil, fmt.Errorf("parse YAML: %w", err)
	}
	if len(document.Content) == 0 {
		return &node{kind: object, line: 1}, nil
	}
	r := yamlReader{left: maxNodes}
	root, err := r.value("", document.Content[0], maxDepth)
	if err != nil {
		return nil, fmt.Errorf("parse YAML: %w", err)
	}
	return root, nil
}

type yamlReader struct {
	// left is how many more values may be made; aliases count each time.
	left int
}

func (r *yamlReader) value(key string, from *yaml.Node, depth int) (*node, error) {
	if r.left--; r.left < 0 {
		return nil, fmt.Errorf("more than %d values: %w", maxNodes, audit.ErrTooLarge)
	}
	if depth == 0 {
		return nil, errTooDeep
	}
	n := &node{key: key, line: from.Line}
	switch from.Kind {
	case yaml.AliasNode:
		return r.value(key, from.Alias, depth-1)
	case yaml.ScalarNode:
		if from.Tag != "!!null" {
			n.text = from.Value
		}
	case yaml.SequenceNode:
		n.kind = list
		for _, element := range from.Content {
			item, err := r.value("", element, depth-1)
			if err != nil {
				return nil, err
			}
			n.items = append(n.items, item)
		}
	case yaml.MappingNode:
		n.kind = object
		for i := 0; i+1 < len(from.Content); i += 2 {
			item, err := r.value(from.Content[i].Value, from.Content[i+1], depth-1)
			if err != nil {
				return nil, err
			}
			item.line = from.Content[i].Line
			n.items = append(n.items, item)
		}
	}
	return n, nil
}
