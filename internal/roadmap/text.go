package roadmap

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/report"
)

// Text prints sheets for a terminal: the plan by quadrant, what it would bring, the
// twelve months, and what does not fit.
func Text(w io.Writer, sheets []*Sheet, lang audit.Lang) error {
	out := bufio.NewWriter(w)
	for i, s := range sheets {
		v, err := speak(s, lang)
		if err != nil {
			return err
		}
		if i > 0 {
			fmt.Fprintln(out)
		}
		v.textHead(out)
		v.textPlan(out)
		v.textProspects(out)
		v.textMonths(out)
	}
	return out.Flush()
}

func (v *voice) textHead(w io.Writer) {
	title := v.Say("plan.title", "name", report.Clean(v.sheet.Name))
	fmt.Fprintf(w, "%s\n%s\n%s, %s\n", title, strings.Repeat("=", len([]rune(title))), v.Say("plan.as-of", "date", v.date(v.sheet.At)), v.mission())
	for _, line := range v.capacity() {
		fmt.Fprintln(w, line)
	}
}

func (v *voice) textPlan(w io.Writer) {
	if len(v.sheet.Actions) == 0 {
		fmt.Fprintf(w, "\n%s\n", v.Say("plan.nothing"))
	}
	for _, q := range audit.Quadrants {
		heading := false
		for _, a := range v.sheet.Actions {
			if a.Quadrant != q {
				continue
			}
			if !heading {
				fmt.Fprintf(w, "\n%s (%s)\n", v.quadrant(q), v.Say("plan.quadrant-"+string(q)))
				heading = true
			}
			v.textAction(w, a)
		}
	}
}

func (v *voice) textAction(w io.Writer, a Action) {
	blocking, where := "", ""
	if a.Blocking {
		blocking = "[" + v.Word(string(audit.Blocker)) + "] "
	}
	if name := v.repository(a); name != "" {
		where = " (" + name + ")"
	}
	fmt.Fprintf(w, "%4d. %s%s%s\n", a.Number, blocking, v.title(a), where)
	fmt.Fprintf(w, "      %s\n      %s\n", v.facts(a), v.when(a))
	for _, remark := range v.remarks(a) {
		fmt.Fprintf(w, "      %s\n", remark)
	}
}

func (v *voice) textProspects(w io.Writer) {
	if len(v.sheet.Prospects) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s\n", v.Say("plan.prospects"))
	const name, column = 34, 15
	row := func(label string, s audit.Score) {
		fmt.Fprintf(w, "  %s", pad(label, name))
		for _, axis := range audit.Axes[:3] {
			fmt.Fprint(w, pad(v.score(axisOf(s, axis)), column))
		}
		fmt.Fprintln(w, v.score(s.Continuity))
	}
	fmt.Fprintf(w, "  %s", pad("", name))
	for _, axis := range audit.Axes[:3] {
		fmt.Fprint(w, pad(v.Word(string(axis)), column))
	}
	fmt.Fprintln(w, v.Word("continuity"))
	row(v.Say("plan.today"), v.sheet.Score)
	for _, p := range v.sheet.Prospects {
		row(v.Say("plan.prospect", "what", v.prospect(p), "count", len(p.Items), "hours", v.hours(p.Hours)), p.Score)
	}
}

func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(1, width-len([]rune(s))))
}

func (v *voice) textMonths(w io.Writer) {
	for _, lane := range lanes {
		lines := []string{}
		for _, a := range v.sheet.Placed() {
			if lane.holds(a.Side) {
				lines = append(lines, fmt.Sprintf("  %s  %4d. %s (%s)", v.date(a.Begin), a.Number, v.title(a), v.hours(a.Check.EffortHours)))
			}
		}
		if len(lines) > 0 {
			fmt.Fprintf(w, "\n%s\n%s\n", v.Say("plan.months-of", "side", v.Say("plan.lane-"+lane.name)), strings.Join(lines, "\n"))
		}
	}
	unfit := v.sheet.Unfit()
	if len(unfit) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s\n", v.Say("plan.unfit"))
	for _, a := range unfit {
		fmt.Fprintf(w, "%4d. %s\n      %s\n", a.Number, v.title(a), v.when(a))
	}
}

// lane is one side of the arrow: the team's, or the IT department's, where the
// mentor's actions stand too.
type lane struct {
	name  string
	sides []audit.Side
}

var lanes = []lane{{"team", []audit.Side{audit.Team}}, {"dsi", []audit.Side{audit.DSI, audit.Mentor}}}

func (l lane) holds(side audit.Side) bool {
	for _, one := range l.sides {
		if one == side {
			return true
		}
	}
	return false
}
