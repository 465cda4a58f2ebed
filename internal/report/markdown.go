package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/text"
)

// Markdown prints a document to paste into a ticket of any forge: the scores as
// a table, what to do as a list to tick, the rest folded away.
func Markdown(w io.Writer, outcomes []Outcome, o Options) error {
	m := &markdown{Messages: text.In(o.Lang)}
	m.challenges(o.Challenges)
	for _, outcome := range outcomes {
		if outcome.Err != nil {
			m.printf("## %s\n\n%s %s\n\n", escape(outcome.Target), m.Say("markdown.failed"), escape(outcome.Err.Error()))
			continue
		}
		if err := m.result(outcome.Result); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, strings.TrimRight(m.out.String(), "\n")+"\n")
	return err
}

type markdown struct {
	*text.Messages
	out strings.Builder
}

func (m *markdown) printf(format string, args ...any) { fmt.Fprintf(&m.out, format, args...) }

func (m *markdown) result(r *audit.Result) error {
	m.printf("## %s\n\n", m.Say("markdown.summary", "target", escape(r.Target)))
	m.printf("%s  \n", escape(version(m.Messages, r)))
	m.printf("%s\n\n", escape(strings.Join(identity(m.Messages, r), " · ")))
	m.table(r)
	all, err := gaps(r, m.Lang)
	if err != nil {
		return err
	}
	m.printf("### %s\n\n", m.Say("markdown.todo"))
	if len(all) == 0 {
		m.printf("%s\n\n", nothingLeft(m.Messages, r))
	}
	for _, g := range all {
		m.gap(g)
	}
	if err := m.exceptions(r); err != nil {
		return err
	}
	if err := m.fold("report.unknown", r, audit.AnswerUnknown); err != nil {
		return err
	}
	if err := m.fold("report.met", r, audit.AnswerMet); err != nil {
		return err
	}
	if err := m.fold("report.not-applicable", r, audit.AnswerNotApplicable); err != nil {
		return err
	}
	for _, l := range r.Limits {
		m.printf("- %s\n", escape(m.Say("report.limit", "name", l.Name, "value", l.Value, "what", l.What)))
	}
	m.printf("\n%s\n\n", escape(m.Say("report.catalogue", "version", r.Catalogue, "date", r.TakenAt)))
	return nil
}

func (m *markdown) table(r *audit.Result) {
	m.printf("| %s | %s | %s | %s |\n|---|---|---|---|\n",
		m.Say("markdown.axis"), m.Say("markdown.score"), m.Say("markdown.band"), m.Say("markdown.coverage"))
	for _, a := range r.Score.Axes {
		score, band := "–", m.Say("report.no-score")
		if a.Score != nil {
			score, band = Score(*a.Score, m.Lang), icon(a.Band)+" "+m.Word(string(a.Band))
		}
		coverage := fmt.Sprintf("%d %%", percent(a.Coverage))
		if a.Provisional {
			coverage += " (" + m.Say("report.provisional") + ")"
		}
		m.printf("| %s | %s | %s | %s |\n", m.Word(string(a.Axis)), score, band, coverage)
	}
	if c := r.Score.Continuity; c != nil {
		band := bandOf(r, *c)
		m.printf("| **%s** | **%s** | %s %s | |\n", m.Word("continuity"), Score(*c, m.Lang), icon(band), m.Word(string(band)))
	}
	m.printf("\n")
}

func (m *markdown) gap(g gap) {
	m.printf("- [ ] **%s** (%s, %s, `%s`)\n", escape(g.text.Title), m.Word(string(g.Check.Severity)), m.Word(string(g.verdict.Answer)), g.Check.ID)
	m.printf("  %s\n", escape(g.reason))
	for i, place := range g.verdict.Places {
		if i == maxPlaces {
			m.printf("  - %s\n", m.Say("report.more-places", "count", len(g.verdict.Places)-maxPlaces))
			break
		}
		m.printf("  - %s\n", escape(where(place)))
	}
	m.printf("  **%s** %s (%s)\n", m.Say("report.fix"), escape(g.text.Fix), worth(m.Messages, g))
}

func (m *markdown) fold(heading string, r *audit.Result, answer audit.Answer) error {
	judged := answered(r, answer)
	if len(judged) == 0 {
		return nil
	}
	m.printf("\n<details><summary>%s (%d)</summary>\n\n", m.Say(heading), len(judged))
	for _, j := range judged {
		t, err := j.Check.Text(m.Lang)
		if err != nil {
			return err
		}
		m.printf("- %s (`%s`) — %s\n", escape(t.Title), j.Check.ID, escape(reason(m.Messages, t, j.Verdict.Reason)))
	}
	m.printf("\n</details>\n")
	return nil
}

// escape keeps foreign text from being taken for Markdown or HTML, and from
// mentioning people on the forge where it is pasted.
func escape(s string) string {
	return markdownSpecial.Replace(clean(s))
}

var markdownSpecial = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "|", `\|`, "#", `\#`, "@", "@\u200b",
)
