package roadmap

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/report"
)

// Markdown prints sheets for a ticket or a wiki: the plan as lists to tick, what it
// would bring as a table, the twelve months as another.
func Markdown(w io.Writer, sheets []*Sheet, lang audit.Lang) error {
	out := bufio.NewWriter(w)
	for i, s := range sheets {
		v, err := speak(s, lang)
		if err != nil {
			return err
		}
		if i > 0 {
			fmt.Fprintln(out)
		}
		fmt.Fprintf(out, "# %s\n\n%s, %s.\n", md(v.Say("plan.title", "name", report.Clean(s.Name))), v.Say("plan.as-of", "date", v.date(s.At)), v.mission())
		for _, line := range v.capacity() {
			fmt.Fprintf(out, "\n- %s", line)
		}
		fmt.Fprintln(out)
		v.markdownPlan(out)
		v.markdownProspects(out)
		v.markdownMonths(out)
	}
	return out.Flush()
}

// md keeps foreign text from being taken for Markdown.
func md(s string) string {
	return strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", "|", `\|`, "#", `\#`, "\n", " ").Replace(s)
}

func (v *voice) markdownPlan(w io.Writer) {
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
				fmt.Fprintf(w, "\n## %s (%s)\n\n", v.quadrant(q), v.Say("plan.quadrant-"+string(q)))
				heading = true
			}
			v.markdownAction(w, a)
		}
	}
}

func (v *voice) markdownAction(w io.Writer, a Action) {
	tick, blocking, where := " ", "", ""
	if !a.ToDo() {
		tick = "x"
	}
	if a.Blocking {
		blocking = " (" + v.Word(string(audit.Blocker)) + ")"
	}
	if name := v.repository(a); name != "" {
		where = ", " + md(name)
	}
	fmt.Fprintf(w, "- [%s] %d. **%s**%s%s%s%s%s%s\n", tick, a.Number, md(v.title(a)), blocking, where,
		v.Say("plan.separator"), md(v.facts(a)), v.Say("plan.separator"), v.when(a))
	for _, remark := range v.remarks(a) {
		fmt.Fprintf(w, "  - %s\n", md(remark))
	}
}

func (v *voice) markdownProspects(w io.Writer) {
	if len(v.sheet.Prospects) == 0 {
		return
	}
	fmt.Fprintf(w, "\n## %s\n\n| |", v.Say("plan.prospects"))
	for _, axis := range audit.Axes[:3] {
		fmt.Fprintf(w, " %s |", v.Word(string(axis)))
	}
	fmt.Fprintf(w, " %s |\n|---|---|---|---|---|\n", v.Word("continuity"))
	row := func(label string, s audit.Score) {
		fmt.Fprintf(w, "| %s |", label)
		for _, axis := range audit.Axes[:3] {
			fmt.Fprintf(w, " %s |", v.score(axisOf(s, axis)))
		}
		fmt.Fprintf(w, " %s |\n", v.score(s.Continuity))
	}
	row(v.Say("plan.today"), v.sheet.Score)
	for _, p := range v.sheet.Prospects {
		row(v.Say("plan.prospect", "what", v.prospect(p), "count", len(p.Items), "hours", v.hours(p.Hours)), p.Score)
	}
}

func (v *voice) markdownMonths(w io.Writer) {
	if placed := v.sheet.Placed(); len(placed) > 0 {
		fmt.Fprintf(w, "\n## %s\n\n| %s | %s | %s |\n|---|---|---|\n", v.Say("plan.months"), v.Say("plan.begin-column"), v.Say("plan.lane-team"), v.Say("plan.lane-dsi"))
		for _, a := range placed {
			cells := [2]string{}
			said := fmt.Sprintf("%d. %s (%s)", a.Number, md(v.title(a)), v.hours(a.Check.EffortHours))
			if a.Side == audit.Mentor {
				said += ", " + v.Word(string(audit.Mentor))
			}
			for i, lane := range lanes {
				if lane.holds(a.Side) {
					cells[i] = said
				}
			}
			fmt.Fprintf(w, "| %s | %s | %s |\n", v.date(a.Begin), cells[0], cells[1])
		}
	}
	unfit := v.sheet.Unfit()
	if len(unfit) > 0 {
		fmt.Fprintf(w, "\n## %s\n\n", v.Say("plan.unfit"))
	}
	for _, a := range unfit {
		fmt.Fprintf(w, "- %d. %s: %s\n", a.Number, md(v.title(a)), v.when(a))
	}
}
