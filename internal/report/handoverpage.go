package report

import (
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/text"
)

// HandoverSchema names the JSON form.
const HandoverSchema = "perenne.handover/v1"

// chapter is one repository, or the table of a portfolio, in words.
type chapter struct {
	Title, Version string
	Sections       []section
	Failed         string
}

// chapters puts everything into words, the portfolio first.
func chapters(outcomes []Outcome, o Options) []chapter {
	m := text.In(o.Lang)
	var all []chapter
	if len(o.Challenges) > 0 {
		all = append(all, chapter{Sections: []section{handover{Messages: m}.totalsSection(totals(outcomes, o.Challenges))}})
	}
	for _, outcome := range outcomes {
		c := chapter{Title: clean(outcome.Target)}
		switch {
		case outcome.Err != nil:
			c.Failed = clean(outcome.Err.Error())
		case outcome.Result.Handover != nil:
			c.Version = version(m, outcome.Result)
			c.Sections = handover{m, outcome.Result.Handover, outcome.Result}.sections()
		}
		all = append(all, c)
	}
	return all
}

// HandoverText prints for a terminal: one page a repository.
func HandoverText(w io.Writer, outcomes []Outcome, o Options) error {
	renderer := lipgloss.NewRenderer(w, termenv.WithProfile(termenv.Ascii))
	if o.Colour {
		renderer.SetColorProfile(termenv.ANSI)
	}
	p := &page{Messages: text.In(o.Lang), lang: o.Lang, width: min(max(o.Width, minWidth), maxWidth),
		bold: renderer.NewStyle().Bold(true), faint: renderer.NewStyle().Faint(true)}
	for i, c := range chapters(outcomes, o) {
		if c.Failed != "" {
			continue
		}
		if i > 0 {
			p.line(0, strings.Repeat("─", p.width))
		}
		if c.Title != "" {
			p.line(0, p.bold.Render(c.Title))
			p.wrap(0, c.Version)
			p.blank()
		}
		for _, s := range c.Sections {
			p.section(s)
		}
	}
	_, err := io.WriteString(w, p.out.String())
	return err
}

func (p *page) section(s section) {
	indent := 0
	if s.Title != "" {
		p.line(0, p.bold.Render(s.Title))
		indent = 2
	}
	for i, note := range s.Notes {
		if s.Ordered {
			note = fmt.Sprint(i+1) + ". " + note
		}
		p.wrap(indent, note)
	}
	p.rows(indent, s.Head, s.Rows)
	if s.More != "" {
		p.wrap(indent, p.faint.Render(s.More))
	}
	p.blank()
}

// leastColumn is how narrow a column may become, and gutter what lies between two.
const leastColumn, gutter = 8, 2

// rows prints a table. On a page that is too narrow for it the widest columns give
// way, and their cells go over several lines.
func (p *page) rows(indent int, head []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	all := append([][]string{head}, rows...)
	widths := make([]int, len(head))
	for i := range head {
		for _, row := range all {
			widths[i] = max(widths[i], lipgloss.Width(row[i]))
		}
	}
	fit(widths, p.width-indent-gutter*(len(head)-1))
	for n, row := range all {
		var columns []string
		for i, cell := range row {
			width := widths[i]
			if i < len(row)-1 {
				width += gutter
			}
			columns = append(columns, lipgloss.NewStyle().Width(width).Render(wrapped(cell, widths[i])))
		}
		for line := range strings.SplitSeq(lipgloss.JoinHorizontal(lipgloss.Top, columns...), "\n") {
			line = strings.TrimRight(line, " ")
			if n == 0 {
				line = p.faint.Render(line)
			}
			p.line(indent, line)
		}
	}
}

// fit narrows the widest columns until all fit.
func fit(widths []int, width int) {
	total := 0
	for _, w := range widths {
		total += w
	}
	for ; total > width; total-- {
		widest := 0
		for i := range widths {
			if widths[i] > widths[widest] {
				widest = i
			}
		}
		if widths[widest] <= leastColumn {
			return
		}
		widths[widest]--
	}
}

// wrapped breaks a cell at spaces and behind the slashes of a path.
func wrapped(cell string, width int) string {
	return ansi.Wrap(cell, width, "/")
}

// HandoverMarkdown prints a document to paste into a ticket.
func HandoverMarkdown(w io.Writer, outcomes []Outcome, o Options) error {
	m := &markdown{Messages: text.In(o.Lang)}
	for _, c := range chapters(outcomes, o) {
		if c.Title != "" {
			m.printf("## %s\n\n", m.Say("handover.title", "target", escape(c.Title)))
		}
		if c.Failed != "" {
			m.printf("%s %s\n\n", m.Say("markdown.failed"), escape(c.Failed))
		} else if c.Version != "" {
			m.printf("%s\n\n", escape(c.Version))
		}
		for _, s := range c.Sections {
			m.section(s)
		}
	}
	_, err := io.WriteString(w, strings.TrimRight(m.out.String(), "\n")+"\n")
	return err
}

func (m *markdown) section(s section) {
	if s.Title != "" {
		m.printf("### %s\n\n", s.Title)
	}
	for i, note := range s.Notes {
		mark := "-"
		if s.Ordered {
			mark = fmt.Sprint(i+1) + "."
		}
		m.printf("%s %s\n", mark, escape(strings.TrimPrefix(note, "· ")))
	}
	if len(s.Notes) > 0 {
		m.printf("\n")
	}
	defer func() {
		if s.More != "" {
			m.printf("%s\n\n", escape(s.More))
		}
	}()
	if len(s.Rows) == 0 {
		return
	}
	m.printf("| %s |\n|%s\n", strings.Join(s.Head, " | "), strings.Repeat("---|", len(s.Head)))
	for _, row := range s.Rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = escape(cell)
		}
		m.printf("| %s |\n", strings.Join(cells, " | "))
	}
	m.printf("\n")
}

//go:embed handover.html.tmpl
var handoverSource string

// HandoverHTML prints one page that needs nothing beside it.
func HandoverHTML(w io.Writer, outcomes []Outcome, o Options) error {
	m := text.In(o.Lang)
	page, err := template.New("handover").Funcs(template.FuncMap{"say": m.Say}).Parse(handoverSource)
	if err != nil {
		return err
	}
	return page.Execute(w, struct {
		Lang     audit.Lang
		Chapters []chapter
	}{o.Lang, chapters(outcomes, o)})
}

// handoverDocument is the JSON of one repository.
type handoverDocument struct {
	Schema     string             `json:"schema"`
	Challenge  string             `json:"challenge,omitempty"`
	Target     string             `json:"target"`
	Error      string             `json:"error,omitempty"`
	Repository *repositoryVersion `json:"repository,omitempty"`
	*audit.Handover
}

type repositoryVersion struct {
	URL         string    `json:"url"`
	Branch      string    `json:"branch"`
	Commit      string    `json:"commit"`
	CommittedAt time.Time `json:"committed_at"`
}

// HandoverJSON prints documents of the schema [HandoverSchema]: one as itself,
// several under "handovers", with what each challenge of a portfolio loses under
// "challenges".
func HandoverJSON(w io.Writer, outcomes []Outcome, o Options) error {
	m := text.In(o.Lang)
	var all []handoverDocument
	for _, outcome := range outcomes {
		d := handoverDocument{Schema: HandoverSchema, Challenge: outcome.Challenge, Target: outcome.Target}
		if outcome.Err != nil {
			d.Error = outcome.Err.Error()
		} else {
			at := outcome.Result.Repository
			d.Repository = &repositoryVersion{at.URL, at.Branch, at.Commit, at.CommittedAt}
			d.Handover = outcome.Result.Handover
			if t := d.Handover.Transfer; t != nil {
				for i := range t.Documents {
					t.Documents[i].Title = handover{m, d.Handover, outcome.Result}.title(t.Documents[i])
				}
			}
		}
		all = append(all, d)
	}
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	if len(all) == 1 && len(o.Challenges) == 0 {
		return out.Encode(all[0])
	}
	return out.Encode(struct {
		Schema     string             `json:"schema"`
		Challenges []total            `json:"challenges,omitempty"`
		Handovers  []handoverDocument `json:"handovers"`
	}{HandoverSchema, totals(outcomes, o.Challenges), all})
}

// HandoverCSV prints one line per folder, for a spreadsheet. The columns are the
// same whatever the language.
func HandoverCSV(w io.Writer, outcomes []Outcome, _ Options) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"challenge", "target", "commit", "folder", "deliverable", "known_files", "orphaned_files", "known_bytes", "orphaned_bytes",
		"knowledge_at_risk", "weight_at_risk", "knows_now", "would_know", "from", "to", "hours", "first_session", "last_session", "hours_that_do_not_fit"}}
	for _, o := range outcomes {
		if o.Err != nil || o.Result.Handover == nil {
			continue
		}
		for _, a := range o.Result.Handover.Areas {
			row := cells(o.Challenge, clean(o.Target), o.Result.Repository.Commit, clean(a.Folder), string(a.Kind), strconv.Itoa(a.KnownFiles),
				strconv.Itoa(a.OrphanedFiles), fmt.Sprint(a.KnownBytes), fmt.Sprint(a.OrphanedBytes), csvRatio(a.KnowledgeAtRisk), csvRatio(a.WeightAtRisk),
				csvNames(a.Knew), csvNames(a.Knows))
			rows = append(rows, append(row, csvSessions(o.Result.Handover.Transfer, a.Folder)...))
		}
	}
	return out.WriteAll(rows)
}

func csvRatio(x *float64) string {
	if x == nil {
		return ""
	}
	return number(round(*x))
}

func csvNames(people []audit.Knower) string {
	var all []string
	for _, k := range people {
		all = append(all, clean(k.Name))
	}
	return strings.Join(all, "\n")
}

// csvSessions sums up the sessions about one folder.
func csvSessions(plan *audit.TransferPlan, folder string) []string {
	row := make([]string, 6)
	if plan == nil {
		return row
	}
	hours, left := 0.0, 0.0
	for _, s := range plan.Sessions {
		if s.Folder != folder {
			continue
		}
		hours += s.Hours
		row[0], row[1] = clean(s.From), clean(s.To)
		if !s.Day.IsZero() {
			day := s.Day.Format(time.DateOnly)
			if row[3] == "" {
				row[3] = day
			}
			row[4] = day
		}
	}
	for _, l := range plan.Left {
		if l.Folder == folder {
			left += l.Hours
			row[0] = clean(l.From)
		}
	}
	if hours > 0 {
		row[2] = number(hours)
	}
	if left > 0 {
		row[5] = number(left)
	}
	return cells(row...)
}
