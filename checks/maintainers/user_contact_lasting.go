package maintainers

import (
	"slices"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/maintainer"
)

// userContactLasting is FIA-08. Who maintains is a person, and another check asks
// for one; whom users write to must outlive every person.
var userContactLasting = &audit.Check{
	ID: "user-contact-lasting", Axis: audit.Reliability, Severity: audit.Major,
	Dated: true,
	Needs: audit.NeedTree, Uses: audit.NeedAuthors, EffortHours: 1.5, Side: audit.DSI,
	Kinds: []audit.Kind{
		audit.WebApplication, audit.Service, audit.ShinyApp, audit.DesktopApplication, audit.Library,
		audit.DataikuProject, audit.Documentation, audit.Training,
	},
	Source: "https://github.com/betagouv/standards",
	Texts:  texts, Run: runUserContactLasting,
}

// reach is one way for a user to reach somebody.
type reach struct {
	kind    way
	address string
	place   audit.Place
}

// way is how long a contact lasts.
type way string

const (
	mailbox way = "mailbox" // an office's address
	form    way = "form"    // a page or form for messages
	channel way = "channel" // a public room or forum
	tracker way = "tracker" // the forge's issues
	page    way = "page"    // a page of the deliverable itself
	person  way = "person"  // somebody's own address
)

// contactFact is the row of the catalogue's contacts[].
type contactFact struct {
	Kind   way    `json:"kind"`
	Email  string `json:"email"`
	Source string `json:"source"`
	Line   int    `json:"line"`
}

func runUserContactLasting(s *audit.Snapshot) audit.Verdict {
	all := reaches(s)
	facts := []contactFact{}
	for _, r := range all {
		facts = append(facts, contactFact{r.kind, audit.MaskEmail(r.address), r.place.Path, r.place.Line})
	}
	return ofReaches(s, all).Fact("contacts", facts)
}

// lastingWays are those that no departure ends, the best first.
var lastingWays = []way{mailbox, form, channel, page}

func ofReaches(s *audit.Snapshot, all []reach) audit.Verdict {
	first := func(kind way) *reach {
		if i := slices.IndexFunc(all, func(r reach) bool { return r.kind == kind }); i >= 0 {
			return &all[i]
		}
		return nil
	}
	for _, kind := range lastingWays {
		if r := first(kind); r != nil {
			return audit.Met(string(kind), "path", r.place.Path).At(r.place)
		}
	}
	issues, own := first(tracker), first(person)
	switch {
	case issues != nil && onlyForDevelopers(s):
		return audit.Met("tracker", "path", issues.place.Path).At(issues.place)
	case own != nil && allLeave(s, all):
		return audit.PartlyMet("leaving", "path", own.place.Path).At(own.place)
	case own != nil:
		return audit.PartlyMet("person", "path", own.place.Path).At(own.place)
	case issues != nil:
		return audit.PartlyMet("tracker-only", "path", issues.place.Path).At(issues.place)
	}
	return audit.NotMet("none")
}

// onlyForDevelopers reports whether all users of the deliverable have an account
// on a forge, and the issues are where they ask.
func onlyForDevelopers(s *audit.Snapshot) bool {
	for _, d := range s.Deliverables {
		if d.Kind != audit.Library {
			return false
		}
	}
	return len(s.Deliverables) > 0
}

// allLeave reports whether every person whose address is given is known to leave.
func allLeave(s *audit.Snapshot, all []reach) bool {
	t := staffOf(s)
	return !slices.ContainsFunc(all, func(r reach) bool {
		return r.kind == person && !t.isLeaving(maintainer.Declared{Entry: maintainer.Entry{Email: r.address}})
	})
}
