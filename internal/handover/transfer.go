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
	plan := &audit.TransferPlan{Sessions: []audit.TransferSession{}}
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

// plan puts the sessions of one lesson on the first days on which both are free,
// up to the leaver's last.
func (v *view) plan(plan *audit.TransferPlan, l lesson, busy map[*history.Person]map[time.Time]bool) {
	session := audit.TransferSession{Folder: clean(l.area.folder), From: v.name(l.from), To: v.name(l.to)}
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
		plan.Left = append(plan.Left, audit.TransferLeft{Folder: session.Folder, From: session.From, Hours: left, Gone: last.Before(v.s.TakenAt)})
	}
}

// nextWorkday is the next day from Monday to Friday, at midnight in UTC. Holidays
// are not known.
func nextWorkday(day time.Time) time.Time {
	day = day.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1)
	for day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
		day = day.AddDate(0, 0, 1)
	}
	return day
}

// lessons finds few people who could take over every area that loses something: of
// those who stay, the one who has changed files in most of them, then the next for
// what is left. What nobody has touched goes to who touched its neighbours. What a
// service cannot do without comes first, then what is largest.
func (v *view) lessons(areas []area) []lesson {
	var left []*area
	for i := range areas {
		if areas[i].shown.OrphanedFiles > 0 {
			left = append(left, &areas[i])
		}
	}
	touched := v.touches(areas)
	var all []lesson
	for len(left) > 0 {
		to := recipient(left, touched)
		var rest []*area
		for _, a := range left {
			if to != nil && !touched[a.folder][to] {
				rest = append(rest, a)
				continue
			}
			all = append(all, lesson{area: a, from: v.leaver(a), to: to, hours: v.hours(a), critical: v.isCritical(a)})
		}
		left = rest
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
	churn := min(1, float64(changes)/float64(churnMost*len(a.files)))
	h := math.Ceil(2*float64(a.shown.OrphanedBytes)/bytesPerHour*(1+churn/2)) / 2
	return min(max(h, leastHours), mostHours)
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

// touches says for each area who of those who stay has changed a file of it or,
// when nobody has, of a neighbouring area.
func (v *view) touches(areas []area) map[string]map[*history.Person]bool {
	own := map[string]map[*history.Person]bool{}
	for _, a := range areas {
		own[a.folder] = map[*history.Person]bool{}
		for i := range a.files {
			for _, e := range a.files[i].Experts {
				if !v.gone[e.Person] {
					own[a.folder][e.Person] = true
				}
			}
		}
	}
	all := map[string]map[*history.Person]bool{}
	for _, a := range areas {
		all[a.folder] = own[a.folder]
		if len(own[a.folder]) > 0 {
			continue
		}
		all[a.folder] = map[*history.Person]bool{}
		for _, other := range areas {
			if neighbours(a.folder, other.folder) {
				for p := range own[other.folder] {
					all[a.folder][p] = true
				}
			}
		}
	}
	return all
}

// neighbours reports whether two folders lie below the same first folder, or are
// both at the top.
func neighbours(a, b string) bool {
	first, _, _ := strings.Cut(a, "/")
	second, _, _ := strings.Cut(b, "/")
	return first == second
}

// recipient returns who could take the most of the areas, by bytes; nil when
// nobody could take any.
func recipient(left []*area, touched map[string]map[*history.Person]bool) *history.Person {
	bytes := map[*history.Person]int64{}
	for _, a := range left {
		for p := range touched[a.folder] {
			bytes[p] += max(a.shown.OrphanedBytes, 1)
		}
	}
	var best *history.Person
	for p, n := range bytes {
		if best == nil || n > bytes[best] || n == bytes[best] && p.Compare(best) < 0 {
			best = p
		}
	}
	return best
}
