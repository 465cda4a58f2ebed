package roadmap

import (
	"fmt"
	"html"
	"io"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/report"
)

// The sheet is as wide as an A3 page lies; it is as high as its content, A3's
// proportion at least.
const (
	pageWidth  = 1600.0
	pageHeight = 1115.0
	margin     = 24.0
	leftWidth  = 800.0
	gutter     = 28.0
)

// SVG draws one sheet. Several challenges are an error: a drawing is one sheet.
func SVG(w io.Writer, sheets []*Sheet, lang audit.Lang) error {
	if len(sheets) != 1 {
		return fmt.Errorf("an svg is one sheet, and there are %d challenges: choose one with --challenge ID, or print all with --format html", len(sheets))
	}
	v, err := speak(sheets[0], lang)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, v.svg(""))
	return err
}

// svg draws the sheet; ids in it end in suffix, so that several can stand in one
// page.
func (v *voice) svg(suffix string) string {
	c, height := v.draw()
	for height > legible && v.terse < titlesOnly {
		v.terse++
		c, height = v.draw()
	}

	var out strings.Builder
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" role="img" aria-labelledby="sheet-title%s sheet-text%s" lang="%s" `+
		`font-family="Marianne, Arial, 'Liberation Sans', sans-serif">`+"\n", num(pageWidth), num(height), suffix, suffix, v.lang)
	fmt.Fprintf(&out, "<title id=\"sheet-title%s\">%s</title>\n<desc id=\"sheet-text%s\">%s</desc>\n",
		suffix, html.EscapeString(v.Say("plan.title", "name", report.Clean(v.sheet.Name))), suffix, html.EscapeString(v.summary()))
	fmt.Fprintf(&out, `<rect width="%s" height="%s" fill="%s"/>`+"\n", num(pageWidth), num(height), paper)
	out.WriteString(c.out.String())
	out.WriteString("</svg>\n")
	return out.String()
}

// terseness is how far a drawing is cut short. Each step leaves the words of an
// action where they stand first, among the actions of its axis, and its number alone
// in one place more.
type terseness int

const (
	inWords terseness = iota
	unfitByNumber
	numbersOnly
	titlesOnly // without the small letters below each
)

// legible is the height past which small letters could not be read on an A3 page.
const legible = 1.25 * pageHeight

// draw draws the sheet without its frame, and returns its height.
func (v *voice) draw() (*canvas, float64) {
	c := &canvas{}
	top := v.drawHead(c)
	leftFoot := v.drawColumns(c, top)
	leftFoot = v.drawGrid(c, leftFoot+18)
	needed := v.drawUnfit(&canvas{}, 0)
	foot := v.drawYear(c, top, max(leftFoot, pageHeight-margin-needed))
	foot = v.drawUnfit(c, max(leftFoot, foot))
	return c, max(foot, pageHeight-margin) + margin
}

// summary says in a few sentences what is drawn, for whoever cannot see it.
func (v *voice) summary() string {
	count := map[audit.Quadrant]int{}
	for _, a := range v.sheet.Actions {
		count[a.Quadrant]++
	}
	said := []string{v.mission() + "."}
	for _, q := range audit.Quadrants {
		if count[q] > 0 {
			said = append(said, v.Say("plan.count", "what", v.quadrant(q), "count", count[q]))
		}
	}
	said = append(said, v.Say("plan.summary-placed", "placed", len(v.sheet.Placed()), "unfit", len(v.sheet.Unfit())))
	return strings.Join(said, " ")
}

// drawHead writes the form's header and returns where the content begins.
func (v *voice) drawHead(c *canvas) float64 {
	s := v.sheet
	c.write(margin, 50, font{size: 26, bold: true, fill: ink}, v.Say("plan.sheet-title"))
	c.write(pageWidth-margin, 50, font{size: 13, fill: faint, anchor: "end"}, v.Say("plan.sheet-made", "date", v.date(s.At)))
	mission := v.date(s.MissionEnd)
	if !s.MissionStart.IsZero() {
		mission = v.date(s.MissionStart) + " – " + mission
	}
	fields := []struct {
		width       float64
		label, said string
	}{
		{500, v.Say("plan.sheet-challenge"), report.Clean(s.Name)},
		{360, v.Say("plan.sheet-ministry"), report.Clean(s.Ministry)},
		{220, v.Say("plan.sheet-mission"), mission},
		{160, v.Say("plan.sheet-production"), v.date(s.Production)},
		{pageWidth - 2*margin - 1240, v.Say("plan.sheet-participants"), ""},
	}
	const top, height = 68.0, 62.0
	x := margin
	for _, f := range fields {
		c.rect(x, top, f.width, height, paper, rule)
		c.write(x+8, top+16, font{size: 11, fill: faint}, f.label)
		size := 16.0
		lines := wrap(f.said, f.width-16, font{size: size, bold: true})
		if len(lines) > 2 {
			lines = append(lines[:1], lines[1]+"…")
		}
		for i, line := range lines {
			c.write(x+8, top+35+float64(i)*19, font{size: size, bold: true, fill: ink}, line)
		}
		x += f.width
	}
	return v.drawScores(c, top+height+10)
}

// drawScores writes today's scores and what doing everything placed would bring.
func (v *voice) drawScores(c *canvas, y float64) float64 {
	var said []string
	for _, axis := range audit.Axes[:3] {
		said = append(said, v.Word(string(axis))+" "+v.score(axisOf(v.sheet.Score, axis)))
	}
	said = append(said, v.Word("continuity")+" "+v.score(v.sheet.Score.Continuity))
	line := v.Say("plan.sheet-scores", "scores", strings.Join(said, " · "))
	y = c.paragraph(margin, y, pageWidth-2*margin, font{size: 13, fill: ink}, line)
	for _, p := range v.sheet.Prospects {
		if p.Quadrant == audit.Do {
			said = said[:0]
			for _, axis := range audit.Axes[:3] {
				said = append(said, v.Word(string(axis))+" "+v.score(axisOf(p.Score, axis)))
			}
			line := v.Say("plan.sheet-if", "what", v.prospect(p), "hours", v.hours(p.Hours), "scores", strings.Join(said, " · "))
			y = c.paragraph(margin, y+2, pageWidth-2*margin, font{size: 13, fill: ink}, line)
		}
	}
	return y + 12
}

// pillar is one column of the sheet, in the colours of the seminar's pyramid.
type pillar struct {
	axis      audit.Axis
	fill, top string
}

var pillars = []pillar{
	{audit.Deployment, "#e3f2e1", "#1f6b2a"}, {audit.Transmission, "#e3edf9", "#1b4f8f"}, {audit.Reliability, "#fbe6e4", "#a3261c"},
}

// drawColumns writes the table of actions by axis and returns its foot. The bonus
// stands below, over its whole width.
func (v *voice) drawColumns(c *canvas, y float64) float64 {
	c.write(margin, y+16, font{size: 16, bold: true, fill: ink}, v.Say("plan.sheet-actions"))
	y += 26
	const head = 28.0
	width := leftWidth / float64(len(pillars))
	foot := y + head + 60
	for draft := range 2 {
		for i, p := range pillars {
			x := margin + float64(i)*width
			if draft == 1 {
				c.rect(x, y, width, foot-y, p.fill, rule)
				c.rect(x, y, width, head, p.top, rule)
				c.write(x+8, y+19, font{size: 14, bold: true, fill: paper}, fmt.Sprintf("%d. %s", i+1, v.Word(string(p.axis))))
			}
			on := c
			if draft == 0 {
				on = &canvas{}
			}
			foot = max(foot, v.drawList(on, x, y+head+8, width, v.of(p.axis), v.terse < titlesOnly)+4)
		}
	}
	if bonus := v.of(audit.Community); len(bonus) > 0 {
		y, foot = foot, v.drawSpread(&canvas{}, margin, foot+26, leftWidth, bonus, len(pillars), v.terse < titlesOnly)+4
		c.rect(margin, y, leftWidth, foot-y, "#f6f6f6", rule)
		c.write(margin+8, y+18, font{size: 13, bold: true, fill: ink}, v.Word(string(audit.Community)))
		v.drawSpread(c, margin, y+26, leftWidth, bonus, len(pillars), v.terse < titlesOnly)
	}
	return foot
}

// of lists the actions of an axis that are still to be done.
func (v *voice) of(axis audit.Axis) []Action {
	var own []Action
	for _, a := range v.sheet.Actions {
		if a.Check.Axis == axis && a.ToDo() {
			own = append(own, a)
		}
	}
	return own
}

// drawSpread writes actions in columns and returns the lowest foot.
func (v *voice) drawSpread(c *canvas, x, y, width float64, actions []Action, columns int, details bool) float64 {
	foot, each := y, (len(actions)+columns-1)/columns
	for i := range columns {
		own := actions[min(i*each, len(actions)):min((i+1)*each, len(actions))]
		foot = max(foot, v.drawList(c, x+float64(i)*width/float64(columns), y, width/float64(columns), own, details))
	}
	return foot
}

// drawList writes actions below each other and returns the foot of the last.
func (v *voice) drawList(c *canvas, x, y, width float64, actions []Action, details bool) float64 {
	const size, pad = 12.5, 8.0
	for _, a := range actions {
		c.chip(x+pad, y, a)
		inner := width - 2*pad - chipWidth - 8
		foot := c.paragraph(x+pad+chipWidth+8, y, inner, font{size: size, bold: a.Blocking, fill: ink}, v.title(a))
		if details {
			foot = c.paragraph(x+pad+chipWidth+8, foot, inner, detailFont, v.detail(a))
		} else if a.Progress == audit.Dropped {
			foot = c.paragraph(x+pad+chipWidth+8, foot, inner, detailFont, v.Word("progress-dropped"))
		}
		y = max(foot, y+chipHeight) + 5
	}
	return y
}

// detail is what stands below an action in small letters.
func (v *voice) detail(a Action) string {
	parts := []string{v.side(a), v.hours(a.Check.EffortHours)}
	if a.Blocking {
		parts = append([]string{v.Word(string(audit.Blocker))}, parts...)
	}
	if a.Gain >= 0.005 {
		parts = append(parts, "+"+v.points(a.Gain))
	}
	if a.Check.LeadDays > 0 {
		parts = append(parts, v.Say("plan.lead", "days", a.Check.LeadDays))
	}
	if a.Progress == audit.Doing {
		parts = append(parts, v.Word("progress-doing"))
	}
	if name := v.repository(a); name != "" {
		parts = append(parts, name)
	}
	return strings.Join(parts, " · ")
}
