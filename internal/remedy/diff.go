package remedy

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// around is how many unchanged lines a patch shows around what it changes.
const around = 3

// Write writes the changes of a patch in git's format, for 'git apply'.
func (p Patch) Write(w io.Writer) error {
	for _, c := range p.Changes {
		if _, err := io.WriteString(w, c.diff()); err != nil {
			return fmt.Errorf("write the patch of %s: %w", c.Path, err)
		}
	}
	return nil
}

// diff is the change as one hunk: all that is changed lies between the first and
// the last line that differ.
func (c Change) diff() string {
	before, after := linesOf(c.Before), linesOf(c.After)
	start := 0
	for start < len(before) && start < len(after) && before[start] == after[start] {
		start++
	}
	end := 0
	for end < len(before)-start && end < len(after)-start && before[len(before)-1-end] == after[len(after)-1-end] {
		end++
	}
	from, to := max(start-around, 0), min(end, around)
	var b strings.Builder
	old, name := quoted("a/"+c.Path), quoted("b/"+c.Path)
	b.WriteString("diff --git " + old + " " + name + "\n")
	if c.New() {
		b.WriteString("new file mode 100644\n")
		old = "/dev/null"
	}
	b.WriteString("--- " + old + "\n+++ " + name + "\n")
	fmt.Fprintf(&b, "@@ -%s +%s @@\n", span(from, len(before)-end+to), span(from, len(after)-end+to))
	put(&b, " ", before[from:start])
	put(&b, "-", before[start:len(before)-end])
	put(&b, "+", after[start:len(after)-end])
	put(&b, " ", after[len(after)-end:len(after)-end+to])
	return b.String()
}

// span writes lines from (counted from 0) up to end as a hunk's head does.
func span(from, end int) string {
	if end == from {
		// Of no lines, the one before is named.
		return fmt.Sprintf("%d,0", from)
	}
	return fmt.Sprintf("%d,%d", from+1, end-from)
}

func put(b *strings.Builder, mark string, lines []string) {
	for _, line := range lines {
		b.WriteString(mark + line)
		if !strings.HasSuffix(line, "\n") {
			b.WriteString("\n\\ No newline at end of file\n")
		}
	}
}

func linesOf(content []byte) []string {
	lines := strings.SplitAfter(string(content), "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// quoted writes a path as git does: in quotes when it holds what would end a line
// or a name.
func quoted(path string) string {
	if strings.ContainsAny(path, "\"\\\t\n\r") || bytes.ContainsFunc([]byte(path), func(r rune) bool { return r < ' ' }) {
		return strconv.Quote(path)
	}
	return path
}
