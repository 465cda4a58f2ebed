package document

import (
	"regexp"
	"strings"
)

var orgMarks = []marked{
	{pattern: regexp.MustCompile(`\[\[([^\]\[]+)\]\[([^\]\[]+)\]\]`), hint: "[[", text: 2, url: 1},
	{pattern: regexp.MustCompile(`\[\[([^\]\[]+)()\]\]`), hint: "[[", text: 2, url: 1},
	{pattern: regexp.MustCompile(`(?:^|\B)[~=]([^~=\s][^~=]*)[~=](?:\B|$)`), hint: "", text: 1, code: true},
}

// orgTags are the tags at the end of a heading.
var orgTags = regexp.MustCompile(`\s+:[\w@:]+:\s*$`)

// parseOrg reads Emacs's Org.
func parseOrg(b *builder, content string) {
	lines := strings.Split(content, "\n")
	for i := 0; i < len(lines); i++ {
		line := strings.TrimRight(lines[i], " \t")
		trimmed := strings.TrimSpace(line)
		lower := strings.ToLower(trimmed)
		if level, title := prefixed(line, '*'); level > 0 {
			b.title(level, b.replaceMarks(orgTags.ReplaceAllString(title, ""), i+1, orgMarks), i+1)
			continue
		}
		switch {
		case trimmed == "":
			b.newline()
		case strings.HasPrefix(lower, "#+title:"):
			b.doc.Title = strings.TrimSpace(trimmed[len("#+title:"):])
		case strings.HasPrefix(lower, "#+begin_src"), strings.HasPrefix(lower, "#+begin_example"):
			text, next := orgBlock(lines, i+1)
			_, lang, _ := strings.Cut(lower, " ")
			lang, _, _ = strings.Cut(lang, " ")
			b.code(lang, text, i+2)
			i = next
		case lower == ":properties:" || lower == ":logbook:":
			for i+1 < len(lines) && strings.ToLower(strings.TrimSpace(lines[i])) != ":end:" {
				i++
			}
		case strings.HasPrefix(trimmed, "#+"), strings.HasPrefix(trimmed, "# "):
		case strings.HasPrefix(trimmed, ": "):
			i = b.colonLines(lines, i)
		default:
			b.orgProse(trimmed, i+1)
		}
	}
}

func (b *builder) orgProse(line string, number int) {
	text := b.replaceMarks(strings.TrimLeft(line, "-+|* "), number, orgMarks)
	b.inlineText(text, number)
	b.newlineAfter(line)
	for i := range b.section.Links {
		b.section.Links[i].URL = strings.TrimPrefix(b.section.Links[i].URL, "file:")
	}
}

// colonLines reads a run of ": code" lines and returns the index of the last.
func (b *builder) colonLines(lines []string, i int) int {
	start := i
	var text strings.Builder
	for i < len(lines) && strings.HasPrefix(strings.TrimSpace(lines[i]), ":") {
		text.WriteString(strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(lines[i]), ":"), " ") + "\n")
		i++
	}
	b.code("", text.String(), start+1)
	return i - 1
}

func orgBlock(lines []string, i int) (text string, next int) {
	start := i
	for i < len(lines) && !strings.HasPrefix(strings.ToLower(strings.TrimSpace(lines[i])), "#+end_") {
		i++
	}
	text, _ = block(lines[:i], min(start, i), 0)
	return text, i
}
