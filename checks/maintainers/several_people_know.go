package maintainers

import (
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/history"
)

// severalPeopleKnow is FIA-09. The rule, with people merged from their
// identities, programs left out and merge commits not counted:
//
//   - met: the knowledge is shared over the whole history, and still was in the
//     last twelve months of activity; or it is shared in those, among people of
//     whom the second made a tenth of all there is;
//   - partly met: somebody beside the first made a tenth of the commits, over
//     the whole history or in those twelve months, but not more than that;
//   - not met: nobody did.
//
// Shared means that it takes two people to make half of the commits (a bus
// factor of two), or that the second made a quarter: a pair of which one made
// 55 % has a bus factor of one and yet is two people who know the code.
// A group that commits under one name hides how many know, so nothing is said.
// Twelve months count back from the last human commit and not from today, since
// a finished project is not a lost one; a last year of under ten commits tells
// nothing and is left aside.
var severalPeopleKnow = &audit.Check{
	ID: "several-people-know", Axis: audit.Reliability, Severity: audit.Major,
	Dated: true,
	Needs: audit.NeedAuthors,
	Kinds: []audit.Kind{
		audit.WebApplication, audit.Service, audit.ShinyApp, audit.DesktopApplication, audit.Library,
		audit.DataPipeline, audit.Notebook, audit.DataikuProject,
	},
	EffortHours: 14, LeadDays: 180, Side: audit.DSI, WithTeam: true,
	Source: "https://chaoss.community/kb/metric-contributor-absence-factor/",
	Texts:  texts, Run: runSeveralPeopleKnow,
}

const (
	knowsSome    = 0.10
	minLastYear  = 10 // commits
	monthsActive = 12
)

func runSeveralPeopleKnow(s *audit.Snapshot) audit.Verdict {
	people := history.Of(s)
	whole := people.Share(time.Time{})
	lately := people.Share(people.Last.AddDate(0, -monthsActive, 0))
	v := knowledge(people, whole, lately, s.Policy.Limits().SecondPerson)
	if s.History.Truncated && v.Answer != audit.AnswerMet {
		v = audit.Unknown("history-shallow")
	}
	return v.
		Fact("people", len(people.Persons)).
		Fact("active_12_months", people.Active(s.TakenAt.AddDate(0, -monthsActive, 0), s.TakenAt.AddDate(0, 0, 1))).
		Fact("bus_factor", whole.BusFactor).
		Fact("top_share", whole.Top).
		Fact("merged", merged(people))
}

// knowledge grades who knows the project; well is the second person's share that
// makes two who know.
func knowledge(people *history.People, whole, lately history.Share, well float64) audit.Verdict {
	if whole.Commits == 0 {
		return audit.Unknown("no-people")
	}
	first, second := percent(whole.Top), percent(whole.Second)
	quiet := lately.Commits < minLastYear
	switch {
	case 2*hidden(people) > people.Commits+people.Unnamed:
		return audit.Unknown("shared-account")
	case len(people.Persons) == 1:
		return audit.NotMet("alone")
	case shared(whole, well) && (quiet || shared(lately, well) || lately.Second >= knowsSome):
		return audit.Met("shared", "people", len(people.Persons), "bus_factor", whole.BusFactor, "first", first, "second", second)
	case !quiet && shared(lately, well) && whole.Second >= knowsSome:
		// Whoever founded it may have left: those who work on it now know it.
		return audit.Met("shared-lately", "first", percent(lately.Top), "second", percent(lately.Second), "since", people.Last.AddDate(0, -monthsActive, 0))
	case shared(whole, well):
		return audit.PartlyMet("one-lately", "share", percent(lately.Top), "since", people.Last.AddDate(0, -monthsActive, 0))
	case whole.Second >= knowsSome:
		return audit.PartlyMet("mostly-one", "first", first, "second", second)
	case !quiet && lately.Second >= knowsSome:
		return audit.PartlyMet("second-lately", "first", first, "second", percent(lately.Second))
	}
	return audit.NotMet("one-knows", "first", first, "second", second)
}

// hidden counts the commits behind which nobody knows how many people stand.
func hidden(people *history.People) int {
	n := people.Unnamed
	for _, p := range people.Persons {
		if p.Collective() {
			n += p.Commits
		}
	}
	return n
}

func shared(share history.Share, well float64) bool {
	return share.BusFactor >= 2 || share.Second >= well
}

// percent rounds down: "100 %" is for all of it.
func percent(share float64) int { return int(share * 100) }

// mergedPerson tells which identities were taken for one person, so that a
// reader can object. Addresses are masked.
type mergedPerson struct {
	Kept    string   `json:"kept"`
	Aliases []string `json:"aliases"`
	Because []string `json:"because"`
}

func merged(people *history.People) []mergedPerson {
	all := []mergedPerson{}
	for _, person := range people.Persons {
		if len(person.Aliases) < 2 {
			continue
		}
		one := mergedPerson{Kept: maskWords(person.Name), Because: person.Because}
		for _, alias := range person.Aliases {
			one.Aliases = append(one.Aliases, maskWords(alias.Name)+" <"+audit.MaskEmail(alias.Email)+">")
		}
		all = append(all, one)
	}
	return all
}
