package document

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

var rstMarks = []marked{
	{pattern: regexp.MustCompile("``([^`]+)``"), hint: "``", text: 1, code: true},
	{pattern: regexp.MustCompile("`([^`<]*?)\\s*<([^`>]+)>`_{0,2}"), hint: "`", text: 1, url: 2},
	{pattern: regexp.MustCompile(":[a-zA-Z:-]+:`([^`]+)`"), hint: "`", text: 1},
	{pattern: regexp.MustCompile("`([^`]+)`_{0,2}"), hint: "`", text: 1},
	{pattern: regexp.MustCompile(`\*\*([^*]+)\*\*`), hint: "**", text: 1},
}

var (
	rstDirective = regexp.MustCompile(`^\s*\.\. (?:\|[^|]+\| )?([A-Za-z][\w:-]*)::\s*(.*)$`)
	rstTarget    = regexp.MustCompile(`^\s*\.\. _([^:]*):\s+(\S+)`)
)

// rstParser reads reStructuredText line by line.
type rstParser struct {
	*builder
	lines []string
	// styles are the kinds of underline, in the order in which they were met:
	// that order gives the levels.
	styles []string
}

func parseRST(b *builder, content string) {
	p := &rstParser{builder: b, lines: strings.Split(content, "\n")}
	for i := 0; i < len(p.lines); {
		i = p.step(i)
	}
}

// step reads what begins at line i and returns the line after it.
func (p *rstParser) step(i int) int {
	line := p.lines[i]
	if blank(line) {
		p.newline()
		return i + 1
	}
	if next := p.headingAt(i); next > 0 {
		return next
	}
	if trimmed := strings.TrimSpace(line); strings.HasPrefix(trimmed, ".. ") || trimmed == ".." {
		return p.explicit(i)
	}
	if strings.HasPrefix(strings.TrimSpace(line), ">>> ") {
		text, next := block(p.lines, i, indent(line))
		if end := strings.Index(text, "\n\n"); end >= 0 {
			next, text = i+1+strings.Count(text[:end], "\n"), text[:end]
		}
		p.code("python", text, i+1)
		return max(next, i+1)
	}
	if rule(strings.TrimSpace(line)) != 0 || strings.HasPrefix(strings.TrimSpace(line), "+--") {
		return i + 1
	}
	trimmed := strings.TrimRight(line, " \t")
	p.prose(strings.TrimSuffix(strings.TrimSpace(trimmed), "::"), i+1)
	if strings.HasSuffix(trimmed, "::") {
		return p.literal(i+1, "", indent(line)+1)
	}
	return i + 1
}

func (p *rstParser) prose(text string, line int) {
	p.inlineText(p.replaceMarks(text, line, rstMarks)+" ", line)
}

// headingAt returns the line after the heading that begins at line i, or 0.
func (p *rstParser) headingAt(i int) int {
	if over := rule(p.lines[i]); over != 0 && i+2 < len(p.lines) && rule(p.lines[i+2]) == over && !blank(p.lines[i+1]) {
		p.title(p.level(string(over)+"over"), p.replaceMarks(strings.TrimSpace(p.lines[i+1]), i+2, rstMarks), i+2)
		return i + 3
	}
	if i+1 >= len(p.lines) || indent(p.lines[i]) > 0 || rule(p.lines[i]) != 0 {
		return 0
	}
	under := rule(p.lines[i+1])
	words := utf8.RuneCountInString(strings.TrimSpace(p.lines[i]))
	// docutils only warns when the line is a little short, and so do authors.
	if under == 0 || len(strings.TrimSpace(p.lines[i+1]))*3 < words*2 {
		return 0
	}
	p.title(p.level(string(under)), p.replaceMarks(p.lines[i], i+1, rstMarks), i+1)
	return i + 2
}

func (p *rstParser) level(style string) int {
	for i, known := range p.styles {
		if known == style {
			return i + 1
		}
	}
	p.styles = append(p.styles, style)
	return len(p.styles)
}

// literal reads the block of code that may begin at line i.
func (p *rstParser) literal(i int, lang string, depth int) int {
	for i < len(p.lines) && blank(p.lines[i]) {
		i++
	}
	text, next := block(p.lines, i, depth)
	if next > i {
		p.code(lang, text, i+1)
	}
	return max(next, i)
}

// explicit reads a directive, a link target or a comment.
func (p *rstParser) explicit(i int) int {
	line := p.lines[i]
	depth := indent(line) + 1
	if target := rstTarget.FindStringSubmatch(line); target != nil {
		p.link(Link{Text: strings.Trim(target[1], "`"), URL: target[2], Line: i + 1})
		return i + 1
	}
	directive := rstDirective.FindStringSubmatch(line)
	if directive == nil {
		_, next := block(p.lines, i+1, depth)
		return max(next, i+1)
	}
	name, argument := directive[1], strings.TrimSpace(directive[2])
	i = p.options(i+1, depth)
	switch name {
	case "code-block", "code", "sourcecode", "prompt", "highlight", "parsed-literal", "literalinclude", "console":
		lang, _, _ := strings.Cut(argument, " ")
		return p.literal(i, lang, depth)
	case "mermaid", "graphviz", "uml", "digraph", "graph", "plantuml", "math", "raw", "csv-table":
		return p.literal(i, name, depth)
	case "image", "figure":
		p.link(Link{URL: argument, Line: i, Image: true})
	case "include":
		p.link(Link{Text: argument, URL: argument, Line: i})
	case "toctree":
		return p.toctree(i, depth)
	default:
		p.prose(argument, i)
	}
	return i
}

// options skips the ":name: value" lines under a directive.
func (p *rstParser) options(i, depth int) int {
	for i < len(p.lines) && indent(p.lines[i]) >= depth && strings.HasPrefix(strings.TrimSpace(p.lines[i]), ":") {
		i++
	}
	return i
}

func (p *rstParser) toctree(i, depth int) int {
	text, next := block(p.lines, i, depth)
	line := i
	for entry := range strings.Lines(text) {
		line++
		entry = strings.TrimSpace(entry)
		if entry == "" {
			continue
		}
		label, target, found := strings.Cut(entry, "<")
		if !found {
			target = label
		}
		p.link(Link{Text: label, URL: strings.TrimSuffix(target, ">"), Line: line})
	}
	return max(next, i)
}
