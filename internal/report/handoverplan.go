package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// lessonsShown is how many lessons a page lists; JSON has every session.
const lessonsShown = 20

// first says what to do now, in the order in which to do it.
func (h handover) first() section {
	s := section{Title: h.Say("handover.first"), Ordered: true}
	if h.Transfer == nil {
		return s
	}
	for _, one := range h.Transfer.Trainees {
		if one.Name != "" {
			s.Notes = append(s.Notes, h.Say("handover.train", "person", clean(one.Name), "hours", one.Hours, "folders", h.few(one.Folders)))
			continue
		}
		// Finding somebody takes longest, so it comes first.
		s.Notes = slices.Insert(s.Notes, 0, h.Say("handover.find", "hours", one.Hours, "folders", h.few(one.Folders)))
	}
	for _, one := range h.Transfer.Sessions[:min(len(h.Transfer.Sessions), 1)] {
		if !one.Day.IsZero() {
			s.Notes = append(s.Notes, h.Say("handover.begin", "day", one.Day, "folder", h.subject(one.Folder, one.Concern), "from", clean(one.From)))
		}
	}
	if left := h.leftHours(); left > 0 {
		s.Notes = append(s.Notes, h.Say("handover.decide", "hours", left))
	}
	for _, d := range h.Transfer.Documents[:min(len(h.Transfer.Documents), 1)] {
		s.Notes = append(s.Notes, h.Say("handover.write", "document", h.fix(d), "count", len(h.Transfer.Documents)))
	}
	return s
}

// foldersNamed is how many folders a sentence names.
const foldersNamed = 4

// few names the first folders and counts the rest.
func (h handover) few(folders []string) string {
	var named []string
	for _, f := range folders[:min(len(folders), foldersNamed)] {
		named = append(named, h.folder(f, ""))
	}
	if more := len(folders) - len(named); more > 0 {
		return h.Say("handover.and-more", "folders", named, "count", more)
	}
	return strings.Join(named, ", ")
}

// subject is what a session is about.
func (h handover) subject(folder, concern string) string {
	if concern == "" {
		return h.folder(folder, "")
	}
	return h.folder(folder, "") + " (" + h.Say("handover."+concern) + ")"
}

// taught is all sessions of one lesson.
type taught struct {
	audit.TransferSession
	last  time.Time
	count int
}

// lessons joins the sessions by what they are about, in the order of their first.
func (h handover) lessons() []taught {
	var all []taught
	for _, one := range h.Transfer.Sessions {
		i := slices.IndexFunc(all, func(t taught) bool {
			return t.Folder == one.Folder && t.Concern == one.Concern && t.From == one.From && t.To == one.To
		})
		if i < 0 {
			all = append(all, taught{TransferSession: one, last: one.Day, count: 1})
			continue
		}
		all[i].Hours += one.Hours
		all[i].last = one.Day
		all[i].count++
	}
	return all
}

// sessions says what to hand over, to whom and when.
func (h handover) sessions() section {
	if h.Transfer == nil {
		return section{}
	}
	s := section{Title: h.Say("handover.plan"),
		Head: []string{h.Say("handover.day"), h.Say("handover.folder"), h.Say("handover.from"), h.Say("handover.to"), h.Say("handover.hours")}}
	s.Notes = append(s.Notes, h.Say("handover.plan-hours", "hours", h.Transfer.Hours, "planned", h.Transfer.PlannedHours))
	for i, one := range h.lessons() {
		if i == lessonsShown {
			s.More = h.Say("handover.more-sessions", "count", len(h.lessons())-i)
			break
		}
		day, to := h.Say("handover.no-date"), clean(one.To)
		switch {
		case one.count > 1:
			day = h.Say("handover.days", "first", one.Day, "last", one.last, "count", one.count)
		case !one.Day.IsZero():
			day = audit.Format(one.Day, h.Lang)
		}
		if to == "" {
			to = h.Say("handover.to-name")
		}
		s.Rows = append(s.Rows, []string{day, h.subject(one.Folder, one.Concern), clean(one.From), to, audit.Format(one.Hours, h.Lang)})
	}
	if len(s.Rows) == 0 {
		s.Head = nil
	}
	return s
}

func (h handover) leftHours() float64 {
	hours := 0.0
	for _, one := range h.Transfer.Left {
		hours += one.Hours
	}
	return hours
}

// left says plainly what does not fit into the days that are left.
func (h handover) left() section {
	s := section{Title: h.Say("handover.left")}
	if h.Transfer == nil || len(h.Transfer.Left) == 0 {
		return section{}
	}
	s.Notes = append(s.Notes, h.Say("handover.left-hours", "hours", h.leftHours()))
	s.Head = []string{h.Say("handover.folder"), h.Say("handover.from"), h.Say("handover.hours"), h.Say("handover.why")}
	for _, one := range h.Transfer.Left[:min(len(h.Transfer.Left), foldersShown)] {
		why := h.Say("handover.too-short")
		if one.Gone {
			why = h.Say("handover.has-left")
		}
		s.Rows = append(s.Rows, []string{h.subject(one.Folder, one.Concern), clean(one.From), audit.Format(one.Hours, h.Lang), why})
	}
	if more := len(h.Transfer.Left) - len(s.Rows); more > 0 {
		s.More = h.Say("handover.more-folders", "count", more)
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
		s.Notes = append(s.Notes, "· "+h.fix(d)+" ("+audit.Format(d.Hours, h.Lang)+"\u00a0h, "+d.Check+")")
	}
	return s
}

// title is what the check of a missing document is called, and fix how to close it.
func (h handover) title(d audit.MissingDocument) string { return cmp.Or(h.check(d).Title, d.Check) }
func (h handover) fix(d audit.MissingDocument) string   { return cmp.Or(h.check(d).Fix, d.Check) }

func (h handover) check(d audit.MissingDocument) audit.Text {
	for _, j := range h.result.Judged {
		if j.Check.ID == d.Check {
			if t, err := j.Check.Text(h.Lang); err == nil {
				return *t
			}
		}
	}
	return audit.Text{}
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
