package roadmap

import (
	"slices"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/plan"
)

func itemOf(side audit.Side) plan.Item { return plan.Item{Action: audit.Action{Side: side}} }

// note is what stands beside the arrow at a day: an action, or a date of the
// challenge.
type note struct {
	at     time.Time
	action *Action
	title  string
	detail string
	height float64
	top    float64 // where it stands in the end
}

// The arrow's column holds the months; a lane is on each side of it.
const (
	yearLeft   = margin + leftWidth + gutter
	yearWidth  = pageWidth - margin - yearLeft
	monthWidth = 64.0
	laneWidth  = (yearWidth-monthWidth)/2 - elbow
	elbow      = 36.0
	noteGap    = 5.0
)

var (
	noteFont   = font{size: 12.5, fill: ink}
	detailFont = font{size: 10.5, fill: faint}
)

// drawYear writes the arrow of twelve months, on which time goes up. It reaches down
// to foot at least, and returns where it ends.
func (v *voice) drawYear(c *canvas, top, foot float64) float64 {
	c.write(yearLeft, top+16, font{size: 16, bold: true, fill: ink}, v.Say("plan.sheet-year"))
	x := [2]float64{yearLeft, yearLeft + laneWidth + 2*elbow + monthWidth}
	for i, lane := range lanes {
		c.rect(x[i], top+26, laneWidth, 26, "#eeeeee", rule)
		c.write(x[i]+laneWidth/2, top+44, font{size: 13, bold: true, fill: ink, anchor: "middle"}, v.Say("plan.lane-"+lane.name))
		c.write(x[i]+laneWidth/2, top+66, font{size: 10.5, fill: faint, anchor: "middle"}, v.Say("plan.sheet-lane-key"))
	}
	notes := [2][]note{v.notes(0), v.notes(1)}
	const head, tail = 84.0, 40.0
	length := foot - top - head - tail
	for _, lane := range notes {
		needed := 0.0
		for _, n := range lane {
			needed += n.height + noteGap
		}
		length = max(length, needed)
	}
	length = max(length, 420)
	above, below := top+head, top+head+length
	v.drawMonths(c, above, below)
	for i, lane := range notes {
		settle(lane, v.heightAt(above, below), above, below)
		for _, n := range lane {
			v.drawNote(c, n, i, x[i], v.heightAt(above, below)(n.at))
		}
	}
	return below + tail
}

// heightAt turns a day into its place on the arrow.
func (v *voice) heightAt(above, below float64) func(time.Time) float64 {
	year := v.sheet.To.Sub(v.sheet.From).Hours()
	return func(t time.Time) float64 {
		return below - min(max(t.Sub(v.sheet.From).Hours()/year, 0), 1)*(below-above)
	}
}

// notes lists what stands in a lane, the latest first. The team's end stands in its
// own lane, the start of production in the other. What comes too late stands where it
// would be ready, and says so.
func (v *voice) notes(lane int) []note {
	var all []note
	within := func(t time.Time) bool { return !t.Before(v.sheet.From) && t.Before(v.sheet.To) }
	if dates := [2]time.Time{v.sheet.MissionEnd, v.sheet.Production}; within(dates[lane]) {
		key := [2]string{"plan.mission-end", "plan.production"}[lane]
		all = append(all, note{at: dates[lane], title: "◆ " + v.Say(key, "date", v.date(dates[lane]))})
	}
	placed := v.sheet.Placed()
	for i, a := range placed {
		if !lanes[lane].holds(a.Side) {
			continue
		}
		detail := v.Say("plan.sheet-begin", "begin", v.date(a.Begin), "due", v.date(a.Due), "hours", v.hours(a.Check.EffortHours))
		if a.Side == audit.Mentor {
			detail = v.Word(string(audit.Mentor)) + " · " + detail
		}
		all = append(all, note{at: a.Begin, action: &placed[i], title: v.title(a), detail: detail})
	}
	for i, a := range v.sheet.Actions {
		if lanes[lane].holds(a.Side) && !a.Ready.IsZero() {
			detail := v.Say("plan.sheet-ready", "ready", v.date(a.Ready), "due", v.date(a.Due), "hours", v.hours(a.Check.EffortHours))
			all = append(all, note{at: a.Ready, action: &v.sheet.Actions[i], title: v.title(a), detail: detail})
		}
	}
	for i := range all {
		all[i].height = v.drawBody(&canvas{}, all[i], 0, 0)
	}
	slices.SortStableFunc(all, func(a, b note) int { return b.at.Compare(a.at) })
	return all
}

// settle moves notes apart, as little as it can from the top down and then back up
// where they would pass the foot.
func settle(notes []note, heightAt func(time.Time) float64, above, below float64) {
	next := above
	for i := range notes {
		notes[i].top = max(heightAt(notes[i].at)-notes[i].height/2, next)
		next = notes[i].top + notes[i].height + noteGap
	}
	limit := below
	for i := len(notes) - 1; i >= 0; i-- {
		notes[i].top = min(notes[i].top, limit-notes[i].height)
		limit = notes[i].top - noteGap
	}
}

func (v *voice) drawMonths(c *canvas, above, below float64) {
	middle := yearLeft + laneWidth + elbow + monthWidth/2
	c.line(ink, middle, below+14, middle, above-22)
	c.line(ink, middle-7, above-12, middle, above-24, middle+7, above-12)
	c.write(middle, below+28, font{size: 11, bold: true, fill: ink, anchor: "middle"}, v.Say("plan.today"))
	place := v.heightAt(above, below)
	first := time.Date(v.sheet.From.Year(), v.sheet.From.Month(), 1, 0, 0, 0, 0, time.UTC)
	for i := 1; i <= 12; i++ {
		month := first.AddDate(0, i, 0)
		if !month.Before(v.sheet.To) {
			continue
		}
		y := place(month)
		c.rect(middle-monthWidth/2+6, y-9, monthWidth-12, 18, paper, rule)
		c.write(middle, y+4, font{size: 11, fill: ink, anchor: "middle"}, v.Say("plan.month-"+month.Format("01"))+" "+month.Format("06"))
	}
}

// drawNote writes a note and the line that leads to its day.
func (v *voice) drawNote(c *canvas, n note, lane int, x, day float64) {
	v.drawBody(c, n, x, n.top)
	y := n.top + chipHeight/2
	from, to := x+laneWidth, x+laneWidth+elbow
	if lane == 1 {
		from, to = x, x-elbow
	}
	toward := (to - from) / 6
	c.line(rule, from, y, from+toward, y, to-toward, day, to, day)
}

// drawBody writes what a note says and returns its foot.
func (v *voice) drawBody(c *canvas, n note, x, y float64) float64 {
	if n.action == nil {
		return c.paragraph(x+6, y, laneWidth-12, font{size: 12.5, bold: true, fill: ink}, n.title)
	}
	c.chip(x+6, y, *n.action)
	inner := laneWidth - chipWidth - 20
	foot := c.paragraph(x+chipWidth+14, y, inner, noteFont, n.title)
	return max(c.paragraph(x+chipWidth+14, foot, inner, detailFont, n.detail), y+chipHeight)
}

// drawUnfit writes what has no place on the arrow, and why, over the whole width, and
// returns the foot.
func (v *voice) drawUnfit(c *canvas, y float64) float64 {
	unfit := v.sheet.Unfit()
	if len(unfit) == 0 {
		return y
	}
	c.line(rule, margin, y+10, pageWidth-margin, y+10)
	c.write(margin, y+32, font{size: 16, bold: true, fill: ink}, v.Say("plan.unfit"))
	y = c.paragraph(margin, y+40, pageWidth-2*margin, font{size: 11.5, fill: ink}, strings.Join(v.capacity(), " · ")) + 6
	if v.terse >= unfitByNumber {
		return v.drawGroups(c, y, unfit)
	}
	const columns = 4
	width, each := (pageWidth-2*margin)/columns, (len(unfit)+columns-1)/columns
	foot := y
	for i := range columns {
		x, at := margin+float64(i)*width, y
		for _, a := range unfit[min(i*each, len(unfit)):min((i+1)*each, len(unfit))] {
			c.chip(x, at, a)
			inner := width - chipWidth - 24
			below := c.paragraph(x+chipWidth+8, at, inner, noteFont, v.title(a))
			at = max(c.paragraph(x+chipWidth+8, below, inner, detailFont, v.when(a)), at+chipHeight) + 5
		}
		foot = max(foot, at)
	}
	return foot
}

// drawGroups writes what does not fit by number, those with the same reason together,
// and returns the foot.
func (v *voice) drawGroups(c *canvas, y float64, unfit []Action) float64 {
	const label = 330.0
	for _, why := range []Why{Overdue, Late, Crowded, Dateless} {
		own := slices.DeleteFunc(slices.Clone(unfit), func(a Action) bool { return a.Why != why })
		if len(own) == 0 {
			continue
		}
		foot := c.paragraph(margin, y+1, label-10, noteFont, v.Say("plan.group-"+string(why)))
		y = max(foot, c.chips(margin+label, y, pageWidth-2*margin-label, own)) + 3
	}
	return y
}
