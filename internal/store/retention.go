package store

import (
	"cmp"
	"slices"
	"time"
)

// Step is one moment at which an audit became what is known about a repository.
type Step struct {
	ID    int64 // ascending in the order of arrival
	Audit int64
	At    time.Time
}

// How long each step of a repository stays the only one of its span of time.
const (
	allFor    = 24 * time.Hour
	dailyFor  = 30 * 24 * time.Hour
	weeklyFor = 365 * 24 * time.Hour
)

// Thinned returns the steps of one repository that the retention lets go: of
// each span, all but its last. Spans are days, weeks and months in UTC. Weeks
// begin with the 1st, 8th, 15th, 22nd and 29th of a month, so that each lies in
// one month: what stays does not depend on how often the retention ran. The
// first step and the last one of the latest audit always stay. The order of the
// steps does not matter.
func Thinned(now time.Time, latest int64, steps []Step) []Step {
	if len(steps) < 3 {
		return nil
	}
	byTime := slices.SortedFunc(slices.Values(steps), func(a, b Step) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID))
	})
	first, last := steps[0].ID, int64(0)
	for _, s := range steps {
		first = min(first, s.ID)
		if s.Audit == latest {
			last = max(last, s.ID)
		}
	}
	var gone []Step
	for i, s := range byTime[:len(byTime)-1] {
		same := sameSpan(now.Sub(s.At), s.At.UTC(), byTime[i+1].At.UTC())
		if same && s.ID != first && s.ID != last {
			gone = append(gone, s)
		}
	}
	return gone
}

// sameSpan reports whether two times, a not after b, lie in the span that counts
// for the age of a.
func sameSpan(age time.Duration, a, b time.Time) bool {
	switch {
	case age < allFor:
		return false
	case age < dailyFor:
		return a.YearDay() == b.YearDay() && a.Year() == b.Year()
	case a.Year() != b.Year() || a.Month() != b.Month():
		return false
	case age < weeklyFor:
		return (a.Day()-1)/7 == (b.Day()-1)/7
	}
	return true
}
