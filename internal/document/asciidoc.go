package document

import (
	"regexp"
	"strings"
)

var asciiDocMarks = []marked{
	{pattern: regexp.MustCompile("`([^`]+)`"), hint: "`", text: 1, code: true},
	{pattern: regexp.MustCompile(`image::?([^\s\[]+)\[([^\]]*)\]`), hint: "image:", text: 2, url: 1, image: true},
	{pattern: regexp.MustCompile(`(?:link|xref|include):{1,2}([^\s\[]+)\[([^\]]*)\]`), hint: ":", text: 2, url: 1},
	{pattern: regexp.MustCompile(`((?:https?://|mailto:)[^\s\[]+)\[([^\]]*)\]`), hint: "[", text: 2, url: 1},
	{pattern: regexp.MustCompile(`<<([^,>]+)(?:,([^>]*))?>>`), hint: "<<", text: 2, url: 1},
	{pattern: regexp.MustCompile(`\*([^*\s][^*]*)\*`), hint: "*", text: 1},
}

// parseAsciiDoc reads AsciiDoc, and RDoc, whose headings are the same.
func parseAsciiDoc(b *builder, content string) {
	lines := strings.Split(content, "\n")
	lang := ""
	for i := 0; i < len(lines); i++ {
		line := strings.TrimRight(lines[i], " \t")
		if level, title := prefixed(line, '='); level > 0 {
			b.title(level, b.replaceMarks(strings.TrimRight(title, " ="), i+1, asciiDocMarks), i+1)
			continue
		}
		if fence := asciiDocFence(line); fence != "" {
			if lang == "" {
				lang = strings.TrimPrefix(line, fence)
			}
			text, next := fenced(lines, i+1, fence)
			b.code(lang, text, i+2)
			lang, i = "", next
			continue
		}
		switch {
		case line == "":
			b.newline()
		case strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]"):
			lang = asciiDocLang(line)
		case asciiDocNoise(line):
		case line[0] == ' ' && !strings.HasPrefix(strings.TrimSpace(line), "*") && (i == 0 || blank(lines[i-1])):
			text, next := block(lines, i, 1)
			b.code(lang, text, i+1)
			lang, i = "", max(next-1, i)
		default:
			b.inlineText(b.replaceMarks(strings.TrimLeft(line, "*.-| \t"), i+1, asciiDocMarks), i+1)
			b.newlineAfter(line)
		}
	}
}

// newlineAfter ends a list item; other lines of a paragraph run on.
func (b *builder) newlineAfter(line string) {
	if trimmed := strings.TrimSpace(line); strings.HasPrefix(trimmed, "* ") || strings.HasPrefix(trimmed, "- ") ||
		strings.HasPrefix(trimmed, ". ") || strings.HasPrefix(trimmed, "|") {
		b.newline()
		return
	}
	b.write(" ")
}

// prefixed splits a heading marked by repeated characters and a space.
func prefixed(line string, mark byte) (level int, title string) {
	for level < len(line) && line[level] == mark {
		level++
	}
	if level == 0 || level > 9 || level >= len(line) || line[level] != ' ' {
		return 0, ""
	}
	return level, strings.TrimSpace(line[level:])
}

func asciiDocFence(line string) string {
	switch {
	case len(line) >= 4 && strings.Trim(line, "-") == "", len(line) >= 4 && strings.Trim(line, ".") == "":
		return line
	case strings.HasPrefix(line, "```"):
		return "```"
	}
	return ""
}

// fenced takes lines up to the one that closes the fence; next is its index.
func fenced(lines []string, i int, fence string) (text string, next int) {
	start := i
	for i < len(lines) && strings.TrimRight(lines[i], " \t") != fence {
		i++
	}
	return strings.Join(lines[min(start, len(lines)):i], "\n"), i
}

// asciiDocLang reads "[source,bash]"; a diagram's block names its tool.
func asciiDocLang(line string) string {
	parts := strings.Split(strings.Trim(line, "[]"), ",")
	switch kind, _, _ := strings.Cut(parts[0], "%"); kind {
	case "source", "":
		if len(parts) > 1 {
			return strings.TrimSpace(parts[1])
		}
	case "plantuml", "mermaid", "graphviz", "ditaa":
		return kind
	}
	return ""
}

// asciiDocNoise is what is neither prose nor code: comments, attributes, block
// delimiters and continuation marks.
func asciiDocNoise(line string) bool {
	switch {
	case strings.HasPrefix(line, "//"), line == "+", strings.HasPrefix(line, "|==="):
		return true
	case strings.HasPrefix(line, ":"):
		name, _, found := strings.Cut(line[1:], ":")
		return found && !strings.Contains(name, " ")
	}
	return len(line) >= 4 && (strings.Trim(line, "=") == "" || strings.Trim(line, "*") == "" || strings.Trim(line, "_") == "")
}
