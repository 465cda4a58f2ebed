package report

import (
	"fmt"

	"github.com/perenne-audit/perenne/internal/audit"
)

// sessionsShown is how many sessions a page lists; JSON has all.
const sessionsShown = 20

// sessions says what to hand over, to whom and when.
func (h handover) sessions() section {
	if h.Transfer == nil {
		return section{}
	}
	s := section{Title: h.Say("handover.plan"),
		Head: []string{h.Say("handover.day"), h.Say("handover.folder"), h.Say("handover.from"), h.Say("handover.to"), h.Say("handover.hours")}}
	s.Notes = append(s.Notes, h.Say("handover.plan-hours", "hours", h.Transfer.Hours, "planned", h.Transfer.PlannedHours))
	for i, one := range h.Transfer.Sessions {
		if i == sessionsShown {
			s.More = h.Say("handover.more-sessions", "count", len(h.Transfer.Sessions)-i)
			break
		}
		day, to := h.Say("handover.no-date"), clean(one.To)
		if !one.Day.IsZero() {
			day = audit.Format(one.Day, h.Lang)
		}
		if to == "" {
			to = h.Say("handover.to-name")
		}
		s.Rows = append(s.Rows, []string{day, h.folder(one.Folder, ""), clean(one.From), to, audit.Format(one.Hours, h.Lang)})
	}
	if len(s.Rows) == 0 {
		s.Head = nil
	}
	return s
}

// left says plainly what does not fit into the days that are left.
func (h handover) left() section {
	s := section{Title: h.Say("handover.left")}
	if h.Transfer == nil || len(h.Transfer.Left) == 0 {
		return section{}
	}
	hours := 0.0
	for _, one := range h.Transfer.Left {
		hours += one.Hours
	}
	s.Notes = append(s.Notes, h.Say("handover.left-hours", "hours", hours))
	s.Head = []string{h.Say("handover.folder"), h.Say("handover.from"), h.Say("handover.hours"), h.Say("handover.why")}
	for _, one := range h.Transfer.Left[:min(len(h.Transfer.Left), foldersShown)] {
		why := h.Say("handover.too-short")
		if one.Gone {
			why = h.Say("handover.has-left")
		}
		s.Rows = append(s.Rows, []string{h.folder(one.Folder, ""), clean(one.From), audit.Format(one.Hours, h.Lang), why})
	}
	return s
}

// documents are what nobody has written down.
func (h handover) documents() section {
	s := section{Title: h.Say("handover.documents")}
	if h.Transfer == nil {
		return s
	}
	for _, d := range h.Transfer.Documents {
		s.Notes = append(s.Notes, "· "+h.title(d)+" ("+audit.Format(d.Hours, h.Lang)+"\u00a0h, "+d.Check+")")
	}
	return s
}

// title is what the check of a missing document is called.
func (h handover) title(d audit.MissingDocument) string {
	for _, j := range h.result.Judged {
		if j.Check.ID == d.Check {
			if t, err := j.Check.Text(h.Lang); err == nil {
				return t.Title
			}
		}
	}
	return d.Check
}

// totals adds the handovers of each challenge up, in the order of the portfolio.
func totals(outcomes []Outcome, challenges []Challenge) []total {
	var all []total
	for _, c := range challenges {
		one := total{ID: c.Result.Challenge, Name: c.Name}
		for _, o := range outcomes {
			if o.Challenge != one.ID {
				continue
			}
			if o.Err != nil || o.Result.Handover == nil || o.Result.Handover.Unknown != "" {
				one.Unknown++
				continue
			}
			one.Loss = one.Plus(o.Result.Handover.Loss)
		}
		all = append(all, one)
	}
	return all
}

// total is what the repositories of a challenge lose together.
type total struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	audit.Loss
	// Unknown counts the repositories of which nothing can be told.
	Unknown int `json:"repositories_unknown,omitempty"`
}

// totalsSection is the table of a portfolio.
func (h handover) totalsSection(all []total) section {
	s := section{Head: []string{h.Say("report.challenge"), h.Say("handover.knowledge"), h.Say("handover.weight"), h.Say("handover.lost")}}
	for _, t := range all {
		name := clean(t.Name)
		if t.Unknown > 0 {
			name += " (" + h.Say("handover.unknown-repositories", "count", t.Unknown) + ")"
		}
		s.Rows = append(s.Rows, []string{name, h.ratio(t.KnowledgeAtRisk), h.ratio(t.WeightAtRisk), fmt.Sprintf("%d / %d", t.OrphanedFiles, t.KnownFiles)})
	}
	return s
}
