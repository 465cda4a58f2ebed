package report

import (
	"strings"
	"unicode/utf8"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/text"
)

// exception is one gap that somebody accepts, asks to accept, or a fact that
// somebody declares, in words.
type exception struct {
	check *audit.Check
	title string
	// reason is what the evidence says; said is what the person says.
	reason, said string
}

// exceptions words what one part of the verdicts carries; say returns "" for a
// verdict that carries nothing.
func exceptions(m *text.Messages, r *audit.Result, say func(audit.Judged) string) ([]exception, error) {
	var all []exception
	for _, j := range r.Judged {
		said := say(j)
		if said == "" {
			continue
		}
		t, err := j.Check.Text(m.Lang)
		if err != nil {
			return nil, err
		}
		all = append(all, exception{check: j.Check, title: t.Title, reason: reason(m, t, j.Verdict.Reason), said: clean(maskAll(said))})
	}
	return all, nil
}

// parts are the lists of exceptions that a report prints, each with its heading.
func parts(m *text.Messages) []struct {
	heading string
	say     func(audit.Judged) string
} {
	return []struct {
		heading string
		say     func(audit.Judged) string
	}{
		{m.Say("report.waived"), func(j audit.Judged) string {
			if !j.Waived() {
				return ""
			}
			return waiverWords(m, *j.Waiver)
		}},
		{m.Say("report.requested"), func(j audit.Judged) string {
			if j.Requested == nil {
				return ""
			}
			return waiverWords(m, *j.Requested)
		}},
		{m.Say("report.attested"), func(j audit.Judged) string { return attestationWords(m, j) }},
	}
}

func waiverWords(m *text.Messages, w audit.Waiver) string {
	said := w.Reason + " (" + w.Author
	if w.Author == "" {
		said = w.Reason + " (" + m.Say("report.nobody")
	}
	if !w.Expires.IsZero() {
		said += ", " + m.Say("report.expires", "date", w.Expires)
	}
	if len(w.Paths) > 0 {
		said += ", " + m.Say("report.for-paths", "paths", w.Paths)
	}
	return said + ")"
}

func attestationWords(m *text.Messages, j audit.Judged) string {
	a := j.Attestation
	if a == nil {
		return ""
	}
	said := m.Say("report.declared", "says", a.Says, "author", a.Author, "date", a.Date)
	if !a.Expires.IsZero() {
		said += ", " + m.Say("report.expires", "date", a.Expires)
	}
	if a.Link != "" {
		said += ", " + a.Link
	}
	if j.Contradicted {
		said += " — " + m.Say("report.contradicted")
	}
	return said
}

// withoutWaivers names the scores that would differ had no exception been
// accepted; "" when none would.
func withoutWaivers(m *text.Messages, r *audit.Result) string {
	var scores []string
	differ := func(name string, with, without *float64) {
		if without != nil && (with == nil || *with != *without) {
			scores = append(scores, m.Word(name)+" "+Score(*without, m.Lang))
		}
	}
	for _, a := range r.Score.Axes {
		differ(string(a.Axis), a.Score, a.WithoutWaivers)
	}
	differ("continuity", r.Score.Continuity, r.Score.WithoutWaivers)
	if len(scores) == 0 {
		return ""
	}
	return m.Say("report.without-waivers", "scores", scores)
}

// nothingLeft says why there is nothing to do: a gap that is accepted is one
// all the same.
func nothingLeft(m *text.Messages, r *audit.Result) string {
	for _, j := range r.Judged {
		if j.Waived() {
			return m.Say("report.nothing-left")
		}
	}
	return m.Say("report.nothing-wrong")
}

// exceptions prints what is accepted, asked for and declared, each under a
// heading of its own, and what the accepted ones change.
func (p *page) exceptions(r *audit.Result) error {
	for i, part := range parts(p.Messages) {
		all, err := exceptions(p.Messages, r, part.say)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			continue
		}
		p.heading(part.heading)
		for _, e := range all {
			p.wrap(2, "⊘ "+p.bold.Render(e.title)+" "+p.faint.Render("["+e.check.ID+"]"))
			p.wrap(4, e.reason)
			p.wrap(4, "→ "+e.said)
		}
		if without := withoutWaivers(p.Messages, r); i == 0 && without != "" {
			p.wrap(2, without)
		}
		p.blank()
	}
	return nil
}

// heading prints a long heading in bold, each line of it.
func (p *page) heading(s string) {
	words := strings.Fields(s)
	for i, word := range words {
		words[i] = p.bold.Render(word)
	}
	p.wrap(0, strings.Join(words, " "))
}

// exceptions is the same for a ticket.
func (m *markdown) exceptions(r *audit.Result) error {
	for i, part := range parts(m.Messages) {
		all, err := exceptions(m.Messages, r, part.say)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			continue
		}
		m.printf("\n### %s\n\n", part.heading)
		for _, e := range all {
			m.printf("- **%s** (`%s`)\n  %s\n  %s\n", escape(e.title), e.check.ID, escape(e.reason), escape(e.said))
		}
		if without := withoutWaivers(m.Messages, r); i == 0 && without != "" {
			m.printf("\n%s\n", escape(without))
		}
	}
	return nil
}

// maskAll hides the e-mail addresses in a text but for their first letter and
// their domain. Links stay whole.
func maskAll(s string) string {
	if !strings.Contains(s, "@") {
		return s
	}
	words := strings.Split(s, " ")
	for i, word := range words {
		at := strings.LastIndexByte(word, '@')
		if at <= 0 || strings.Contains(word, "://") {
			continue
		}
		start := strings.LastIndexAny(word[:at], "<(,;:\"'") + 1
		_, size := utf8.DecodeRuneInString(word[start:at])
		words[i] = word[:start+size] + "…" + word[at:]
	}
	return strings.Join(words, " ")
}
