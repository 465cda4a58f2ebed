// Package document reads prose as documents: headings, code blocks and links, in
// Markdown, reStructuredText, AsciiDoc, Org and plain text.
//
// It tells what stands where and in which language; what a section means is for
// the checks to say.
package document

import (
	"strings"
	"unicode/utf8"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Document is one parsed text.
type Document struct {
	Path string
	// Title is the one that front matter gives, else the first heading, "" without
	// either.
	Title string
	// Sections are in the order of the file; the first may have no heading: it
	// is what stands before the first one.
	Sections []Section
	// Words counts words of prose, code left out.
	Words int
	// Characters counts those of the file, markup and code included, blanks at
	// both ends left out.
	Characters int
	// Language is what most of the prose is written in, "" when too short to
	// tell.
	Language audit.Lang
	// Cut is true when the file is longer than what was read of it.
	Cut bool
}

// Section is a heading and what stands below it, down to the next heading of any
// level. A <summary> counts as a heading one level below the last real one.
type Section struct {
	// Level is 1 for the highest, 0 for the part before the first heading.
	Level   int
	Heading string
	// Line of the heading, from 1; that of the first content where there is none.
	Line int
	// Text is the prose, code blocks and markup left out; code inside a sentence
	// stays. Paragraphs, list items and table rows end with a newline.
	Text string
	Code []CodeBlock
	// Inline is the code inside sentences, markup left out.
	Inline []CodeBlock
	Links  []Link
}

// CodeBlock is a fenced, indented or literal block.
type CodeBlock struct {
	// Lang is the info string, "" for none.
	Lang string
	Text string
	// Line of its first line of code, from 1.
	Line int
}

// Link is a link or an image. An e-mail address is a link to "mailto:…".
type Link struct {
	Text, URL string
	Line      int
	Image     bool
}

// Below returns section i with the sections under it: those that follow it and
// have a deeper level. The slice is shared: do not change it.
func (d *Document) Below(i int) []Section {
	end := i + 1
	for end < len(d.Sections) && d.Sections[end].Level > d.Sections[i].Level {
		end++
	}
	return d.Sections[i:end]
}

// format is one way of writing documents.
type format func(b *builder, content string)

// formats maps lower-case extensions to the parser for what they hold.
var formats = map[string]format{
	".md": parseMarkdown, ".markdown": parseMarkdown, ".mdown": parseMarkdown, ".mkd": parseMarkdown,
	".mdx": parseMarkdown, ".rmd": parseMarkdown, ".qmd": parseMarkdown,
	".rst": parseRST, ".rest": parseRST,
	".adoc": parseAsciiDoc, ".asciidoc": parseAsciiDoc, ".asc": parseAsciiDoc, ".rdoc": parseAsciiDoc,
	".org": parseOrg,
	".txt": parsePlain, ".text": parsePlain, ".textile": parsePlain, "": parsePlain,
}

// Parse reads one text; its path says in which format. It never fails: what
// cannot be understood is prose. Content past 1 MiB is left out.
func Parse(path string, content []byte) *Document {
	text, cut := decode(content)
	parse, known := formats[extensionOf(path)]
	if !known {
		parse = parsePlain
	}
	// People write Markdown in README without extension, and in .txt.
	if ext := extensionOf(path); (ext == "" || ext == ".txt") && looksLikeMarkdown(text) {
		parse = parseMarkdown
	}
	b := newBuilder(path)
	parse(b, text)
	doc := b.finish()
	doc.Cut = cut
	doc.Characters = utf8.RuneCountInString(strings.TrimSpace(text))
	return doc
}

// looksLikeMarkdown asks for a heading or a fence, which plain text never has.
func looksLikeMarkdown(text string) bool {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "```") || strings.HasPrefix(line, "# ") || strings.HasPrefix(line, "## ") {
			return true
		}
	}
	return false
}
