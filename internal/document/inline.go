package document

import (
	"regexp"
	"strings"
)

// address finds bare links and e-mail addresses in a line of prose.
var address = regexp.MustCompile(`(?:https?://|mailto:)[^\s<>"'` + "`" + `\]\[|)]+|[A-Za-z0-9][A-Za-z0-9._%+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+`)

// inlineText writes a line of prose, noting the bare links in it.
func (b *builder) inlineText(text string, line int) {
	if strings.Contains(text, "://") || strings.Contains(text, "@") {
		for _, url := range address.FindAllString(text, -1) {
			url = strings.TrimRight(url, ".,;:!?")
			label := url
			if !strings.Contains(url, "://") && !strings.HasPrefix(url, "mailto:") {
				url = "mailto:" + url
			}
			b.link(Link{Text: label, URL: url, Line: line})
		}
	}
	b.at(line)
	b.write(text)
}

// marked is one piece of inline markup: what it matches, and the index of the
// groups that hold its words and its target.
type marked struct {
	pattern   *regexp.Regexp
	hint      string
	text, url int
	code      bool
	image     bool
}

// replaceMarks takes inline markup off a line, noting links and code.
func (b *builder) replaceMarks(line string, number int, marks []marked) string {
	for _, m := range marks {
		if !strings.Contains(line, m.hint) {
			continue
		}
		line = m.pattern.ReplaceAllStringFunc(line, func(whole string) string {
			groups := m.pattern.FindStringSubmatch(whole)
			words := strings.TrimSpace(groups[m.text])
			switch {
			case m.code:
				b.at(number)
				b.section.Inline = append(b.section.Inline, CodeBlock{Text: words, Line: number})
			case m.url > 0:
				b.link(Link{Text: words, URL: groups[m.url], Line: number, Image: m.image})
				if m.image {
					return ""
				}
				if words == "" {
					return groups[m.url]
				}
			}
			return words
		})
	}
	return line
}

// indent counts the leading spaces of a line; a tab counts as four.
func indent(line string) int {
	n := 0
	for _, c := range line {
		switch c {
		case ' ':
			n++
		case '\t':
			n += 4
		default:
			return n
		}
	}
	return n
}

func blank(line string) bool { return strings.TrimSpace(line) == "" }

// block takes the lines from i that are blank or indented by at least depth,
// without that indentation, and returns the index of the line after them.
func block(lines []string, i, depth int) (text string, next int) {
	end := i
	for j := i; j < len(lines); j++ {
		if blank(lines[j]) {
			continue
		}
		if indent(lines[j]) < depth {
			break
		}
		end = j + 1
	}
	least := 1 << 20
	for _, line := range lines[i:end] {
		if !blank(line) {
			least = min(least, indent(line))
		}
	}
	var out strings.Builder
	for _, line := range lines[i:end] {
		out.WriteString(dedent(line, least))
		out.WriteByte('\n')
	}
	return out.String(), end
}

func dedent(line string, by int) string {
	for by > 0 && line != "" {
		switch line[0] {
		case ' ':
			by--
		case '\t':
			by -= 4
		default:
			return line
		}
		line = line[1:]
	}
	return line
}

// rule returns the character of a line that consists of one repeated
// punctuation character, three times at least; 0 otherwise.
func rule(line string) byte {
	line = strings.TrimRight(line, " \t")
	if len(line) < 3 || !strings.ContainsRune("=-~^\"'`#*+.:_<>", rune(line[0])) {
		return 0
	}
	if strings.Trim(line, line[:1]) != "" {
		return 0
	}
	return line[0]
}
