package form

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Document parses the one YAML document of a file and returns its top; false when
// there is nothing to read. What is wrong is a fault.
func (r *Reader) Document(file string, content []byte) (Value, bool) {
	fault := func(line int, what, instead string) (Value, bool) {
		r.faults = append(r.faults, Fault{File: file, Line: line, What: what, Instead: instead})
		return Value{}, false
	}
	switch {
	case audit.IsBinary(content):
		return fault(1, "not a text file", "write YAML, as "+r.Example+" does")
	case !utf8.Valid(content):
		return fault(1, "not UTF-8", "save the file in UTF-8")
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	var top, more yaml.Node
	err := decode(decoder, &top)
	if errors.Is(err, io.EOF) || err == nil && (len(top.Content) == 0 || top.Content[0].Tag == "!!null") {
		return fault(1, "empty", "begin with "+r.Example)
	}
	if err != nil {
		line, what := syntax(err)
		if strings.HasPrefix(what, "did not find expected") {
			line = broken(content, line)
		}
		return fault(line, "not YAML: "+what, "look at the quotes and the indentation there")
	}
	if err := decode(decoder, &more); !errors.Is(err, io.EOF) {
		fault(max(more.Line, 1), "a second document", "write one document for each file"+r.Second)
	}
	return Value{reader: r, File: file}.At(top.Content[0]), true
}

// decode keeps a fault of the parser from ending the program.
func decode(d *yaml.Decoder, into *yaml.Node) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("%v", fault)
		}
	}()
	return d.Decode(into)
}

var syntaxLine = regexp.MustCompile(`^yaml: line (\d+): `)

// syntax takes the line out of the parser's message.
func syntax(err error) (line int, what string) {
	text := err.Error()
	if found := syntaxLine.FindStringSubmatch(text); found != nil {
		if line, err := strconv.Atoi(found[1]); err == nil {
			return max(line, 1), text[len(found[0]):]
		}
	}
	return 1, strings.TrimPrefix(text, "yaml: ")
}

const (
	// maxSearched is the largest file that is searched for the line of a fault.
	maxSearched = 128 << 10
	// tried is how many prefixes are tried before one counts as broken: a quoted
	// text or a list in brackets may go over several lines.
	tried = 8
)

// broken finds the line at which a file stops being YAML. For some faults the
// parser only says where the list or the mapping around it begins, which may be
// hundreds of lines earlier; so the longest beginning that can be read is looked
// for.
func broken(content []byte, line int) int {
	if len(content) > maxSearched {
		return line
	}
	lines := slices.Collect(bytes.Lines(content))
	parses := func(n int) bool {
		if n <= 0 || n >= len(lines) {
			return n <= 0
		}
		var top yaml.Node
		err := decode(yaml.NewDecoder(bytes.NewReader(bytes.Join(lines[:n], nil))), &top)
		return err == nil || errors.Is(err, io.EOF)
	}
	lost := sort.Search(len(lines)+tried, func(n int) bool {
		for back := range tried {
			if parses(n - back) {
				return false
			}
		}
		return true
	})
	// The last of those tried before lost is the longest that reads.
	return lost - tried + 1
}
