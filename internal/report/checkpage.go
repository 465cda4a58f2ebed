package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/text"
)

// CheckPage prints all there is to know about a check, as Markdown: what
// 'perenne checks show' and the generated catalogue show.
func CheckPage(c *audit.Check, lang audit.Lang) (string, error) {
	t, err := c.Text(lang)
	if err != nil {
		return "", err
	}
	m := text.In(lang)
	colon := ": "
	if lang == audit.French {
		colon = " : "
	}
	var b strings.Builder
	fmt.Fprintf(&b, "## `%s`%s%s\n\n", c.ID, colon, t.Title)
	row := func(key, value string) { fmt.Fprintf(&b, "- %s%s%s\n", m.Say("checks."+key), colon, value) }
	row("axis", m.Word(string(c.Axis)))
	row("severity", m.Word(string(c.Severity)))
	row("kinds", kindsOf(c, m))
	row("needs", needsOf(c, m))
	row("effort", m.Say("checks.effort-value", "hours", c.EffortHours))
	if c.LeadDays > 0 {
		row("lead", m.Say("checks.lead-value", "days", c.LeadDays))
	}
	row("side", m.Word(string(c.Side)))
	row("source", c.Source)
	fmt.Fprintf(&b, "\n**%s.** %s\n\n**%s.** %s\n\n**%s.**\n\n",
		m.Say("checks.why"), t.Why, m.Say("checks.fix"), t.Fix, m.Say("checks.reasons"))
	for _, key := range slices.Sorted(maps.Keys(t.Reasons)) {
		fmt.Fprintf(&b, "- `%s`%s%s\n", key, colon, t.Reasons[key])
	}
	return b.String(), nil
}

func kindsOf(c *audit.Check, m *text.Messages) string {
	if c.Kinds == nil {
		return m.Say("checks.all-kinds")
	}
	words := make([]string, len(c.Kinds))
	for i, k := range c.Kinds {
		words[i] = m.Word(string(k))
	}
	return strings.Join(words, ", ")
}

func needsOf(c *audit.Check, m *text.Messages) string {
	var words []string
	for _, need := range audit.Needs {
		if (c.Needs | c.Uses).Has(need) {
			words = append(words, m.Word(need.String()))
		}
	}
	return strings.Join(words, ", ")
}
