package report

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/text"
)

// PolicyPage prints what a policy comes to, with what it extends, as Markdown:
// what 'perenne policy show' shows. The catalogue tells which severities are
// changed.
func PolicyPage(p *audit.Policy, catalogue []*audit.Check, lang audit.Lang) (string, error) {
	w := policyWriter{m: text.In(lang), lang: lang}
	w.colon = ": "
	if lang == audit.French {
		w.colon = " : "
	}
	fmt.Fprintf(&w.b, "# %s\n\n`%s`\n\n", clean(p.Title(lang)), p)
	w.row("extends", p.Extends)
	w.row("licences", w.licences(p.Licences))
	w.row("languages", p.Languages)
	w.row("databases", p.Databases)
	w.row("base-images", p.BaseImages)
	var runtimes []string
	for _, name := range slices.Sorted(maps.Keys(p.Runtimes)) {
		runtimes = append(runtimes, name+" "+strings.Join(p.Runtimes[name], " "))
	}
	w.row("runtimes", runtimes)
	w.row("thresholds", w.thresholds(p.Limits()))
	w.severities(p, catalogue)
	if err := w.rules(p); err != nil {
		return "", err
	}
	if len(p.Requirements) > 0 {
		w.head("requirements")
	}
	for _, r := range p.Requirements {
		fmt.Fprintf(&w.b, "- %s%s%s (%s)\n", clean(r.ID), w.colon, clean(r.Titles[lang]), "`"+strings.Join(ids(r.Checks), "`, `")+"`")
	}
	return w.b.String(), nil
}

type policyWriter struct {
	m     *text.Messages
	lang  audit.Lang
	colon string
	b     strings.Builder
}

// row writes one line, unless there is nothing to say.
func (w *policyWriter) row(key string, values []string) {
	if len(values) > 0 {
		fmt.Fprintf(&w.b, "- %s%s%s\n", w.m.Say("policy."+key), w.colon, clean(strings.Join(values, ", ")))
	}
}

func (w *policyWriter) head(key string) { fmt.Fprintf(&w.b, "\n## %s\n\n", w.m.Say("policy."+key)) }

func (w *policyWriter) licences(l audit.LicenceList) []string {
	if l.List == "" && len(l.Also) == 0 && len(l.Except) == 0 {
		return nil
	}
	line := l.List
	if len(l.Also) > 0 {
		line += ", " + w.m.Say("policy.also") + " " + strings.Join(l.Also, ", ")
	}
	if len(l.Except) > 0 {
		line += ", " + w.m.Say("policy.except") + " " + strings.Join(l.Except, ", ")
	}
	return []string{strings.TrimPrefix(line, ", ")}
}

// thresholds lists those that are not the default.
func (w *policyWriter) thresholds(t audit.Thresholds) []string {
	usual := audit.DefaultThresholds
	var all []string
	for _, one := range []struct {
		key           string
		value, before float64
	}{
		{"ready", t.Ready, usual.Ready}, {"to-complete", t.ToComplete, usual.ToComplete}, {"coverage", t.Coverage, usual.Coverage},
		{"provisional", t.Provisional, usual.Provisional}, {"second-person", t.SecondPerson, usual.SecondPerson},
	} {
		if one.value != one.before {
			all = append(all, w.m.Say("policy.threshold-"+one.key)+" "+Score(one.value, w.lang))
		}
	}
	if t.EndingDays != usual.EndingDays {
		all = append(all, strconv.Itoa(t.EndingDays)+" "+w.m.Say("policy.threshold-ending-days"))
	}
	return all
}

func (w *policyWriter) severities(p *audit.Policy, catalogue []*audit.Check) {
	headed := false
	for _, c := range slices.Concat(catalogue, p.Rules) {
		severity, changed := p.Severities[c.ID]
		if !changed || severity == c.Severity {
			continue
		}
		if !headed {
			w.head("severities")
			headed = true
		}
		fmt.Fprintf(&w.b, "- `%s`%s%s\n", c.ID, w.colon, w.m.Say("policy.instead", "severity", w.m.Word(string(severity)), "before", w.m.Word(string(c.Severity))))
	}
}

func (w *policyWriter) rules(p *audit.Policy) error {
	if len(p.Rules) > 0 {
		w.head("rules")
	}
	for _, c := range p.Apply(nil) {
		t, err := c.Text(w.lang)
		if err != nil {
			return err
		}
		fmt.Fprintf(&w.b, "- `%s` (%s, %s)%s%s\n", c.ID, w.m.Word(string(c.Axis)), w.m.Word(string(c.Severity)), w.colon, clean(t.Title))
	}
	return nil
}

func ids(checks []*audit.Check) []string {
	all := make([]string, len(checks))
	for i, c := range checks {
		all[i] = c.ID
	}
	return all
}
