package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// parseJSON reads a JSON document. Trailing commas and comments, which bun.lock
// has, are errors here; see [plainJSON].
func parseJSON(content []byte) (*node, error) {
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber()
	r := jsonReader{decoder: decoder, lines: linesOf(content)}
	root, err := r.value("", maxDepth)
	if err != nil {
		return nil, fmt.Errorf("parse JSON: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("parse JSON: text after the end of the document")
	}
	return root, nil
}

type jsonReader struct {
	decoder *json.Decoder
	lines   lines
}

func (r *jsonReader) value(key string, depth int) (*node, error) {
	token, err := r.decoder.Token()
	if err != nil {
		return nil, err
	}
	n := &node{key: key, line: r.lines.at(int(r.decoder.InputOffset()) - 1)}
	switch t := token.(type) {
	case json.Delim:
		return n, r.fill(n, t, depth)
	case nil:
	default:
		n.text = fmt.Sprint(t)
	}
	return n, nil
}

// fill reads an object or a list up to its end.
func (r *jsonReader) fill(n *node, opening json.Delim, depth int) error {
	if depth == 0 {
		return errTooDeep
	}
	n.kind = list
	if opening == '{' {
		n.kind = object
	}
	for r.decoder.More() {
		key := ""
		if n.kind == object {
			token, err := r.decoder.Token()
			if err != nil {
				return err
			}
			key, _ = token.(string)
		}
		item, err := r.value(key, depth-1)
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
	}
	_, err := r.decoder.Token()
	return err
}

// plainJSON blanks the comments and trailing commas that JSON with comments
// allows, so that [parseJSON] can read it and lines stay where they are.
func plainJSON(content []byte) []byte {
	out := bytes.Clone(content)
	comma := -1
	for i := 0; i < len(out); i++ {
		switch c := out[i]; {
		case c == '"':
			comma = -1
			for i++; i < len(out) && out[i] != '"'; i++ {
				if out[i] == '\\' {
					i++
				}
			}
		case c == '/' && i+1 < len(out) && (out[i+1] == '/' || out[i+1] == '*'):
			i = blankComment(out, i)
		case c == ',':
			comma = i
		case (c == '}' || c == ']') && comma >= 0:
			out[comma] = ' '
			comma = -1
		case c != ' ' && c != '\n' && c != '\r' && c != '\t':
			comma = -1
		}
	}
	return out
}

// blankComment overwrites the comment that starts at i and returns its last
// byte.
func blankComment(out []byte, i int) int {
	end, closing := []byte("\n"), 0
	if out[i+1] == '*' {
		end, closing = []byte("*/"), 2
	}
	stop := len(out)
	if at := bytes.Index(out[i+2:], end); at >= 0 {
		stop = i + 2 + at + closing
	}
	for ; i < stop; i++ {
		if out[i] != '\n' {
			out[i] = ' '
		}
	}
	return stop - 1
}
