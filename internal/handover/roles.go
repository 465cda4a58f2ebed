package handover

import (
	"slices"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/history"
	"github.com/perenne-audit/perenne/internal/maintainer"
	"github.com/perenne-audit/perenne/internal/release"
)

// role is one role and who held it.
type role struct {
	name string
	held []*history.Person
	// others is true when somebody holds it of whom no history tells: a team, a
	// mailbox, a person who never committed.
	others bool
}

// roles returns those that only leavers held. One that nobody held is not lost.
func (v *view) roles() []audit.SoleRole {
	lost := []audit.SoleRole{}
	for _, role := range []role{
		{name: "releaser", held: v.releasers()},
		{name: "ci-author", held: v.automators()},
		v.declared("codeowner", maintainer.CodeOwner),
		v.declared("contact", maintainer.Contact, maintainer.Maintainer),
	} {
		stays := func(p *history.Person) bool { return !v.gone[p] }
		if len(role.held) == 0 || role.others || slices.ContainsFunc(role.held, stays) {
			continue
		}
		one := audit.SoleRole{Role: role.name}
		for _, p := range role.held {
			one.People = append(one.People, v.name(p))
		}
		slices.Sort(one.People)
		lost = append(lost, one)
	}
	return lost
}

// releasers made the commits that tags name as versions.
func (v *view) releasers() []*history.Person {
	tagged := map[string]bool{}
	for _, tag := range v.s.Tags {
		if release.IsVersion(tag.Name) {
			tagged[tag.Commit] = true
		}
	}
	var all []*history.Person
	for i := range v.s.History.Commits {
		if c := &v.s.History.Commits[i]; tagged[c.ID] {
			all = with(all, v.Map.People.Who(c.Author))
		}
	}
	return all
}

// automators changed the files of continuous integration.
func (v *view) automators() []*history.Person {
	var all []*history.Person
	for f := range v.touching(integration) {
		for _, e := range f.Experts {
			all = with(all, e.Person)
		}
	}
	return all
}

// declared returns those whom the repository names in one of these roles. Whoever
// the history does not know may stay, for all that is known.
func (v *view) declared(name string, roles ...maintainer.Role) role {
	role := role{name: name}
	for _, d := range maintainer.In(v.s) {
		if !slices.Contains(roles, d.Role) {
			continue
		}
		p := v.Map.People.Find(d.Name, d.Login, d.Email)
		role.others = role.others || d.Team || p == nil
		role.held = with(role.held, p)
	}
	return role
}

// with adds a person once; nil is nobody.
func with(all []*history.Person, p *history.Person) []*history.Person {
	if p == nil || slices.Contains(all, p) {
		return all
	}
	return append(all, p)
}
