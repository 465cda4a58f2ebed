package web

import (
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/board"
)

// handoverView is what leaves with people, over the repositories of a challenge.
type handoverView struct {
	audit.Loss
	// Unknown counts the repositories of which nothing can be told, and Unmatched the
	// people who are said to leave and are in no history.
	Unknown      int
	Unmatched    int
	Repositories []handedOver
}

// handedOver is one repository's part of it.
type handedOver struct {
	Name, URL string
	*audit.Handover
	// Risky are the folders that lose something, and Hidden how many more there are.
	Risky  []audit.HandoverArea
	Hidden int
	Lost   []audit.CriticalWork
	// Named is true for readers who may know who somebody is.
	Named bool
}

const riskyShown = 8

// handoverOf adds up what the repositories lose; nil where nobody leaves.
func handoverOf(c *board.Challenge, repositories []repositoryView, v veil) *handoverView {
	view := &handoverView{}
	asked := false
	missed := map[string]int{}
	for i, r := range c.Repositories {
		h := latestHandover(r)
		if h == nil {
			continue
		}
		asked = true
		if h.Unknown != "" {
			view.Unknown++
			continue
		}
		view.Loss = view.Plus(h.Loss)
		for _, name := range h.Unmatched {
			missed[name]++
		}
		one := handedOver{Name: repositories[i].Name, URL: repositories[i].URL, Handover: v.handover(h), Named: v.lifted}
		for _, a := range one.Areas {
			switch {
			case a.OrphanedFiles == 0:
			case len(one.Risky) < riskyShown:
				one.Risky = append(one.Risky, a)
			default:
				one.Hidden++
			}
		}
		for _, w := range one.Critical {
			if w.Orphaned {
				one.Lost = append(one.Lost, w)
			}
		}
		view.Repositories = append(view.Repositories, one)
	}
	if !asked {
		return nil
	}
	for _, repositories := range missed {
		if repositories == len(view.Repositories) {
			view.Unmatched++
		}
	}
	return view
}

func latestHandover(r board.Repository) *audit.Handover {
	if r.State.Latest == nil {
		return nil
	}
	return r.State.Latest.Result.Handover
}

// Bus is the bus factor, which is known where anything is.
func (h handedOver) Bus() int {
	if h.BusFactor == nil {
		return 0
	}
	return *h.BusFactor
}

// Departures are the points of the curve; none for a single departure, after which
// all is as said.
func (h handedOver) Departures() []audit.LossPoint {
	if len(h.Curve) < 2 {
		return nil
	}
	return h.Curve
}

// Planned returns the sessions that a page shows: to nobody who may not know who
// meets whom.
func (h handedOver) Planned() []audit.TransferSession {
	if h.Transfer == nil || !h.Named {
		return nil
	}
	return h.Transfer.Sessions[:min(len(h.Transfer.Sessions), riskyShown)]
}

// LeftHours sums up what does not fit into the days that are left.
func (h handedOver) LeftHours() float64 {
	hours := 0.0
	if h.Transfer != nil {
		for _, l := range h.Transfer.Left {
			hours += l.Hours
		}
	}
	return hours
}

// handover returns it as the reader may see it: readers without a role learn how
// much and where, and not who.
func (v veil) handover(h *audit.Handover) *audit.Handover {
	if h == nil || v.lifted {
		return h
	}
	hidden := *h
	hidden.Leavers, hidden.Stayers, hidden.Unmatched, hidden.WhatIf = []audit.Knower{}, []audit.Knower{}, nil, nil
	hidden.Areas, hidden.Critical, hidden.Roles = []audit.HandoverArea{}, []audit.CriticalWork{}, []audit.SoleRole{}
	for _, a := range h.Areas {
		a.Knew, a.Knows = []audit.Knower{}, []audit.Knower{}
		hidden.Areas = append(hidden.Areas, a)
	}
	for _, c := range h.Critical {
		c.Sole = ""
		hidden.Critical = append(hidden.Critical, c)
	}
	for _, r := range h.Roles {
		hidden.Roles = append(hidden.Roles, audit.SoleRole{Role: r.Role, People: []string{}})
	}
	if h.Transfer != nil {
		hidden.Transfer = v.transfer(*h.Transfer)
	}
	return &hidden
}

func (v veil) transfer(t audit.TransferPlan) *audit.TransferPlan {
	trainees, sessions, left := t.Trainees, t.Sessions, t.Left
	t.Trainees, t.Sessions, t.Left = []audit.Trainee{}, []audit.TransferSession{}, nil
	for _, one := range trainees {
		one.Name = v.person(one.Name)
		t.Trainees = append(t.Trainees, one)
	}
	for _, s := range sessions {
		s.From, s.To = v.person(s.From), v.person(s.To)
		t.Sessions = append(t.Sessions, s)
	}
	for _, l := range left {
		l.From = v.person(l.From)
		t.Left = append(t.Left, l)
	}
	return &t
}
