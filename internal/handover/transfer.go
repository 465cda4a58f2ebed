package handover

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/history"
)

const (
	// bytesPerHour is how much code two people walk through in an hour: some four
	// hundred lines, the pace at which an inspection still finds what matters
	// (SmartBear, "Best Kept Secrets of Peer Code Review", 2006).
	bytesPerHour = 400 * 35
	// leastHours is the least that it is worth meeting for; mostHours is where
	// reading together stops being the way.
	leastHours, mostHours = 1, 21
	// churnYear is what counts as lately, and churnMost the changes of a file in it
	// from which on a folder takes half as long again: what moves has to be explained
	// by why it moves.
	churnYear = 365 * 24 * time.Hour
	churnMost = 12
	// sessionHours is the length of one session; nobody has two on a day.
	sessionHours = 2
)

// lesson is one area to hand over.
type lesson struct {
	area     *area
	from, to *history.Person
	hours    float64
	critical bool
}

// transfer says what to hand over, to whom and when; nil when nothing is lost.
func (v *view) transfer(areas []area) *audit.TransferPlan {
	lessons := v.lessons(areas)
	if len(lessons) == 0 {
		return nil
	}
	plan := &audit.TransferPlan{Trainees: v.trainees(lessons), Sessions: []audit.TransferSession{}}
	busy := map[*history.Person]map[time.Time]bool{}
	for _, l := range lessons {
		plan.Hours += l.hours
		v.plan(plan, l, busy)
	}
	slices.SortStableFunc(plan.Sessions, func(a, b audit.TransferSession) int {
		return cmp.Or(cmp.Compare(boolInt(a.Day.IsZero()), boolInt(b.Day.IsZero())), a.Day.Compare(b.Day))
	})
	for _, s := range plan.Sessions {
		plan.PlannedHours += s.Hours
	}
	return plan
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// trainees sums up the lessons of each who takes over.
func (v *view) trainees(lessons []lesson) []audit.Trainee {
	all := []audit.Trainee{}
	for _, l := range lessons {
		name := v.name(l.to)
		i := slices.IndexFunc(all, func(t audit.Trainee) bool { return t.Name == name })
		if i < 0 {
			i = len(all)
			all = append(all, audit.Trainee{Name: name})
		}
		all[i].Hours += l.hours
		if folder := clean(l.area.folder); !slices.Contains(all[i].Folders, folder) {
			all[i].Folders = append(all[i].Folders, folder)
		}
	}
	slices.SortStableFunc(all, func(a, b audit.Trainee) int {
		return cmp.Or(boolInt(a.Name == "")-boolInt(b.Name == ""), cmp.Compare(b.Hours, a.Hours))
	})
	return all
}

// plan puts the sessions of one lesson on the first days on which both are free,
// up to the leaver's last.
func (v *view) plan(plan *audit.TransferPlan, l lesson, busy map[*history.Person]map[time.Time]bool) {
	session := audit.TransferSession{Folder: clean(l.area.folder), Concern: l.area.concern, From: v.name(l.from), To: v.name(l.to)}
	last := v.leaves[l.from]
	if last.IsZero() {
		session.Hours = l.hours
		plan.Sessions = append(plan.Sessions, session)
		return
	}
	left := l.hours
	for day := nextWorkday(v.s.TakenAt); left > 0 && !day.After(last); day = nextWorkday(day) {
		if busy[l.from][day] || l.to != nil && busy[l.to][day] {
			continue
		}
		for _, p := range with(with(nil, l.from), l.to) {
			if busy[p] == nil {
				busy[p] = map[time.Time]bool{}
			}
			busy[p][day] = true
		}
		session.Day, session.Hours = day, min(left, sessionHours)
		left -= session.Hours
		plan.Sessions = append(plan.Sessions, session)
	}
	if left > 0 {
		plan.Left = append(plan.Left, audit.TransferLeft{
			Folder: session.Folder, Concern: session.Concern, From: session.From, Hours: left, Gone: last.Before(v.s.TakenAt)})
	}
}

// lessons finds the fewest people who could take over every area that loses
// something. What a service cannot do without comes first, then what is largest.
func (v *view) lessons(areas []area) []lesson {
	var lost []*area
	for i := range areas {
		if areas[i].shown.OrphanedFiles > 0 {
			lost = append(lost, &areas[i])
		}
	}
	touched := v.touches(areas)
	for _, a := range v.settings() {
		touched[a] = v.near(a, touched)
		lost = append(lost, a)
	}
	trained := fewest(lost, touched)
	var all []lesson
	for _, a := range lost {
		l := lesson{area: a, from: v.leaver(a), hours: v.hours(a), critical: v.isCritical(a)}
		if i := slices.IndexFunc(trained, func(p *history.Person) bool { return touched[a][p] }); i >= 0 {
			l.to = trained[i]
		}
		all = append(all, l)
	}
	slices.SortStableFunc(all, func(a, b lesson) int {
		return cmp.Or(boolInt(b.critical)-boolInt(a.critical), cmp.Compare(b.area.shown.OrphanedBytes, a.area.shown.OrphanedBytes),
			strings.Compare(a.area.folder, b.area.folder))
	})
	return all
}

// hours guesses how long an area takes, in half hours, from the size of what is
// orphaned and from how much it changed lately.
func (v *view) hours(a *area) float64 {
	changes := 0
	for i := range a.files {
		for _, e := range a.files[i].Experts {
			if v.s.TakenAt.Sub(e.Last) <= churnYear {
				changes += e.Changes
			}
		}
	}
	most := float64(mostHours)
	if a.concern != "" {
		// What is set up is shown, not read line by line.
		most = sessionHours
	}
	churn := min(1, float64(changes)/float64(churnMost*len(a.files)))
	h := math.Ceil(2*float64(a.shown.OrphanedBytes)/bytesPerHour*(1+churn/2)) / 2
	return min(max(h, leastHours), most)
}

// isCritical reports whether an area loses something that a service cannot do
// without.
func (v *view) isCritical(a *area) bool {
	for i := range a.files {
		if _, orphaned := a.files[i].Fate(v.gone); !orphaned {
			continue
		}
		if slices.ContainsFunc(concerns, func(concern string) bool { return regards(a.files[i].Path, concern) }) {
			return true
		}
	}
	return false
}

// leaver is who knows most of an area and leaves; of those who can still teach it,
// if there is one.
func (v *view) leaver(a *area) *history.Person {
	var first *history.Person
	for _, p := range a.knew {
		if !v.gone[p] {
			continue
		}
		if first == nil {
			first = p
		}
		if last := v.leaves[p]; last.IsZero() || !last.Before(v.s.TakenAt) {
			return p
		}
	}
	return first
}
