package document

import "strings"

// Past these, a CommonMark parser may need time that grows with the square of
// the size. Generated tables and pictures inside the text get there; people do
// not.
const (
	deepestNesting   = 64
	longestLine      = 16 << 10
	longestParagraph = 64 << 10
)

// hostile reports whether Markdown is to be read lightly.
func hostile(content string) bool {
	paragraph := 0
	for line := range strings.Lines(content) {
		paragraph += len(line)
		if blank(line) {
			paragraph = 0
		}
		if len(line) > longestLine || paragraph > longestParagraph || nesting(line) > deepestNesting {
			return true
		}
	}
	return false
}

// nesting counts the markers of quotes, lists and links that follow each other.
func nesting(line string) int {
	most, run := 0, 0
	for i := range len(line) {
		switch line[i] {
		case '>', '[', '(', '+', ')', '.':
			run++
			most = max(most, run)
		case ' ', '\t', '!', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		default:
			run = 0
		}
	}
	return most
}

// parseLightly reads only the headings, fences and bare links of Markdown, line
// by line.
func parseLightly(b *builder, content string) {
	lines := strings.Split(content, "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		if strings.HasPrefix(line, "```") {
			text, next := fenced(lines, i+1, "```")
			b.code(strings.TrimSpace(strings.Trim(line, "`")), text, i+2)
			i = next
			continue
		}
		if level, title := prefixed(line, '#'); level > 0 && len(title) < maxHeading {
			b.title(level, strings.TrimRight(title, " #"), i+1)
			continue
		}
		if len(line) < longestLine {
			b.inlineText(line, i+1)
		}
		b.newline()
	}
}
