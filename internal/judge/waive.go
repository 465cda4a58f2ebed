package judge

import (
	"path"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Waive returns the verdicts with the exceptions that concern them; what it was
// given is not changed. Only gaps get one. A waiver of the portfolio counts
// while it has not expired at that time, and, when it names paths, only when
// they cover every place of the verdict: an exception for one folder does not
// excuse the same fault elsewhere, and none that names paths covers a verdict
// without places. A requested waiver is noted by the same rules, and counts for
// nothing. Of several, the first in the list is taken.
//
// Waivers for other repositories of the challenge must not be in the list; see
// [audit.Challenge.WaiversFor].
func Waive(judged []audit.Judged, waivers []audit.Waiver, at time.Time) []audit.Judged {
	all := make([]audit.Judged, len(judged))
	for i, j := range judged {
		for k := range waivers {
			w := waivers[k]
			switch {
			case !concerns(w, j):
			case w.Requested && j.Requested == nil && (w.Expires.IsZero() || at.Before(w.Expires)):
				j.Requested = &w
			case w.Counts(at) && j.Waiver == nil:
				j.Waiver = &w
			}
		}
		all[i] = j
	}
	return all
}

func concerns(w audit.Waiver, j audit.Judged) bool {
	return w.Check == j.Check.ID && j.Verdict.Answer.Gap() && coversAll(w.Paths, j.Verdict.Places)
}

func coversAll(patterns []string, places []audit.Place) bool {
	if len(patterns) == 0 {
		return true
	}
	for _, place := range places {
		if !coversOne(patterns, place.Path) {
			return false
		}
	}
	return len(places) > 0
}

func coversOne(patterns []string, name string) bool {
	for _, pattern := range patterns {
		if covers(pattern, name) {
			return true
		}
	}
	return false
}

// covers reports whether a glob pattern matches a path or a folder above it:
// "legacy" and "legacy/**" cover "legacy/a/b.py". Within a segment the rules are
// those of [path.Match]; "**" stands for any number of segments.
func covers(pattern, name string) bool {
	globs := strings.Split(strings.Trim(pattern, "/"), "/")
	return match(globs, strings.Split(name, "/"))
}

// match walks the pattern once, remembering for each number of segments eaten
// whether the pattern so far can reach it; several "**" cost no more than one.
func match(globs, segments []string) bool {
	reached := make([]bool, len(segments)+1)
	reached[0] = true
	for _, glob := range globs {
		next := make([]bool, len(segments)+1)
		for i := range reached {
			if glob == "**" {
				next[i] = reached[i] || i > 0 && next[i-1]
			} else if i > 0 && reached[i-1] {
				ok, err := path.Match(glob, segments[i-1])
				next[i] = ok && err == nil
			}
		}
		reached = next
	}
	for _, ok := range reached[1:] {
		if ok {
			return true
		}
	}
	return false
}
