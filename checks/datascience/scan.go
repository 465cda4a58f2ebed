package datascience

import (
	"bytes"
	"encoding/json"
)

// scanner walks through JSON once and keeps nothing: a notebook is mostly
// pictures, which are long strings that nobody here reads.
type scanner struct {
	content []byte
	at      int
}

// next skips blanks and returns the byte that follows, 0 at the end.
func (c *scanner) next() byte {
	for c.at < len(c.content) {
		switch b := c.content[c.at]; b {
		case ' ', '\t', '\n', '\r', ',', ':':
			c.at++
		default:
			return b
		}
	}
	return 0
}

// quoted consumes a string and returns it as written, quotes included; nil when
// there is none.
func (c *scanner) quoted() []byte {
	if c.next() != '"' {
		return nil
	}
	start := c.at
	for i := start + 1; ; {
		end := bytes.IndexByte(c.content[i:], '"')
		if end < 0 {
			c.at = len(c.content)
			return nil
		}
		i += end + 1
		if !escaped(c.content[start:i]) {
			c.at = i
			return c.content[start:i]
		}
	}
}

// escaped reports whether the quote at the end of a string is part of it.
func escaped(s []byte) bool {
	n := 0
	for i := len(s) - 2; i > 0 && s[i] == '\\'; i-- {
		n++
	}
	return n%2 == 1
}

// text consumes a string and returns what it stands for, "" for anything else.
func (c *scanner) text() string {
	raw := c.quoted()
	var text string
	if raw == nil {
		c.skip()
		return ""
	}
	if json.Unmarshal(raw, &text) != nil {
		return ""
	}
	return text
}

// skip consumes one value of any depth.
func (c *scanner) skip() {
	depth := 0
	for {
		switch c.next() {
		case 0:
			return
		case '"':
			c.quoted()
		case '{', '[':
			depth++
			c.at++
		case '}', ']':
			// The end of what holds the value belongs to its reader.
			if depth == 0 {
				return
			}
			depth--
			c.at++
		default:
			for c.at < len(c.content) && bytes.IndexByte([]byte(" \t\n\r,:{}[]\""), c.content[c.at]) < 0 {
				c.at++
			}
		}
		if depth == 0 {
			return
		}
	}
}

// object consumes an object; each is called in front of every value and may
// consume it.
func (c *scanner) object(each func(key string)) {
	if c.next() != '{' {
		c.skip()
		return
	}
	for c.at++; ; {
		switch c.next() {
		case '"':
			key := c.text()
			c.next()
			before := c.at
			each(key)
			if c.at == before {
				c.skip()
			}
		case '}':
			c.at++
			return
		default:
			// A file that breaks off, or is no JSON.
			c.at = len(c.content)
			return
		}
	}
}

// array consumes an array; each consumes one element.
func (c *scanner) array(each func()) {
	if c.next() != '[' {
		c.skip()
		return
	}
	for c.at++; ; {
		switch c.next() {
		case ']':
			c.at++
			return
		case 0, '}':
			c.at = len(c.content)
			return
		}
		before := c.at
		each()
		if c.at == before {
			c.skip()
		}
		if c.at == before {
			c.at = len(c.content)
			return
		}
	}
}
