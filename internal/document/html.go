package document

import (
	"strings"

	"golang.org/x/net/html"
)

// htmlReader reads the tags that people put into Markdown. A tag may be opened
// in one piece and closed in another, with Markdown between.
type htmlReader struct {
	*builder
	// heading is true while a heading that a tag opened is open.
	heading bool
	// pre collects preformatted text; skip is the tag whose content is no prose.
	pre     *strings.Builder
	preLine int
	skip    string
	// href waits for the words of its link.
	href     string
	hrefLine int
	hrefText strings.Builder
}

func (h *htmlReader) feed(raw string, line int) {
	tokenizer := html.NewTokenizer(strings.NewReader(raw))
	for {
		kind := tokenizer.Next()
		if kind == html.ErrorToken {
			return
		}
		lines := strings.Count(string(tokenizer.Raw()), "\n")
		switch kind {
		case html.TextToken:
			if h.skip == "" {
				h.at(line)
				h.text(string(tokenizer.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			h.open(tokenizer, kind == html.SelfClosingTagToken, line)
		case html.EndTagToken:
			name, _ := tokenizer.TagName()
			h.close(string(name))
		}
		line += lines
	}
}

// text is prose, unless a tag says otherwise.
func (h *htmlReader) text(s string) {
	switch {
	case h.pre != nil:
		h.pre.WriteString(s)
	default:
		if h.href != "" {
			h.hrefText.WriteString(s)
		}
		h.write(s)
	}
}

func (h *htmlReader) open(tokenizer *html.Tokenizer, closed bool, line int) {
	raw, more := tokenizer.TagName()
	name := string(raw)
	attributes := map[string]string{}
	for more {
		var key, value []byte
		key, value, more = tokenizer.TagAttr()
		attributes[string(key)] = string(value)
	}
	switch name {
	case "h1", "h2", "h3", "h4", "h5", "h6":
		if !closed && !h.headingOpen {
			h.openHeading(int(name[1]-'0'), line)
			h.heading = true
		}
	case "summary":
		if !closed && !h.headingOpen {
			h.openSummary(line)
			h.heading = true
		}
	case "pre":
		h.pre, h.preLine = &strings.Builder{}, line
	case "script", "style":
		h.skip = name
	case "a":
		h.endLink()
		h.href, h.hrefLine = attributes["href"], line
	case "img":
		h.link(Link{Text: attributes["alt"], URL: attributes["src"], Line: line, Image: true})
	case "br", "p", "li", "tr", "div", "td", "th", "dt", "dd", "ul", "ol", "table", "details":
		h.write(" ")
		if !h.headingOpen {
			h.newline()
		}
	}
}

func (h *htmlReader) close(name string) {
	switch name {
	case "h1", "h2", "h3", "h4", "h5", "h6", "summary":
		if h.heading {
			h.closeHeading()
			h.heading = false
		}
	case "pre":
		if h.pre != nil {
			h.code("", h.pre.String(), h.preLine)
			h.pre = nil
		}
	case "script", "style":
		h.skip = ""
	case "a":
		h.endLink()
	case "p", "li", "tr", "div", "td":
		h.newline()
	}
}

func (h *htmlReader) endLink() {
	if h.href != "" {
		h.link(Link{Text: h.hrefText.String(), URL: h.href, Line: h.hrefLine})
	}
	h.href = ""
	h.hrefText.Reset()
}

// end closes what the author left open.
func (h *htmlReader) end() {
	h.endLink()
	h.close("pre")
	if h.heading {
		h.closeHeading()
		h.heading = false
	}
	h.skip = ""
}
