package roadmap

import (
	"fmt"
	"html"
	"strings"
	"unicode"
)

// canvas is a drawing that grows downwards. Sizes are in points of the drawing;
// nothing in it needs a style sheet, so that it can stand in any page.
type canvas struct{ out strings.Builder }

// Colours: each is told apart in grey too, and never alone in saying something.
const (
	ink   = "#1e1e1e"
	faint = "#595959"
	rule  = "#8a8a8a"
	paper = "#ffffff"
)

func (c *canvas) rect(x, y, width, height float64, fill, stroke string) {
	fmt.Fprintf(&c.out, `<rect x="%s" y="%s" width="%s" height="%s" fill="%s" stroke="%s"/>`+"\n", num(x), num(y), num(width), num(height), fill, stroke)
}

func (c *canvas) line(stroke string, points ...float64) {
	var all []string
	for i := 0; i+1 < len(points); i += 2 {
		all = append(all, num(points[i])+","+num(points[i+1]))
	}
	fmt.Fprintf(&c.out, `<polyline points="%s" fill="none" stroke="%s"/>`+"\n", strings.Join(all, " "), stroke)
}

// write sets one line of text with its foot at y.
func (c *canvas) write(x, y float64, f font, words string) {
	weight, anchor := "", ""
	if f.bold {
		weight = ` font-weight="bold"`
	}
	if f.anchor != "" {
		anchor = ` text-anchor="` + f.anchor + `"`
	}
	fmt.Fprintf(&c.out, `<text x="%s" y="%s" font-size="%s" fill="%s"%s%s>%s</text>`+"\n", num(x), num(y), num(f.size), f.fill, weight, anchor, html.EscapeString(words))
}

// paragraph sets words in lines no wider than width, the first with its top at y,
// and returns the bottom of the last.
func (c *canvas) paragraph(x, y, width float64, f font, words string) float64 {
	for _, line := range wrap(words, width, f) {
		c.write(x, y+f.size, f, line)
		y += f.leading()
	}
	return y
}

// chip is the number by which an action is found again; a square one stands for an
// action of the IT department or the mentor, so that no colour has to tell.
func (c *canvas) chip(x, y float64, a Action) {
	corner, fill, ground := chipHeight/2, ink, paper
	if !lanes[0].holds(a.Side) {
		corner, fill, ground = 2, paper, ink
	}
	fmt.Fprintf(&c.out, `<rect x="%s" y="%s" width="%s" height="%s" rx="%s" fill="%s" stroke="%s"/>`+"\n",
		num(x), num(y), num(chipWidth), num(chipHeight), num(corner), ground, ink)
	c.write(x+chipWidth/2, y+12.5, font{size: 11, bold: true, fill: fill, anchor: "middle"}, fmt.Sprint(a.Number))
}

const (
	chipWidth  = 26.0
	chipHeight = 17.0
)

// chips writes numbers one after the other in lines no wider than width, and returns
// the foot.
func (c *canvas) chips(x, y, width float64, actions []Action) float64 {
	const step = chipWidth + 5
	each := max(int(width/step), 1)
	for i, a := range actions {
		c.chip(x+float64(i%each)*step, y+float64(i/each)*(chipHeight+5), a)
	}
	return y + float64((len(actions)+each-1)/each)*(chipHeight+5)
}

func num(x float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.1f", x), "0"), ".")
}

// font is how words are set.
type font struct {
	size   float64
	bold   bool
	fill   string
	anchor string
}

func (f font) leading() float64 { return f.size * 1.3 }

// width is what words take at most, in the widest of the common sans-serif fonts:
// whoever prints may not have ours.
func (f font) width(words string) float64 {
	total := 0.0
	for _, r := range words {
		switch {
		case strings.ContainsRune("iljtfI.,:;'’|!()[] -", r):
			total += 0.38
		case strings.ContainsRune("mwMW@%—…", r):
			total += 0.98
		case unicode.IsUpper(r) || unicode.IsDigit(r):
			total += 0.72
		case r > 0x2E80:
			total += 1.05
		default:
			total += 0.62
		}
	}
	if f.bold {
		total *= 1.1
	}
	return total * f.size
}

// wrap cuts words into lines no wider than width; a word that is wider by itself is
// cut where it must be.
func wrap(words string, width float64, f font) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(words) {
		if line != "" && f.width(line+" "+word) <= width {
			line += " " + word
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for line = word; f.width(line) > width; {
			cut := fitting(line, width, f)
			lines, line = append(lines, line[:cut]), line[cut:]
		}
	}
	return append(lines, line)
}

// fitting is how many bytes of a word fit, one character at least.
func fitting(word string, width float64, f font) int {
	cut := 0
	for i, r := range word {
		next := i + len(string(r))
		if i > 0 && f.width(word[:next]) > width {
			break
		}
		cut = next
	}
	return cut
}

// sideways sets one line of text that reads upwards, with its middle at x and y.
func (c *canvas) sideways(x, y float64, f font, words string) {
	fmt.Fprintf(&c.out, `<text transform="translate(%s %s) rotate(-90)" font-size="%s" font-weight="bold" fill="%s" text-anchor="middle">%s</text>`+"\n",
		num(x), num(y), num(f.size), f.fill, html.EscapeString(words))
}
