package portfolio

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/form"
)

// parse reads the content of one file into the portfolio.
func (l *loader) parse(file string, content []byte) {
	top, ok := l.Document(file, content)
	if !ok {
		return
	}
	v := value{top, l}
	included := []value{}
	v.object("the portfolio",
		field{"include", func(v value) { v.list("include", func(v value) { included = append(included, v) }) }},
		field{"demonstration", func(v value) { l.portfolio.Demonstration = v.Flag() || l.portfolio.Demonstration }},
		field{"ministries", func(v value) { v.list("ministries", l.ministry) }},
		field{"challenges", func(v value) { v.list("challenges", l.challenge) }},
	)
	for _, v := range included {
		l.include(v)
	}
	if !l.including && len(l.portfolio.Challenges) == 0 && l.Sound() {
		v.Fault("no challenges", "list at least one under challenges; config/portfolio.example.yaml shows how")
	}
}

func (l *loader) ministry(v value) {
	var m audit.Ministry
	v.object("a ministry",
		field{"id", func(v value) { m.ID = v.ID() }},
		field{"name", func(v value) { m.Name = v.Text() }},
	)
	v.Must("a ministry", "id", m.ID)
	v.Must("a ministry", "name", m.Name)
	if v.unique("ministry", m.ID, l.ministries) {
		l.portfolio.Ministries = append(l.portfolio.Ministries, m)
	}
}

// unique reports an id that was given before.
func (v value) unique(what, id string, given map[string]place) bool {
	if id == "" {
		return false
	}
	if first, twice := given[id]; twice {
		v.Fault(fmt.Sprintf("the %s id %s is taken, see %s", what, id, first), "choose another id")
		return false
	}
	given[id] = v.place()
	return true
}

func (l *loader) challenge(v value) {
	c := audit.Challenge{Criticality: audit.CriticalityB, Rules: l.Rules}
	var ministry, waivers, facts, wished value
	v.object("a challenge",
		field{"id", func(v value) { c.ID = v.ID() }},
		field{"name", func(v value) { c.Name = v.Text() }},
		field{"ministry", func(v value) { c.Ministry, ministry = v.Text(), v }},
		field{"cohort", func(v value) { c.Cohort = v.Text() }},
		field{"mission", func(v value) { mission(v, &c) }},
		field{"production", func(v value) { c.PlannedProduction = v.Date() }},
		field{"scenario", func(v value) { c.Scenario = form.Choose(v.Value, "scenario", audit.Scenarios) }},
		field{"criticality", func(v value) { c.Criticality = form.Choose(v.Value, "criticality", audit.Criticalities) }},
		field{"kinds", func(v value) { c.Kinds = kinds(v) }},
		field{"host", func(v value) { c.Host = v.Text() }},
		field{"dsi", func(v value) { c.DSI = people(v, "dsi") }},
		field{"mentors", func(v value) { c.Mentors = people(v, "mentors") }},
		field{"people", func(v value) { c.People = people(v, "people") }},
		field{"repositories", func(v value) { c.Repositories = repositories(v) }},
		field{"discover", func(v value) { c.Searches = searches(v) }},
		field{"policy", func(v value) { c.Policy, c.Rules = v.Text(), l.policy(v) }},
		field{"schedule", func(v value) { c.Every = v.schedule() }},
		field{"issues", func(v value) { wished = v }},
		field{"status", func(v value) { c.Status = form.Choose(v.Value, "status", audit.StatusSettings) }},
		field{"waivers", func(v value) { waivers = v }},
		field{"attestations", func(v value) { facts = v }},
	)
	// They name repositories and rules of the policy, which may stand further down.
	if waivers.Node != nil {
		c.Waivers = waiversOf(waivers, &c)
	}
	if wished.Node != nil {
		c.Issues = issues(wished, &c)
	}
	if facts.Node != nil {
		c.Attestations = attestations(facts, c.Rules)
	}
	v.Must("a challenge", "id", c.ID)
	v.Must("a challenge", "name", c.Name)
	if c.Ministry != "" {
		l.references = append(l.references, func() { known(ministry, l.ministries) })
	}
	if v.unique("challenge", c.ID, l.challenges) {
		l.portfolio.Challenges = append(l.portfolio.Challenges, c)
	}
}

// policy reads the rules that a challenge names. What is wrong in their file is
// reported once, whoever names it.
func (l *loader) policy(v value) *audit.Policy {
	name := v.Text()
	if name == "" || l.Policy == nil {
		return l.Rules
	}
	key := [2]string{v.dir(), name}
	if read, again := l.policies[key]; again {
		return read
	}
	p, err := l.Policy(name, v.dir())
	var faults form.Faults
	switch {
	case errors.As(err, &faults):
		l.Add(faults)
	case err != nil:
		v.Fault(strings.TrimPrefix(err.Error(), "read policy "), "")
	}
	l.policies[key] = p
	return p
}

// known reports a ministry that no file describes.
func known(v value, ministries map[string]place) {
	name := v.Node.Value
	if _, ok := ministries[name]; ok {
		return
	}
	instead := "describe it under ministries"
	if near := form.Nearest(name, slices.Sorted(maps.Keys(ministries))); near != "" {
		instead = "write " + near + ", or " + instead
	}
	v.Fault("no ministry has the id "+form.Quote(name), instead)
}

func mission(v value, c *audit.Challenge) {
	var end value
	v.object("mission",
		field{"start", func(v value) { c.MissionStart = v.Date() }},
		field{"end", func(v value) { c.MissionEnd, end = v.Date(), v }},
	)
	if !c.MissionStart.IsZero() && !c.MissionEnd.IsZero() && c.MissionEnd.Before(c.MissionStart) {
		end.Fault("the mission ends before it starts", "exchange start and end, or correct one")
	}
}

func kinds(v value) []audit.Kind {
	var all []audit.Kind
	v.list("kinds", func(v value) {
		if k := form.Choose(v.Value, "kind", audit.Kinds); k != "" && !slices.Contains(all, k) {
			all = append(all, k)
		}
	})
	return all
}

func people(v value, what string) []audit.Person {
	var all []audit.Person
	v.list(what, func(v value) {
		if p := person(v); p.Name != "" {
			all = append(all, p)
		}
	})
	return all
}

func person(v value) audit.Person {
	var p audit.Person
	var staying value
	v.object("a person",
		field{"name", func(v value) { p.Name = v.Text() }},
		field{"emails", func(v value) { v.list("emails", func(v value) { p.Emails = append(p.Emails, v.email()...) }) }},
		field{"leaves", func(v value) { p.Leaves = v.Date() }},
		field{"leaving", func(v value) { p.Leaving = v.Flag() }},
		field{"staying", func(v value) { p.Staying, staying = v.Flag(), v }},
	)
	v.Must("a person", "name", p.Name)
	p.Leaving = p.Leaving || !p.Leaves.IsZero()
	if p.Staying && p.Leaving {
		staying.Fault("somebody cannot both leave and stay", "keep leaves or staying")
	}
	return p
}

// email reads one address; none when it is malformed.
func (v value) email() []string {
	s := v.Text()
	local, domain, found := strings.Cut(s, "@")
	if s == "" {
		return nil
	}
	if !found || local == "" || domain == "" || strings.ContainsAny(s, " <>,;") || strings.Contains(domain, "@") {
		v.Fault(form.Quote(s)+" is not an e-mail address", "write name@host.example, one address for each item")
		return nil
	}
	return []string{s}
}

func attestations(v value, rules *audit.Policy) []audit.Attestation {
	var all []audit.Attestation
	v.list("attestations", func(v value) {
		var a audit.Attestation
		var expires value
		v.object("an attestation",
			field{"check", func(v value) { a.Check = v.check(rules, audit.SignOff) }},
			field{"says", func(v value) { a.Says = v.Text() }},
			field{"author", func(v value) { a.Author = v.Text() }},
			field{"link", func(v value) { a.Link = v.Text() }},
			field{"date", func(v value) { a.Date = v.Date() }},
			field{"expires", func(v value) { a.Expires, expires = v.Date(), v }},
		)
		v.Must("an attestation", "check", a.Check)
		v.Must("an attestation", "says", a.Says)
		v.Must("an attestation", "author", a.Author)
		v.Must("an attestation", "date", dateText(a.Date))
		if !a.Expires.IsZero() && !a.Expires.After(a.Date) {
			expires.Fault("the attestation expires before it begins to count", "exchange date and expires, or correct one")
		}
		all = append(all, a)
	})
	return all
}

// check reads the id of a check, of the catalogue or among the rules, or one of
// the other words that may stand there.
func (v value) check(rules *audit.Policy, besides ...string) string {
	s := v.Text()
	known := append(slices.Clone(besides), v.Checks...)
	if rules != nil {
		for _, c := range rules.Rules {
			known = append(known, c.ID)
		}
	}
	if s == "" || len(v.Checks) == 0 || slices.Contains(known, s) {
		return s
	}
	instead := "'perenne checks list' prints the ids"
	if near := form.Nearest(s, known); near != "" {
		instead = "write " + near
	}
	v.Fault("no check has the id "+form.Quote(s), instead)
	return ""
}
