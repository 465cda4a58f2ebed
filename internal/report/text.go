package report

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/text"
)

// maxPlaces is how many places of one gap the terminal shows.
const maxPlaces = 4

// minWidth is the narrowest page that is laid out; below it the terminal wraps.
const minWidth = 40

// maxWidth keeps lines readable on a wide terminal.
const maxWidth = 100

// Text prints for a terminal: the axes first, then what is wrong, blockers
// before the rest, then what could not be judged, then what is in order.
func Text(w io.Writer, outcomes []Outcome, o Options) error {
	renderer := lipgloss.NewRenderer(w, termenv.WithProfile(termenv.Ascii))
	if o.Colour {
		renderer.SetColorProfile(termenv.ANSI)
	}
	p := &page{
		Messages: text.In(o.Lang), lang: o.Lang, width: min(max(o.Width, minWidth), maxWidth),
		bold: renderer.NewStyle().Bold(true), faint: renderer.NewStyle().Faint(true),
		band: map[audit.Band]lipgloss.Style{
			audit.Ready:      renderer.NewStyle().Foreground(lipgloss.Color("2")),
			audit.ToComplete: renderer.NewStyle().Foreground(lipgloss.Color("3")),
			audit.NotReady:   renderer.NewStyle().Foreground(lipgloss.Color("1")),
		},
	}
	p.challenges(o.Challenges)
	printed := len(o.Challenges) > 0
	for _, outcome := range outcomes {
		if outcome.Err != nil {
			// Errors go to standard error, once, by whoever ran the audit.
			continue
		}
		if printed {
			p.line(0, strings.Repeat("─", p.width))
			p.blank()
		}
		if err := p.result(outcome.Result); err != nil {
			return err
		}
		printed = true
	}
	_, err := io.WriteString(w, p.out.String())
	return err
}

// page lays one report out.
type page struct {
	*text.Messages
	lang        audit.Lang
	width       int
	bold, faint lipgloss.Style
	band        map[audit.Band]lipgloss.Style
	out         strings.Builder
}

func (p *page) result(r *audit.Result) error {
	p.head(r)
	p.axes(r)
	if err := p.gaps(r); err != nil {
		return err
	}
	if err := p.exceptions(r); err != nil {
		return err
	}
	if err := p.unknown(r); err != nil {
		return err
	}
	if err := p.list("report.met", r, audit.AnswerMet); err != nil {
		return err
	}
	if err := p.list("report.not-applicable", r, audit.AnswerNotApplicable); err != nil {
		return err
	}
	p.foot(r)
	return nil
}

func (p *page) head(r *audit.Result) {
	p.line(0, p.bold.Render(clean(r.Target)))
	p.wrap(0, version(p.Messages, r))
	for _, line := range identity(p.Messages, r) {
		p.wrap(0, line)
	}
	p.blank()
}

// version says which commit was audited.
func version(m *text.Messages, r *audit.Result) string {
	commit := r.Repository.Commit[:min(len(r.Repository.Commit), 10)]
	if r.Repository.Branch == "" {
		return m.Say("report.detached", "commit", commit, "date", r.Repository.CommittedAt)
	}
	return m.Say("report.at", "branch", clean(r.Repository.Branch), "commit", commit, "date", r.Repository.CommittedAt)
}

// identity says what the repository is, in sentences of their own.
func identity(m *text.Messages, r *audit.Result) []string {
	var lines []string
	if kinds := kindNames(r); len(kinds) > 0 {
		words := make([]string, len(kinds))
		for i, k := range kinds {
			words[i] = m.Word(string(k))
		}
		lines = append(lines, m.Say("report.delivers", "kinds", words))
	} else {
		lines = append(lines, m.Say("report.delivers-nothing"))
	}
	if names := topLanguages(r); len(names) > 0 {
		for i, name := range names {
			names[i] = fmt.Sprintf("%s %d %%", name, int(math.Round(100*r.Languages[name])))
		}
		lines = append(lines, m.Say("report.languages", "languages", names))
	}
	if r.DocumentationLanguage != "" {
		lines = append(lines, m.Say("report.documentation-in", "language", m.Word(string(r.DocumentationLanguage))))
	}
	if r.Policy != "" {
		lines = append(lines, m.Say("report.policy", "policy", clean(r.Policy)))
	}
	if who := r.Maintainers; who != nil && who.People > 0 {
		lines = append(lines, m.Say("report.maintainers", "people", who.People, "bus", who.BusFactor,
			"share", int(math.Round(100*who.TopShare)), "date", who.LastHumanCommit))
	}
	return lines
}

// axes draws one bar per axis and the continuity below them.
func (p *page) axes(r *audit.Result) {
	label := len([]rune(p.Word("continuity")))
	for _, a := range r.Score.Axes {
		label = max(label, len([]rune(p.Word(string(a.Axis)))))
	}
	// The bars and the notes give way to the numbers on a narrow terminal. The
	// widest row, in French, just fits into 80 columns.
	const narrow, bandWidth = 36, 13
	row := func(name string, score *float64, band audit.Band, note string) {
		line := pad(name, label) + " "
		if score != nil {
			style := p.band[band]
			if p.width >= label+narrow {
				line += " " + style.Render(bar(*score)) + " "
			}
			line += p.bold.Render(Score(*score, p.lang)) + "  " + style.Render(pad(icon(band)+" "+p.Word(string(band)), bandWidth))
		}
		if 2+lipgloss.Width(line)+1+lipgloss.Width(note) <= p.width {
			line += " " + note
		}
		p.line(2, strings.TrimRight(line, " "))
	}
	for _, a := range r.Score.Axes {
		note := p.Say("report.coverage", "coverage", percent(a.Coverage))
		if a.Score == nil {
			note = p.Say("report.no-score")
		} else if a.Provisional {
			note += ", " + p.Say("report.provisional")
		}
		row(p.Word(string(a.Axis)), a.Score, a.Band, p.faint.Render(note))
	}
	if c := r.Score.Continuity; c != nil {
		row(p.Word("continuity"), c, bandOf(r, *c), p.faint.Render(p.Say("report.continuity-why")))
	} else {
		p.wrap(2, p.Word("continuity")+" "+p.Say("report.no-continuity"))
	}
	p.blank()
}

// bandOf returns the band of the axis that has this score.
func bandOf(r *audit.Result, score float64) audit.Band {
	for _, a := range r.Score.Axes {
		if a.Score != nil && *a.Score == score && a.Axis != audit.Community {
			return a.Band
		}
	}
	return ""
}

func (p *page) gaps(r *audit.Result) error {
	all, err := gaps(r, p.lang)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		p.wrap(0, nothingLeft(p.Messages, r))
		p.blank()
		return nil
	}
	heading := ""
	for _, g := range all {
		wanted := "report.gaps"
		if g.Blocking {
			wanted = "report.blockers"
		}
		if wanted != heading {
			p.line(0, p.bold.Render(p.Say(wanted)))
			heading = wanted
		}
		p.gap(g)
	}
	return nil
}

func (p *page) gap(g gap) {
	mark := "✖"
	if g.verdict.Answer == audit.AnswerPartlyMet {
		mark = "◐"
	}
	p.wrap(2, mark+" "+p.bold.Render(g.text.Title)+" "+p.faint.Render("["+p.Word(string(g.Check.Severity))+", "+
		p.Word(string(g.verdict.Answer))+", "+g.Check.ID+"]"))
	p.wrap(4, g.reason)
	for i, place := range g.verdict.Places {
		if i == maxPlaces {
			p.wrap(4, p.Say("report.more-places", "count", len(g.verdict.Places)-maxPlaces))
			break
		}
		line := "→ " + where(place)
		if place.Text != "" {
			line += "  " + p.faint.Render(clean(place.Text))
		}
		p.wrap(4, line)
	}
	p.wrap(4, p.bold.Render(p.Say("report.why"))+" "+g.text.Why)
	p.wrap(4, p.bold.Render(p.Say("report.fix"))+" "+g.text.Fix+" ("+worth(p.Messages, g)+")")
	p.blank()
}

// worth says what closing a gap costs and brings.
func worth(m *text.Messages, g gap) string {
	parts := []string{m.Say("report.effort", "hours", g.Check.EffortHours, "side", m.Word(string(g.Side)))}
	if g.Check.LeadDays > 0 {
		parts = append(parts, m.Say("report.lead", "days", g.Check.LeadDays))
	}
	if points := math.Floor(100*g.Gain + 0.5); points > 0 {
		parts = append(parts, m.Say("report.gain", "axis", m.Word(string(g.Check.Axis)), "points", audit.Format(points/100, m.Lang)))
	}
	if !g.Due.IsZero() {
		parts = append(parts, m.Say("report.due", "quadrant", m.Word("quadrant-"+string(g.Quadrant)), "date", g.Due))
	}
	return strings.Join(parts, ", ")
}

func (p *page) unknown(r *audit.Result) error {
	unknown := answered(r, audit.AnswerUnknown)
	if len(unknown) == 0 {
		return nil
	}
	p.line(0, p.bold.Render(p.Say("report.unknown")))
	for _, j := range unknown {
		t, err := j.Check.Text(p.lang)
		if err != nil {
			return err
		}
		p.wrap(2, "? "+p.bold.Render(t.Title)+" — "+reason(p.Messages, t, j.Verdict.Reason))
	}
	p.blank()
	return nil
}

// reason puts a reason into words. Missing evidence is named by id inside it.
func reason(m *text.Messages, t *audit.Text, r audit.Reason) string {
	if needs, ok := r.Args["needs"].([]string); ok {
		words := make([]string, len(needs))
		for i, need := range needs {
			words[i] = m.Word(need)
		}
		r = audit.Because(r.Key, "needs", words)
	}
	return clean(t.Explain(r, m.Lang))
}

// list names the checks with one answer in a single paragraph.
func (p *page) list(heading string, r *audit.Result, answer audit.Answer) error {
	judged := answered(r, answer)
	if len(judged) == 0 {
		return nil
	}
	mark := "✔ "
	if answer == audit.AnswerNotApplicable {
		mark = "· "
	}
	p.line(0, p.bold.Render(p.Say(heading)))
	for _, j := range judged {
		t, err := j.Check.Text(p.lang)
		if err != nil {
			return err
		}
		p.wrap(2, mark+t.Title+p.faint.Render(" ["+j.Check.ID+"]"))
	}
	p.blank()
	return nil
}

func (p *page) foot(r *audit.Result) {
	if len(r.Limits) > 0 {
		p.line(0, p.bold.Render(p.Say("report.limits")))
		for _, l := range r.Limits {
			p.wrap(2, p.Say("report.limit", "name", l.Name, "value", strconv.FormatInt(l.Value, 10), "what", clean(l.What)))
		}
		p.blank()
	}
	if len(r.Uncommitted) > 0 {
		paths := make([]string, len(r.Uncommitted))
		for i, path := range r.Uncommitted {
			paths[i] = clean(path)
		}
		p.wrap(0, p.Say("report.uncommitted", "paths", paths))
	}
	p.wrap(0, p.faint.Render(p.Say("report.catalogue", "version", r.Catalogue, "date", r.TakenAt)))
}

func (p *page) line(indent int, s string) {
	p.out.WriteString(strings.Repeat(" ", indent) + s + "\n")
}

func (p *page) blank() { p.out.WriteString("\n") }

// wrap breaks lines at spaces only, so that ids and paths stay whole;
// continuation lines are indented by two more.
func (p *page) wrap(indent int, s string) {
	line, width := "", 0
	here := indent
	// What a no-break space holds together stays so, such as a number and its unit.
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return r != '\u00a0' && unicode.IsSpace(r) }) {
		w := lipgloss.Width(word)
		if width > 0 && here+width+1+w > p.width {
			p.line(here, line)
			here, line, width = indent+2, "", 0
		}
		if width > 0 {
			line, width = line+" ", width+1
		}
		line, width = line+word, width+w
	}
	p.line(here, line)
}

// bar draws a score as ten blocks.
func bar(score float64) string {
	full := int(math.Floor(score*10 + 1e-9))
	return strings.Repeat("█", full) + strings.Repeat("░", 10-full)
}

// icon marks a band without colour.
func icon(b audit.Band) string {
	switch b {
	case audit.Ready:
		return "✔"
	case audit.ToComplete:
		return "◐"
	}
	return "✖"
}

// Score writes a score with two decimals, rounded down: 0.799 must not look like
// the 0.80 that it is not.
func Score(score float64, lang audit.Lang) string {
	s := strconv.FormatFloat(math.Floor(score*100+1e-9)/100, 'f', 2, 64)
	if lang == audit.French {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}

func percent(share float64) int { return int(math.Floor(100*share + 1e-9)) }

func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-lipgloss.Width(s)))
}
