package document

import (
	"bytes"
	"slices"
	"strings"
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdownParser is CommonMark with GitHub's tables, task lists and bare links.
var markdownParser = sync.OnceValue(func() parser.Parser {
	return goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser()
})

func parseMarkdown(b *builder, content string) {
	title, content := frontMatter(content)
	b.doc.Title = title
	if hostile(content) {
		parseLightly(b, content)
		return
	}
	w := &markdownWalker{builder: b, source: []byte(content)}
	w.html.builder = b
	for i, c := range w.source {
		if c == '\n' {
			w.newlines = append(w.newlines, i)
		}
	}
	w.walk(markdownParser().Parse(text.NewReader(w.source)), 1)
	w.html.end()
}

// frontMatter takes YAML front matter off, keeping the lines' numbers, and
// returns the title it gives.
func frontMatter(content string) (title, rest string) {
	if !strings.HasPrefix(content, "---\n") {
		return "", content
	}
	end := strings.Index(content[4:], "\n---")
	if end < 0 || end > 4096 {
		return "", content
	}
	head := content[4 : 4+end]
	for line := range strings.Lines(head) {
		if value, ok := strings.CutPrefix(line, "title:"); ok {
			title = strings.Trim(strings.TrimSpace(value), `"'`)
		}
	}
	rest = content[4+end+len("\n---"):]
	return title, strings.Repeat("\n", 2+strings.Count(head, "\n")) + strings.TrimLeft(rest, "-")
}

type markdownWalker struct {
	*builder
	html     htmlReader
	source   []byte
	newlines []int
}

// lineOf is the line, from 1, of an offset into the source.
func (w *markdownWalker) lineOf(offset int) int {
	i, _ := slices.BinarySearch(w.newlines, offset)
	return i + 1
}

// walk visits a node; line is that of the block around it.
func (w *markdownWalker) walk(n ast.Node, line int) {
	if n.Type() == ast.TypeBlock {
		line = w.blockLine(n, line)
	}
	switch n := n.(type) {
	case *ast.Heading:
		w.html.end()
		w.openHeading(n.Level, line)
		w.children(n, line)
		w.closeHeading()
	case *ast.Paragraph:
		if boldLine(n) {
			// Many authors write **Installation** where a heading is meant.
			w.html.end()
			w.openSummary(line)
			w.children(n, line)
			w.closeHeading()
			return
		}
		w.at(line)
		w.children(n, line)
		w.newline()
	case *ast.FencedCodeBlock:
		w.code(string(n.Language(w.source)), w.lines(n), line)
	case *ast.CodeBlock:
		w.code("", w.lines(n), line)
	case *ast.HTMLBlock:
		raw := w.lines(n)
		if n.HasClosure() {
			raw += string(n.ClosureLine.Value(w.source))
		}
		w.html.feed(raw, line)
		w.newline()
	default:
		if n.Type() == ast.TypeInline {
			w.inlineNode(n, line)
			return
		}
		w.at(line)
		w.children(n, line)
		w.newline()
	}
}

// boldLine reports whether a paragraph of its own is one short line, all bold.
func boldLine(n *ast.Paragraph) bool {
	const longest = 60
	bold, ok := n.FirstChild().(*ast.Emphasis)
	if !ok || bold.Level != 2 || bold.NextSibling() != nil || n.Parent().Kind() != ast.KindDocument {
		return false
	}
	segment := n.Lines().At(0)
	return n.Lines().Len() == 1 && segment.Len() <= longest
}

func (w *markdownWalker) children(n ast.Node, line int) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		w.walk(c, line)
	}
}

func (w *markdownWalker) inlineNode(n ast.Node, line int) {
	switch n := n.(type) {
	case *ast.Text:
		w.html.text(unescape(n.Segment.Value(w.source)))
		switch {
		case n.HardLineBreak():
			w.newline()
		case n.SoftLineBreak():
			w.write(" ")
		}
	case *ast.String:
		w.html.text(string(n.Value))
	case *ast.CodeSpan:
		w.inline(string(plainText(n, w.source)), w.nodeLine(n, line))
	case *ast.Link:
		w.link(Link{Text: linkText(n, w.source), URL: string(n.Destination), Line: w.nodeLine(n, line)})
		w.children(n, line)
	case *ast.Image:
		w.link(Link{Text: linkText(n, w.source), URL: string(n.Destination), Line: w.nodeLine(n, line), Image: true})
	case *ast.AutoLink:
		url, label := string(n.URL(w.source)), string(n.Label(w.source))
		if n.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(url), "mailto:") {
			url = "mailto:" + url
		}
		w.link(Link{Text: label, URL: url, Line: w.nodeLine(n, line)})
		w.write(label)
	case *ast.RawHTML:
		for i := range n.Segments.Len() {
			segment := n.Segments.At(i)
			w.html.feed(string(segment.Value(w.source)), w.lineOf(segment.Start))
		}
	case *extast.TaskCheckBox:
	default:
		w.children(n, line)
	}
}

// blockLine is the line of a block's content; an empty one has a position only.
func (w *markdownWalker) blockLine(n ast.Node, line int) int {
	if n.Lines() != nil && n.Lines().Len() > 0 {
		return w.lineOf(n.Lines().At(0).Start)
	}
	return w.nodeLine(n, line)
}

// nodeLine is the line on which a node begins, else that of the block around.
func (w *markdownWalker) nodeLine(n ast.Node, line int) int {
	if offset := n.Pos(); offset >= 0 && n.Kind() != ast.KindDocument {
		return max(line, w.lineOf(offset))
	}
	return line
}

func (w *markdownWalker) lines(n ast.Node) string {
	var b strings.Builder
	for i := range n.Lines().Len() {
		segment := n.Lines().At(i)
		b.Write(segment.Value(w.source))
	}
	return b.String()
}

// linkText is the words of a link, or the alternative text of its image.
func linkText(n ast.Node, source []byte) string {
	return unescape(plainText(n, source))
}

func plainText(n ast.Node, source []byte) []byte {
	var b bytes.Buffer
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			b.Write(c.Segment.Value(source))
			if c.SoftLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(c.Value)
		default:
			b.Write(plainText(c, source))
		}
	}
	return b.Bytes()
}

func unescape(raw []byte) string {
	if bytes.IndexByte(raw, '\\') >= 0 {
		raw = util.UnescapePunctuations(raw)
	}
	if bytes.IndexByte(raw, '&') >= 0 {
		raw = util.ResolveNumericReferences(util.ResolveEntityNames(raw))
	}
	return string(raw)
}
