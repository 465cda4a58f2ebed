package manifest

import (
	"cmp"
	"fmt"

	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/perenne-audit/perenne/internal/audit"
)

// parseTOML reads a TOML document.
func parseTOML(content []byte) (*node, error) {
	r := tomlReader{lines: linesOf(content)}
	r.parser.Reset(content)
	root := &node{kind: object, line: 1}
	current := root
	for r.err == nil && r.parser.NextExpression() {
		expression := r.parser.Expression()
		switch expression.Kind {
		case unstable.Table:
			current = r.open(root, expression.Key())
		case unstable.ArrayTable:
			current = r.open(root, expression.Key())
			current.kind = list
			entry := &node{kind: object, line: r.lines.at(int(expression.Child().Raw.Offset))}
			current.items = append(current.items, entry)
			current = entry
		case unstable.KeyValue:
			if err := r.keyValue(current, expression, maxDepth); err != nil {
				return nil, fmt.Errorf("parse TOML: %w", err)
			}
		}
	}
	if err := cmp.Or(r.err, r.parser.Error()); err != nil {
		return nil, fmt.Errorf("parse TOML: %w", err)
	}
	return root, nil
}

type tomlReader struct {
	parser unstable.Parser
	lines  lines
	err    error
}

// maxMembers is how many members a table may have: looking one up walks them.
const maxMembers = 2000

// open finds or adds the object that a dotted key names, below n. Of a list of
// tables, the last one is meant.
func (r *tomlReader) open(n *node, key unstable.Iterator) *node {
	for key.Next() {
		part := key.Node()
		if n.kind == list && len(n.items) > 0 {
			n = n.items[len(n.items)-1]
		}
		next := n.child(string(part.Data))
		if next == nil {
			next = &node{key: string(part.Data), kind: object, line: r.lines.at(int(part.Raw.Offset))}
			n.kind = object
			n.items = append(n.items, next)
			if len(n.items) > maxMembers {
				r.err = fmt.Errorf("a table of more than %d members: %w", maxMembers, audit.ErrTooLarge)
			}
		}
		n = next
	}
	return n
}

func (r *tomlReader) keyValue(n *node, expression *unstable.Node, depth int) error {
	if depth == 0 {
		return errTooDeep
	}
	target := r.open(n, expression.Key())
	if r.err != nil {
		return r.err
	}
	return r.value(target, expression.Value(), depth)
}

func (r *tomlReader) value(n *node, value *unstable.Node, depth int) error {
	if depth == 0 {
		return errTooDeep
	}
	switch value.Kind {
	case unstable.InlineTable:
		n.kind = object
		for members := value.Children(); members.Next(); {
			if err := r.keyValue(n, members.Node(), depth-1); err != nil {
				return err
			}
		}
	case unstable.Array:
		n.kind = list
		for elements := value.Children(); elements.Next(); {
			element := elements.Node()
			if element.Kind == unstable.Comment {
				continue
			}
			item := &node{line: n.line}
			if element.Raw.Length > 0 {
				item.line = r.lines.at(int(element.Raw.Offset))
			}
			if err := r.value(item, element, depth-1); err != nil {
				return err
			}
			n.items = append(n.items, item)
		}
	default:
		n.kind, n.text = scalar, string(value.Data)
	}
	return nil
}
