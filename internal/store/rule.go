package store

import "github.com/perenne-audit/perenne/internal/audit"

// keepRule keeps what a reader wants to know about a question that a policy
// added; nil for one of the catalogue. The policy may change, and say nothing
// about it any more, while its answers are still shown.
func keepRule(c *audit.Check) (*keptRule, error) {
	if !c.Rule {
		return nil, nil
	}
	kept := &keptRule{
		EffortHours: c.EffortHours, LeadDays: c.LeadDays, Side: c.Side, Source: c.Source, Texts: map[audit.Lang]*keptText{},
	}
	for _, lang := range []audit.Lang{audit.French, audit.English} {
		t, err := c.Text(lang)
		if err != nil {
			return nil, err
		}
		kept.Texts[lang] = &keptText{t.Title, t.Why, t.Fix, t.Reasons}
	}
	return kept, nil
}

// check makes a question of what was kept: one that can be shown, and not asked.
func (r *keptRule) check(id string) *audit.Check {
	texts := map[audit.Lang]*audit.Text{}
	for lang, t := range r.Texts {
		if t != nil {
			texts[lang] = &audit.Text{Title: t.Title, Why: t.Why, Fix: t.Fix, Reasons: t.Reasons}
		}
	}
	return &audit.Check{
		ID: id, EffortHours: r.EffortHours, LeadDays: r.LeadDays, Side: r.Side, Source: r.Source,
		Rule: true, Texts: audit.WriteTexts(id, texts),
	}
}
