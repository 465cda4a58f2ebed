package roadmap

import (
	"github.com/perenne-audit/perenne/internal/audit"
)

// drawGrid writes Eisenhower's grid as the seminar's sheet has it: what is urgent
// above, what is important on the left; then a strip for what no date is known of.
// It returns the foot.
func (v *voice) drawGrid(c *canvas, y float64) float64 {
	const band, side = 24.0, 26.0
	c.write(margin, y+16, font{size: 16, bold: true, fill: ink}, v.Say("plan.sheet-grid"))
	y += 26
	width := (leftWidth - side) / 2
	left := margin + side
	for i, word := range []string{"important", "unimportant"} {
		c.rect(left+float64(i)*width, y, width, band, "#eeeeee", rule)
		c.write(left+(float64(i)+0.5)*width, y+16, font{size: 12, bold: true, fill: ink, anchor: "middle"}, v.Say("plan.sheet-"+word))
	}
	y += band
	for i, row := range [][2]audit.Quadrant{{audit.Do, audit.Delegate}, {audit.Plan, audit.Drop}} {
		foot := y + 70
		for k, q := range row {
			foot = max(foot, v.drawCell(&canvas{}, left+float64(k)*width, y, width, q))
		}
		c.rect(margin, y, side, foot-y, "#eeeeee", rule)
		c.sideways(margin+17, (y+foot)/2, font{size: 12, bold: true, fill: ink, anchor: "middle"}, v.Say([]string{"plan.sheet-urgent", "plan.sheet-calm"}[i]))
		for k, q := range row {
			c.rect(left+float64(k)*width, y, width, foot-y, paper, rule)
			v.drawCell(c, left+float64(k)*width, y, width, q)
		}
		y = foot
	}
	if undated := v.in(audit.Undated); len(undated) > 0 {
		foot := v.drawCell(&canvas{}, margin, y, leftWidth, audit.Undated)
		c.rect(margin, y, leftWidth, foot-y, paper, rule)
		y = v.drawCell(c, margin, y, leftWidth, audit.Undated)
	}
	return v.drawKey(c, y+8)
}

// drawCell writes a quadrant's name and its actions in two columns, and returns the
// foot.
func (v *voice) drawCell(c *canvas, x, y, width float64, q audit.Quadrant) float64 {
	c.write(x+10, y+20, font{size: 14, bold: true, fill: ink}, v.Say("plan.sheet-"+string(q)))
	if v.terse >= numbersOnly {
		return c.chips(x+8, y+30, width-16, v.in(q)) + 4
	}
	return v.drawSpread(c, x, y+30, width, v.in(q), 2, false) + 4
}

// in lists the actions of a quadrant, those that were dropped too.
func (v *voice) in(q audit.Quadrant) []Action {
	var own []Action
	for _, a := range v.sheet.Actions {
		if a.Quadrant == q && a.Progress != audit.Done {
			own = append(own, a)
		}
	}
	return own
}

// drawKey says what the two forms of a number mean, and returns the foot.
func (v *voice) drawKey(c *canvas, y float64) float64 {
	x := margin
	for i, lane := range lanes {
		c.chip(x, y, Action{Number: i + 1, Item: itemOf(lane.sides[0])})
		words := v.Say("plan.sheet-key-" + lane.name)
		f := font{size: 11, fill: faint}
		c.write(x+chipWidth+6, y+12.5, f, words)
		x += chipWidth + 30 + f.width(words)
	}
	return y + chipHeight
}
