package issue

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/plan"
	"github.com/perenne-audit/perenne/internal/report"
	"github.com/perenne-audit/perenne/internal/text"
)

// What is written is bounded: GitHub takes 65,536 characters, with what people add.
const (
	maxItems  = 60
	maxDone   = 100
	maxPlaces = 3
	maxWords  = 400
)

// writer writes the part of one issue.
type writer struct {
	*text.Messages
	s   *Subject
	old part
	out strings.Builder
}

func (w *writer) printf(format string, args ...any) { fmt.Fprintf(&w.out, format, args...) }

// Twin is the body of an issue that was opened in the same moment as another.
func (s *Subject) Twin(number int64) string {
	return text.In(s.Lang()).Say("issue.twin", "number", number)
}

// title is that of a new issue.
func (s *Subject) title() string {
	name := report.Clean(s.Challenge.Name)
	if s.Repository != "" {
		name += " (" + nameOf(s.Repository) + ")"
	}
	return text.In(s.Lang()).Say("issue.title", "name", name)
}

// nameOf is what people call a repository.
func nameOf(address string) string {
	return report.Clean(strings.TrimSuffix(path.Base(strings.ReplaceAll(strings.TrimRight(address, "/"), ":", "/")), ".git"))
}

// write writes the part that follows one that was found.
func (s *Subject) write(old part, state string) (string, error) {
	w := &writer{Messages: text.In(s.Lang()), s: s, old: old}
	w.printf("%s\n<!-- perenne:state %s %s -->\n", s.Marker(), s.Now.UTC().Format(time.RFC3339), state)
	w.printf("%s\n\n", w.Say("issue.intro"))
	w.scores()
	listed, err := w.lists()
	if err != nil {
		return "", err
	}
	if err := w.finished(listed); err != nil {
		return "", err
	}
	w.printf("%s", w.Say("issue.kept"))
	if s.Page != "" {
		w.printf(" [%s](%s)", w.Say("issue.page"), s.Page)
	}
	if !s.Now.IsZero() {
		w.printf("\n\n%s", w.Say("issue.changed", "date", s.Now))
	}
	w.printf("\n%s", endMark)
	return w.out.String(), nil
}

// scores are a table, and what stands between the challenge and production.
func (w *writer) scores() {
	w.printf("| %s | %s | %s |\n|---|---|---|\n", w.Say("markdown.axis"), w.Say("markdown.score"), w.Say("markdown.band"))
	for _, a := range w.s.Score.Axes {
		score, band := "–", w.Say("report.no-score")
		if a.Score != nil {
			score, band = report.Score(*a.Score, w.Lang), w.Word(string(a.Band))
		}
		if a.Provisional {
			band += " (" + w.Say("report.provisional") + ")"
		}
		w.printf("| %s | %s | %s |\n", w.Word(string(a.Axis)), score, band)
	}
	if c := w.s.Score.Continuity; c != nil {
		w.printf("| **%s** | **%s** | |\n", w.Word("continuity"), report.Score(*c, w.Lang))
	}
	w.printf("\n")
	if g := w.s.Gate; g != nil {
		key := "issue.gate-closed"
		if g.Open {
			key = "issue.gate-open"
		}
		w.printf("%s\n\n", w.Say(key, "count", len(g.Blockers)))
	}
}

// headings are those of the lists.
var headings = map[audit.Side]string{audit.Team: "side-team", audit.DSI: "side-dsi", audit.Mentor: "side-mentor"}

// lists writes what is to be done, by who does it, and returns what it named.
func (w *writer) lists() (map[boxKey]bool, error) {
	listed, hidden, more := map[boxKey]bool{}, 0, 0
	for _, side := range audit.Sides {
		own := slices.DeleteFunc(slices.Clone(w.s.Items), func(i plan.Item) bool { return i.Side != side || i.Progress == audit.Dropped })
		heading := false
		for _, i := range own {
			key := boxKey{i.Check.ID, w.s.short(i.Key.Repository)}
			switch {
			case i.Check.Sensitive:
				if i.ToDo() {
					hidden++
				}
				continue
			case len(listed) == maxItems:
				more++
				continue
			case !heading:
				w.printf("### %s\n\n", w.Say("issue."+headings[side]))
				heading = true
			}
			listed[key] = true
			if err := w.item(i, key); err != nil {
				return nil, err
			}
		}
		if heading {
			w.printf("\n")
		}
	}
	if !w.s.Open() {
		w.printf("%s\n\n", w.Say("issue.nothing"))
	}
	if more > 0 {
		w.printf("%s\n\n", w.Say("issue.more", "count", more))
	}
	if hidden > 0 {
		w.printf("%s\n\n", w.Say("issue.hidden", "count", hidden))
	}
	return listed, nil
}

// item writes one box. What somebody ticked stays ticked; what perenne had ticked, and
// is lacking again, does not.
func (w *writer) item(i plan.Item, key boxKey) error {
	t, err := i.Check.Text(w.Lang)
	if err != nil {
		return err
	}
	tick, mark, byHand := " ", "", w.old.boxes[key].byHand()
	switch {
	case !i.ToDo():
		tick, mark = "x", " "+markSaid
	case byHand:
		tick = "x"
	}
	remarks := []string{w.Word(string(i.Check.Severity)), w.Say("plan.hours", "count", i.Check.EffortHours)}
	if i.Blocking {
		remarks[0] = w.Word(string(audit.Blocker))
	}
	if !i.Due.IsZero() {
		remarks = append(remarks, w.Say("issue.due", "date", i.Due))
	}
	if w.s.Repository == "" && len(w.s.Challenge.Repositories) > 1 && i.Key.Repository != "" {
		remarks = append(remarks, escape(nameOf(i.Repository)))
	}
	w.printf("- [%s] **%s** (%s) <!-- perenne:item %s %s%s -->\n",
		tick, prose(t.Title), strings.Join(remarks, ", "), key.check, key.repository, mark)
	switch {
	case !i.ToDo():
		w.printf("  %s\n", w.Word("progress-done"))
	case byHand:
		w.printf("  %s\n", w.Say("issue.ticked"))
	}
	if found := w.found(i, t); found != "" {
		w.printf("  %s\n", found)
	}
	w.printf("  %s %s\n", w.Say("issue.fix"), prose(t.Fix))
	return nil
}

// people are the kinds of evidence whose reasons may name somebody.
const people = audit.NeedAuthors | audit.NeedFileHistory | audit.NeedPortfolio

// found says what is lacking and where: only of the repository in which the issue
// lies, and not where the reason may name people.
func (w *writer) found(i plan.Item, t *audit.Text) string {
	_, named := i.Verdict.Reason.Args["author"]
	if i.Repository != w.s.In || named || (i.Check.Needs|i.Check.Uses)&people != 0 || i.Verdict.Reason.Key == "" {
		return ""
	}
	words := shorten(escape(audit.MaskEmails(report.Explain(t, i.Verdict.Reason, w.Lang))))
	var places []string
	for _, p := range i.Verdict.Places {
		if p.Repository == "" && len(places) < maxPlaces {
			places = append(places, code(report.Where(p)))
		}
	}
	if len(places) > 0 {
		words += " " + strings.Join(places, ", ")
	}
	return words
}

// finished lists what was to be done when the part was written before and is in order
// now, or cannot be judged now. What is left undone on purpose, accepted, or asked no
// more is neither.
func (w *writer) finished(listed map[boxKey]bool) error {
	var ended, unsure []string
	for _, key := range w.old.order {
		was, now := w.old.boxes[key], w.s.answer(key)
		if listed[key] || now.Check == nil || now.Check.Sensitive {
			continue
		}
		t, err := now.Check.Text(w.Lang)
		if err != nil {
			return err
		}
		switch title := prose(t.Title); {
		case now.Answer == audit.AnswerUnknown && was.mark != markDone:
			tick := map[bool]string{true: "x", false: " "}[was.byHand()]
			unsure = append(unsure, fmt.Sprintf("- [%s] %s <!-- perenne:item %s %s -->", tick, title, key.check, key.repository))
		case !now.Answer.Gap() && len(ended) < maxDone:
			ended = append(ended, fmt.Sprintf("- [x] ~~%s~~ <!-- perenne:item %s %s %s -->", title, key.check, key.repository, markDone))
		}
	}
	if len(unsure) > 0 {
		w.printf("### %s\n\n%s\n\n", w.Say("issue.unsure"), strings.Join(unsure, "\n"))
	}
	if len(ended) > 0 {
		w.printf("<details><summary>%s</summary>\n\n%s\n\n</details>\n\n", w.Say("issue.done", "count", len(ended)), strings.Join(ended, "\n"))
	}
	return nil
}

// prose writes a text of a check, in which code stands between backticks.
func prose(s string) string {
	parts := strings.Split(strings.Join(strings.Fields(report.Clean(s)), " "), "`")
	if len(parts)%2 == 0 {
		return escape(s)
	}
	for i := 0; i < len(parts); i += 2 {
		parts[i] = special.Replace(parts[i])
	}
	return strings.Join(parts, "`")
}

// code writes a file's name between backticks. Nothing is escaped there, so a name
// could hold the mark that ends perenne's part: what would begin a comment is parted.
func code(s string) string { return "`" + inCode.Replace(s) + "`" }

var inCode = strings.NewReplacer("`", "'", "<!--", "<!\u200b--")

// shorten cuts words that are too many for a line of a list.
func shorten(s string) string {
	if runes := []rune(s); len(runes) > maxWords {
		return string(runes[:maxWords]) + "…"
	}
	return s
}

// escape keeps text from being taken for Markdown, HTML or a forge's references:
// nobody is mentioned, and no other issue is.
func escape(s string) string {
	return special.Replace(strings.Join(strings.Fields(report.Clean(s)), " "))
}

var special = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "|", `\|`, "~", `\~`,
	"#", "#\u200b", "@", "@\u200b", "!", "!\u200b",
)
