package community

import (
	"path"
	"slices"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/history"
	"github.com/perenne-audit/perenne/internal/publiccode"
	"github.com/perenne-audit/perenne/internal/release"
)

// awesomeComplete is COM-04: the ten points that the list "Awesome CodeGouvFr"
// counts. Its four conditions (a free licence, upkeep, money, several users) are
// asked elsewhere, or of people.
var awesomeComplete = &audit.Check{
	ID: "awesome-complete", Axis: audit.Community, Severity: audit.Bonus,
	Dated: true,
	Needs: audit.NeedTree, Uses: audit.NeedTags | audit.NeedForge | audit.NeedAuthors, EffortHours: 7, Side: audit.Team,
	Source: "https://github.com/codegouvfr/guide-codegouvfr-score",
	Texts:  texts, Run: runAwesomeComplete,
}

// The bands of the list.
const (
	awesomeMet    = 8
	awesomePartly = 6
)

// halfAYear is what the list calls recent.
const halfAYear = 183 * 24 * time.Hour

// point is what one of the ten is worth: held, not held, or not to be seen.
type point int

const (
	lacking point = iota
	unseen
	held
)

// points are the ten, in the order of the list, each with the name that a reader
// looks for.
var points = []struct {
	name string
	of   func(*audit.Snapshot) point
}{
	{"site", webPage}, {"tag", recentRelease}, {"commit", recentCommit}, {"logo", logo},
	{"ROADMAP", fileOrKey("roadmap", "roadmap", "feuille-de-route")}, {"AUTHORS", file("authors", "auteurs", "contributors", "contributeurs")},
	{"CONTRIBUTING", file("contributing", "contribuer", "contribution")}, {"CHANGELOG", changes},
	{"CODE_OF_CONDUCT", file("code-of-conduct", "code-de-conduite")}, {"GOVERNANCE", file("governance", "gouvernance")},
}

func runAwesomeComplete(s *audit.Snapshot) audit.Verdict {
	count, open := 0, 0
	missing := []string{}
	for _, p := range points {
		switch p.of(s) {
		case held:
			count++
		case unseen:
			open++
		case lacking:
			missing = append(missing, p.name)
		}
	}
	v := audit.Verdict{Answer: band(count), Reason: audit.Because("points", "points", count, "missing", missing)}
	if count == len(points) {
		v = audit.Met("all")
	}
	if band(count+open) != v.Answer {
		v = audit.Unknown("unseen", "points", count)
	}
	return v.Fact("points", count)
}

func band(count int) audit.Answer {
	switch {
	case count >= awesomeMet:
		return audit.AnswerMet
	case count >= awesomePartly:
		return audit.AnswerPartlyMet
	}
	return audit.AnswerNotMet
}

func of(is bool) point {
	if is {
		return held
	}
	return lacking
}

func file(stems ...string) func(*audit.Snapshot) point {
	return func(s *audit.Snapshot) point {
		_, found := named(s, stems...)
		return of(found)
	}
}

// fileOrKey also accepts a key at the top of publiccode.yml.
func fileOrKey(key string, stems ...string) func(*audit.Snapshot) point {
	return func(s *audit.Snapshot) point {
		if hasKey(s, key) {
			return held
		}
		return file(stems...)(s)
	}
}

func hasKey(s *audit.Snapshot, key string) bool {
	code := publiccode.Of(s)
	return code != nil && slices.ContainsFunc(code.Keys, func(v publiccode.Value) bool { return v.Text == key })
}

func changes(s *audit.Snapshot) point {
	if release.NotesOf(s) != nil {
		return held
	}
	return file("changelog")(s)
}

func recentRelease(s *audit.Snapshot) point {
	if notes := release.NotesOf(s); notes != nil && s.TakenAt.Sub(notes.Dated) <= halfAYear {
		return held
	}
	if s.Forge != nil && !s.Forge.LatestRelease.IsZero() && s.TakenAt.Sub(s.Forge.LatestRelease) <= halfAYear {
		return held
	}
	tagged := release.Tagged(s)
	switch {
	case s.Tags == nil:
		return unseen
	case len(tagged) == 0:
		return lacking
	}
	newest := release.Newest(tagged)
	if newest.When.IsZero() {
		return unseen
	}
	return of(s.TakenAt.Sub(newest.When) <= halfAYear)
}

func recentCommit(s *audit.Snapshot) point {
	people := history.Of(s)
	if people == nil || people.Last.IsZero() {
		return unseen
	}
	return of(s.TakenAt.Sub(people.Last) <= halfAYear)
}

func logo(s *audit.Snapshot) point {
	if hasKey(s, "logo") {
		return held
	}
	for _, f := range s.Files() {
		name := strings.ToLower(f.Name())
		if strings.HasPrefix(name, "logo") && slices.Contains([]string{".svg", ".png", ".jpg", ".jpeg", ".webp"}, path.Ext(name)) && !f.Foreign() {
			return held
		}
	}
	return lacking
}

// webPage looks for the address of a page about the deliverable.
func webPage(s *audit.Snapshot) point {
	if code := publiccode.Of(s); code != nil && code.LandingURL.Said() {
		return held
	}
	if _, found := s.File("CNAME"); found {
		return held
	}
	if s.Forge != nil && leadsAway(s, s.Forge.Homepage) {
		return held
	}
	readme := document.Readme(s)
	if readme == nil {
		return lacking
	}
	for i, section := range readme.Sections {
		for _, link := range section.Links {
			if !link.Image && leadsToSite(link.URL, strings.ToLower(link.Text), i < 3) {
				return held
			}
		}
	}
	return lacking
}

// leadsAway reports whether an address is a page other than the repository's own.
func leadsAway(s *audit.Snapshot, address string) bool {
	own := strings.TrimSuffix(s.Repository.URL, ".git")
	return strings.HasPrefix(address, "https://") && (own == "" || address != own && !strings.HasPrefix(address, own+"/"))
}

// leadsToSite accepts, at the beginning, an address below gouv.fr that is the top
// of a site, and elsewhere a link that says that it is one.
func leadsToSite(url, text string, front bool) bool {
	rest, found := strings.CutPrefix(url, "https://")
	if !found {
		return false
	}
	host, page, _ := strings.Cut(rest, "/")
	for _, other := range []string{"github.com", "gitlab.", "shields.io", "img.", "badge", "codecov", "travis", "circleci", "docker.com", "npmjs.com", "pypi.org", "beta.gouv.fr", "etalab.gouv.fr"} {
		if strings.HasPrefix(host, other) || host == "www."+other || strings.Contains(host, other) && other != "img." && other != "beta.gouv.fr" && other != "etalab.gouv.fr" {
			return false
		}
	}
	if front && page == "" && strings.HasSuffix(host, ".gouv.fr") {
		return true
	}
	for _, word := range []string{"site", "website", "homepage", "page d'accueil", "en ligne", "demo", "démo", "application", "production"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	// The text of a bare address is the address.
	return front && page == "" && strings.Contains(text, host)
}
