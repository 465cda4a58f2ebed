// Package document reads prose as documents: headings, code blocks and links, in
// Markdown, reStructuredText, AsciiDoc, Org and plain text.
package document

import "github.com/perenne-audit/perenne/internal/audit"

// Document is one parsed text.
type Document struct {
	Path string
	// Title is the first heading, "" without one.
	Title string
	// Sections are in the order of the file; the first may have no heading: it
	// is what stands before the first one.
	Sections []Section
	// Words counts words of prose, code left out.
	Words int
	// Language is what most of the prose is written in, "" when too short to
	// tell.
	Language audit.Lang
}

// Section is a heading and what stands below it, down to the next heading of any
// level.
type Section struct {
	// Level is 1 for the highest, 0 for the part before the first heading.
	Level   int
	Heading string
	// Line of the heading, from 1.
	Line int
	// Text is the prose, code and markup left out.
	Text  string
	Code  []CodeBlock
	Links []Link
}

// CodeBlock is a fenced, indented or literal block.
type CodeBlock struct {
	// Lang is the info string, "" for none.
	Lang string
	Text string
	// Line of its first line of code, from 1.
	Line int
}

// Link is a link or an image.
type Link struct {
	Text, URL string
	Line      int
	Image     bool
}

type readmeKey struct{}

// Readme returns the README that a visitor of the forge sees first, or nil: at
// the top, else in .github or docs.
func Readme(s *audit.Snapshot) *Document {
	return audit.Once(s, readmeKey{}, readReadme)
}

type allKey struct{}

// All returns every document that the authors wrote, READMEs included, sorted
// by path.
func All(s *audit.Snapshot) []*Document {
	return audit.Once(s, allKey{}, readAll)
}

func readReadme(*audit.Snapshot) *Document { return nil }

func readAll(*audit.Snapshot) []*Document { return nil }
