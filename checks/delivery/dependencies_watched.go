package delivery

import (
	"slices"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/manifest"
)

var dependenciesWatched = &audit.Check{
	ID: "dependencies-watched", Axis: audit.Reliability, Severity: audit.Moderate,
	Dated: true,
	Needs: audit.NeedTree, Uses: audit.NeedAuthors, EffortHours: 1.4, Side: audit.Team,
	Kinds:  programs,
	Source: "https://standards.beta.gouv.fr/",
	Texts:  texts, Run: runDependenciesWatched,
}

// recentMonths is how old the last trace of a watching tool may be.
const recentMonths = 12

// unwatched are ecosystems whose updates no widespread tool proposes.
var unwatched = []manifest.Ecosystem{manifest.CRAN}

// runDependenciesWatched looks for the configuration of a tool that proposes
// updates or scans components for flaws, and for what it did last.
func runDependenciesWatched(s *audit.Snapshot) audit.Verdict {
	ecosystems := watchable(s)
	if len(ecosystems) == 0 {
		return audit.NotApplicable("no-components")
	}
	if !slices.ContainsFunc(ecosystems, func(e manifest.Ecosystem) bool { return !slices.Contains(unwatched, e) }) {
		return audit.NotApplicable("no-tool-exists")
	}
	watchers := watchersOf(s, ecosystems)
	from := s.TakenAt.AddDate(0, -recentMonths, 0)
	bot, last := lastUpdate(s)
	switch {
	case !last.IsZero() && !last.Before(from):
		return audit.Met("updates", "tool", bot, "date", last).At(watcherPlaces(watchers, proposes)...)
	case s.History != nil && s.History.Truncated && cutAfter(s, from) && len(watchers) > 0:
		return audit.Unknown("history-cut", "tool", watchers[0].tool).At(watchers[0].place)
	}
	for _, w := range watchers {
		if w.does == scans && committedSince(s, from) {
			return audit.Met("scans", "tool", w.tool, "path", w.place.Path).At(w.place)
		}
	}
	if len(watchers) > 0 {
		return configured(s, watchers[0]).At(watchers[0].place)
	}
	if last.After(s.TakenAt.AddDate(0, -2*recentMonths, 0)) {
		return audit.PartlyMet("stopped", "tool", bot, "date", last)
	}
	if !last.IsZero() {
		return audit.NotMet("stopped", "tool", bot, "date", last)
	}
	return audit.NotMet("none")
}

// configured says why a tool that is set up counts by half.
func configured(s *audit.Snapshot, w watcher) audit.Verdict {
	switch {
	case w.does == idle:
		return audit.PartlyMet("others-only", "tool", w.tool, "path", w.place.Path)
	case w.does == closed:
		return audit.PartlyMet("closed", "tool", w.tool, "path", w.place.Path)
	case s.History == nil:
		return audit.PartlyMet("configured", "tool", w.tool, "path", w.place.Path)
	}
	return audit.PartlyMet("silent", "tool", w.tool, "path", w.place.Path)
}

func watcherPlaces(watchers []watcher, does watching) []audit.Place {
	var places []audit.Place
	for _, w := range watchers {
		if w.does >= does {
			places = append(places, w.place)
		}
	}
	return places
}

// watchable returns the ecosystems of the components that manifests ask for,
// samples and tools of deployment left out.
func watchable(s *audit.Snapshot) []manifest.Ecosystem {
	var found []manifest.Ecosystem
	for _, m := range manifest.Of(s).Manifests {
		if m.Sample() || m.Ecosystem == manifest.Terraform || m.Ecosystem == manifest.Nix || slices.Contains(found, m.Ecosystem) {
			continue
		}
		if needsLock(m) || m.Err != nil {
			found = append(found, m.Ecosystem)
		}
	}
	return found
}

// updateBots are the accounts that propose updates, as a part of their name or
// address, and what people call them.
var updateBots = []struct{ part, tool string }{
	{"dependabot", "Dependabot"}, {"renovate", "Renovate"}, {"pyup", "PyUp"}, {"snyk", "Snyk"}, {"greenkeeper", "Greenkeeper"},
	{"depfu", "Depfu"}, {"scala-steward", "Scala Steward"}, {"scala_steward", "Scala Steward"}, {"whitesource", "Mend"}, {"mend-for-", "Mend"},
	{"violinist", "Violinist"},
}

// lastUpdate returns the newest commit that a tool made, or that names it beside
// the person who merged it.
func lastUpdate(s *audit.Snapshot) (tool string, last time.Time) {
	if s.History == nil {
		return "", time.Time{}
	}
	for _, c := range s.History.Commits {
		if c.When.After(s.TakenAt) {
			continue
		}
		for _, who := range append([]audit.Signature{c.Author}, c.CoAuthors...) {
			text := strings.ToLower(who.Name + " " + who.Email)
			for _, bot := range updateBots {
				if strings.Contains(text, bot.part) && c.When.After(last) {
					tool, last = bot.tool, c.When
				}
			}
		}
		if !last.IsZero() {
			break // commits are newest first
		}
	}
	return tool, last
}

// committedSince reports whether somebody committed since then: what runs on
// each change ran then too. Without history, nobody knows.
func committedSince(s *audit.Snapshot, from time.Time) bool {
	return s.History != nil && slices.ContainsFunc(s.History.Commits, func(c audit.Commit) bool { return !c.When.Before(from) })
}

// cutAfter reports whether the part of the history that was had begins after
// that day.
func cutAfter(s *audit.Snapshot, from time.Time) bool {
	n := len(s.History.Commits)
	return n == 0 || s.History.Commits[n-1].When.After(from)
}
