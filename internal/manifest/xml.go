package manifest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// parseXML reads an XML document. Attributes become members named "@name".
func parseXML(content []byte) (*node, error) {
	decoder := xml.NewDecoder(bytes.NewReader(content))
	decoder.Strict = false
	decoder.CharsetReader = latin1
	root := &node{kind: object, line: 1}
	open := []*node{root}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("parse XML: %w", err)
		}
		top := open[len(open)-1]
		switch t := token.(type) {
		case xml.StartElement:
			if len(open) > maxDepth {
				return nil, fmt.Errorf("parse XML: %w", errTooDeep)
			}
			line, _ := decoder.InputPos()
			element := newElement(t, line)
			top.kind = object
			top.items = append(top.items, element)
			open = append(open, element)
		case xml.CharData:
			if len(top.text) < maxLineBytes {
				top.text += strings.TrimSpace(string(t))
			}
		case xml.EndElement:
			open = open[:max(len(open)-1, 1)]
		}
	}
	if len(root.items) == 0 {
		return nil, fmt.Errorf("parse XML: no element: %w", audit.ErrDamaged)
	}
	return root.items[0], nil
}

func newElement(start xml.StartElement, line int) *node {
	element := &node{key: start.Name.Local, line: line}
	for _, attribute := range start.Attr {
		element.kind = object
		element.items = append(element.items, &node{key: "@" + attribute.Name.Local, text: attribute.Value, line: line})
	}
	return element
}

// latin1 decodes the encodings that old build files declare and that agree on
// ASCII; names and versions hold nothing else.
func latin1(_ string, input io.Reader) (io.Reader, error) {
	content, err := io.ReadAll(input)
	if err != nil {
		return nil, err
	}
	runes := make([]rune, len(content))
	for i, c := range content {
		runes[i] = rune(c)
	}
	return strings.NewReader(string(runes)), nil
}

// each returns the members of that name, which XML repeats freely.
func (n *node) each(key string) []*node {
	var found []*node
	for _, item := range n.members() {
		if item.key == key {
			found = append(found, item)
		}
	}
	return found
}
