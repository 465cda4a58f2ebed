package document

import (
	"path"
	"strings"
	"unicode"
)

// builder puts a document together from what a parser meets, in order.
type builder struct {
	doc     Document
	section Section
	text    strings.Builder
	started bool
	// heading collects the words of a heading that is open; real is the level of
	// the last heading that was not a <summary>.
	heading     strings.Builder
	headingOpen bool
	real        int
}

// maxHeading is how long a heading can be: past it, somebody forgot to close
// one.
const maxHeading = 300

func newBuilder(path string) *builder { return &builder{doc: Document{Path: path}} }

func (b *builder) flush() {
	b.section.Text = strings.TrimSpace(b.text.String())
	b.text.Reset()
	s := b.section
	if s.Level > 0 || s.Text != "" || len(s.Code)+len(s.Links) > 0 {
		b.doc.Sections = append(b.doc.Sections, s)
	}
	b.section, b.started = Section{}, false
}

// title is a whole heading at once.
func (b *builder) title(level int, text string, line int) {
	b.openHeading(level, line)
	b.inlineText(text, line)
	b.closeHeading()
}

func (b *builder) openHeading(level, line int) {
	b.closeHeading()
	b.flush()
	b.section = Section{Level: level, Line: line}
	b.started, b.headingOpen, b.real = true, true, level
}

// openSummary is openHeading for what folds away a part of a section.
func (b *builder) openSummary(line int) {
	level := b.real
	b.openHeading(level+1, line)
	b.real = level
}

func (b *builder) closeHeading() {
	if !b.headingOpen {
		return
	}
	b.section.Heading = strings.Join(strings.Fields(b.heading.String()), " ")
	if b.doc.Title == "" {
		b.doc.Title = b.section.Heading
	}
	b.heading.Reset()
	b.headingOpen = false
}

// at notes where a part without a heading begins.
func (b *builder) at(line int) {
	if !b.started && b.section.Level == 0 {
		b.section.Line, b.started = line, true
	}
}

func (b *builder) write(text string) {
	if b.headingOpen {
		b.heading.WriteString(text)
		if b.heading.Len() > maxHeading {
			b.closeHeading()
		}
		return
	}
	b.text.WriteString(text)
}

// newline ends a paragraph, a list item or a table row.
func (b *builder) newline() {
	if b.headingOpen {
		b.heading.WriteByte(' ')
		return
	}
	b.text.WriteByte('\n')
}

func (b *builder) code(lang, text string, line int) {
	if strings.TrimSpace(text) == "" {
		return
	}
	b.at(line)
	b.newline()
	b.section.Code = append(b.section.Code, CodeBlock{Lang: lang, Text: strings.TrimRight(text, "\n "), Line: line})
}

func (b *builder) inline(text string, line int) {
	if text == "" {
		return
	}
	b.write(text)
	b.section.Inline = append(b.section.Inline, CodeBlock{Text: text, Line: line})
}

// link notes a link; its text must be written as well, unless it is an image.
func (b *builder) link(l Link) {
	l.Text, l.URL = strings.Join(strings.Fields(l.Text), " "), strings.TrimSpace(l.URL)
	// An address for cloning looks like an e-mail address.
	if l.URL == "" || strings.HasPrefix(l.URL, "mailto:git@") {
		return
	}
	b.at(l.Line)
	b.section.Links = append(b.section.Links, l)
}

func (b *builder) finish() *Document {
	b.closeHeading()
	b.flush()
	var counter wordCounter
	for i := range b.doc.Sections {
		counter.add(b.doc.Sections[i].Heading)
		counter.add(b.doc.Sections[i].Text)
	}
	b.doc.Words, b.doc.Language = counter.words, counter.language()
	return &b.doc
}

func extensionOf(name string) string { return strings.ToLower(path.Ext(path.Base(name))) }

func hasLetter(s string) bool {
	// Most words begin with a plain letter.
	if c := s[0] | 0x20; 'a' <= c && c <= 'z' {
		return true
	}
	return strings.IndexFunc(s, unicode.IsLetter) >= 0
}
