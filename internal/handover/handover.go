// Package handover says what leaves with people: which folders nobody who stays
// knows, which work only they did, and whom to train on what before they go. It is
// pure, and says nothing about anybody but what the history shows.
package handover

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/history"
	"github.com/perenne-audit/perenne/internal/knowledge"
)

// Needs is the evidence that [Of] looks at.
const Needs = audit.NeedTree | audit.NeedAuthors | audit.NeedFileHistory | audit.NeedTags

// Question says who leaves.
type Question struct {
	// Model is how knowledge is told; the zero value is [knowledge.Published].
	Model knowledge.Model
	// People are those of whom somebody said whether and when they leave. Whoever
	// leaves counts as gone, whatever the date: it is when, not whether.
	People []audit.Person
	// Others makes everybody leave of whom nobody said that they stay.
	Others bool
	// Since is when progress is counted from; zero for no progress.
	Since time.Time
	// Name replaces names; nil leaves them.
	Name Namer
}

// Leavers reports whether somebody is said to leave.
func (q *Question) Leavers() bool {
	return q.Others || slices.ContainsFunc(q.People, func(p audit.Person) bool { return !p.Staying && (p.Leaving || !p.Leaves.IsZero()) })
}

// view is one question about one repository, with all that it is answered from.
type view struct {
	*knowledge.Map
	*Question
	s      *audit.Snapshot
	gone   knowledge.Leavers
	leaves map[*history.Person]time.Time
	// files counts the files of which somebody is an author.
	files map[*history.Person]int
	loss  audit.Loss
}

const (
	// stayersMost and whatIfMost bound lists of people.
	stayersMost = 20
	whatIfMost  = 5
	// areasMost is how many folders anybody reads about.
	areasMost = 60
)

// Of answers for one repository. It is never nil; where nothing is known it says
// why.
func Of(s *audit.Snapshot, q Question) *audit.Handover {
	h := &audit.Handover{At: s.TakenAt, Since: q.Since, Leavers: []audit.Knower{}, Stayers: []audit.Knower{}, Areas: []audit.HandoverArea{},
		Critical: []audit.CriticalWork{}, Roles: []audit.SoleRole{}}
	if s.History == nil || s.History.Files == nil {
		h.Unknown = audit.NoFileHistory
		return h
	}
	if q.Model == (knowledge.Model{}) {
		q.Model = knowledge.Published
	}
	m := knowledge.Of(s, q.Model)
	if m == nil {
		h.Unknown = audit.NoSource
		return h
	}
	v := &view{Map: m, Question: &q, s: s, gone: knowledge.Leavers{}, leaves: map[*history.Person]time.Time{}, files: authored(m.Files)}
	h.Partial, h.SourceFiles = s.History.Truncated, len(m.Files)
	h.Unmatched = v.match()
	v.loss = lossOf(m.Files, v.gone)
	if h.Loss = v.loss; len(v.gone) == 0 && len(h.Unmatched) > 0 {
		// They may have worked under another name: nothing would be a guess.
		h.Loss = h.Loss.Untold()
	}
	v.people(h)
	factor := len(m.BusFactor())
	h.BusFactor = &factor
	areas := v.areas()
	h.Critical, h.Roles = v.critical(), v.roles()
	if !q.Leavers() {
		h.WhatIf = v.whatIf(areas)
	} else {
		h.Curve = v.curve()
	}
	if !q.Since.IsZero() {
		h.Progress = v.progress(areas)
	}
	h.Transfer = v.transfer(areas)
	for _, a := range areas[:min(len(areas), areasMost)] {
		h.Areas = append(h.Areas, a.shown)
	}
	return h
}

func lossOf(files []knowledge.File, gone knowledge.Leavers) audit.Loss {
	l := knowledge.Without(files, gone)
	return audit.NewLoss(l.Known, l.Orphaned, l.KnownBytes, l.OrphanedBytes)
}

// authored counts the files of which each person is an author.
func authored(files []knowledge.File) map[*history.Person]int {
	counts := map[*history.Person]int{}
	for i := range files {
		for _, p := range files[i].Authors() {
			counts[p]++
		}
	}
	return counts
}

// match finds those who were named among those of the history, and returns who
// should leave and is not there.
func (v *view) match() (unmatched []string) {
	stays := knowledge.Leavers{}
	for _, named := range v.Question.People {
		person := v.Map.People.Find(named.Name, "", named.Emails...)
		leaving := !named.Staying && (named.Leaving || !named.Leaves.IsZero())
		switch {
		case person == nil && leaving:
			unmatched = append(unmatched, v.unknown(named))
		case person == nil:
		case named.Staying:
			stays[person] = true
		case leaving:
			v.gone[person] = true
			if v.leaves[person].Before(named.Leaves) {
				v.leaves[person] = named.Leaves
			}
		}
	}
	for _, person := range v.Map.People.Persons {
		if v.Question.Others && !stays[person] {
			v.gone[person] = true
		}
	}
	for person := range stays {
		delete(v.gone, person)
		delete(v.leaves, person)
	}
	return unmatched
}

// unknown names somebody whom the history does not know.
func (v *view) unknown(p audit.Person) string {
	if v.Name != nil {
		return v.Name(stranger(p))
	}
	if p.Name != "" || len(p.Emails) == 0 {
		return clean(p.Name)
	}
	return clean(p.Emails[0])
}

// stranger is a person of whom nothing but the name and the addresses is known.
func stranger(p audit.Person) *history.Person {
	one := &history.Person{Name: p.Name}
	for _, email := range p.Emails {
		one.Aliases = append(one.Aliases, history.Alias{Name: p.Name, Email: email})
	}
	return one
}

// name is what a person is called in the report.
func (v *view) name(p *history.Person) string {
	switch {
	case p == nil:
		return ""
	case v.Name != nil:
		return v.Name(p)
	}
	return clean(p.Name)
}

// clean takes out what no database keeps.
func clean(s string) string { return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "") }

func (v *view) knower(p *history.Person, files, of int) audit.Knower {
	return audit.Knower{Name: v.name(p), Files: share(files, of), Leaves: v.leaves[p]}
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// people tells those who leave from those who stay.
func (v *view) people(h *audit.Handover) {
	touched := map[*history.Person]int{}
	for _, files := range [][]knowledge.File{v.Files, v.Map.Others} {
		for i := range files {
			for _, e := range files[i].Experts {
				touched[e.Person] = v.files[e.Person]
			}
		}
	}
	h.People = len(touched)
	for _, p := range ranked(touched) {
		switch one := v.knower(p, v.files[p], v.loss.KnownFiles); {
		case v.gone[p]:
			h.Leavers = append(h.Leavers, one)
		case len(h.Stayers) < stayersMost:
			h.Stayers = append(h.Stayers, one)
		}
	}
}

// ranked lists people by their count, the highest first.
func ranked(counts map[*history.Person]int) []*history.Person {
	var all []*history.Person
	for p := range counts {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *history.Person) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), a.Compare(b))
	})
	return all
}

// whatIf lets each of the most knowing people leave alone.
func (v *view) whatIf(areas []area) []audit.WhatIf {
	var all []audit.WhatIf
	for _, p := range ranked(v.files)[:min(len(v.files), whatIfMost)] {
		gone := knowledge.Leavers{p: true}
		one := audit.WhatIf{Name: v.name(p), Loss: lossOf(v.Files, gone)}
		for _, a := range areas {
			if l := knowledge.Without(a.files, gone); l.Known > 0 && l.Orphaned == l.Known {
				one.Folders++
			}
		}
		all = append(all, one)
	}
	return all
}

// curve follows the departures in time. Those without a date leave last: nobody
// said when.
func (v *view) curve() []audit.LossPoint {
	var days []time.Time
	for _, day := range v.leaves {
		days = append(days, day)
	}
	slices.SortFunc(days, time.Time.Compare)
	days = slices.CompactFunc(days, time.Time.Equal)
	var points []audit.LossPoint
	left := knowledge.Leavers{}
	for _, day := range days {
		for p, leaves := range v.leaves {
			if leaves.Equal(day) {
				left[p] = true
			}
		}
		points = append(points, audit.LossPoint{At: day, Gone: len(left), Loss: lossOf(v.Files, left)})
	}
	return points
}
