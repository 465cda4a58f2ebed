package report

import (
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/text"
)

// challengeLine is one challenge as a row of words: its name, a score or a dash
// for each axis, the continuity, the state and the open blockers.
func challengeLine(m *text.Messages, c Challenge) (cells []string, band audit.Band) {
	cells = []string{clean(c.Name)}
	blockers := 0
	for _, axis := range audit.Axes[:3] {
		cell := "–"
		for _, a := range c.Result.Score.Axes {
			if a.Axis == axis {
				blockers += len(a.OpenBlockers)
				if a.Score != nil {
					cell = Score(*a.Score, m.Lang)
				}
			}
		}
		cells = append(cells, cell)
	}
	continuity, state := "–", m.Say("report.no-score")
	if x := c.Result.Score.Continuity; x != nil {
		continuity, band = Score(*x, m.Lang), challengeBand(c.Result, *x)
		state = icon(band) + " " + m.Word(string(band))
	}
	if c.Result.Gate.Open {
		state = m.Say("report.gate-open")
	}
	cells = append(cells, continuity, state, audit.Format(blockers, m.Lang))
	if n := len(c.Result.Unaudited); n > 0 {
		cells[0] += " (" + m.Say("report.unaudited", "count", n) + ")"
	}
	return cells, band
}

func challengeBand(r audit.ChallengeResult, score float64) audit.Band {
	return bandOf(&audit.Result{Score: r.Score}, score)
}

// challengeHead names the columns of [challengeLine].
func challengeHead(m *text.Messages) []string {
	return []string{m.Say("report.challenge"), m.Word("deployment"), m.Word("transmission"), m.Word("reliability"),
		m.Word("continuity"), m.Say("markdown.band"), m.Say("report.blockers")}
}

// challenges prints a portfolio as a table, and on a narrow page as lines.
func (p *page) challenges(all []Challenge) {
	if len(all) == 0 {
		return
	}
	head := challengeHead(p.Messages)
	rows := [][]string{head}
	bands := []audit.Band{""}
	for _, c := range all {
		cells, band := challengeLine(p.Messages, c)
		rows, bands = append(rows, cells), append(bands, band)
	}
	widths := make([]int, len(head))
	total := 2 * (len(head) - 1)
	for i := range head {
		for _, row := range rows {
			widths[i] = max(widths[i], len([]rune(row[i])))
		}
		total += widths[i]
	}
	for n, row := range rows {
		if total > p.width {
			p.narrow(n, head, row)
			continue
		}
		for i := range row {
			row[i] = pad(row[i], widths[i])
		}
		line := strings.TrimRight(strings.Join(row, "  "), " ")
		if n == 0 {
			line = p.bold.Render(line)
		} else {
			line = p.band[bands[n]].Render(line)
		}
		p.line(0, line)
	}
	p.blank()
}

// narrow prints one challenge of a table that does not fit.
func (p *page) narrow(n int, head, row []string) {
	if n == 0 {
		return
	}
	p.wrap(0, p.bold.Render(row[0]))
	var parts []string
	for i := 1; i < len(row); i++ {
		parts = append(parts, head[i]+"\u00a0"+strings.ReplaceAll(row[i], " ", "\u00a0"))
	}
	p.wrap(2, strings.Join(parts, " · "))
}

// challenges prints a portfolio as a table.
func (m *markdown) challenges(all []Challenge) {
	if len(all) == 0 {
		return
	}
	m.printf("| %s |\n|%s\n", strings.Join(challengeHead(m.Messages), " | "), strings.Repeat("---|", len(challengeHead(m.Messages))))
	for _, c := range all {
		cells, _ := challengeLine(m.Messages, c)
		for i := range cells {
			cells[i] = escape(cells[i])
		}
		m.printf("| %s |\n", strings.Join(cells, " | "))
	}
	m.printf("\n")
}
