package history

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// count merges the identities of the commits and gives each person theirs.
func count(commits []audit.Commit, names mailmap, taken time.Time) *People {
	p := &People{who: map[audit.Signature]*Person{}}
	identities := intern(commits, names)
	p.Identities = len(identities)
	unnamed := map[audit.Signature]bool{}
	var humans []*identity
	for _, one := range identities {
		switch {
		case one.unnamed:
			unnamed[one.written] = true
		case !one.bot:
			humans = append(humans, one)
		}
	}
	p.gather(merge(humans))
	p.clues = sync.OnceValue(func() clues { return gatherClues(humans, p.who) })
	p.made = make([]made, 0, len(commits))
	p.by = make([]*Person, 0, len(commits)+len(commits)/8)
	for i := range commits {
		if !p.add(&commits[i]) && unnamed[commits[i].Author] {
			p.Unnamed++
		}
	}
	p.rank()
	p.Last = p.last(taken)
	return p
}

// intern returns each distinct identity once, sorted. All the work of telling
// who is who is done on these, not on commits.
func intern(commits []audit.Commit, names mailmap) []*identity {
	counts := make(map[audit.Signature]int, 64)
	for i := range commits {
		counts[commits[i].Author]++
		for _, other := range commits[i].CoAuthors {
			counts[other]++
		}
	}
	identities := make([]*identity, 0, len(counts))
	for s, n := range counts {
		one := newIdentity(s, names)
		one.commits = n
		identities = append(identities, one)
	}
	slices.SortFunc(identities, func(a, b *identity) int { return compareSignatures(a.written, b.written) })
	return identities
}

// gather makes one person of each group.
func (p *People) gather(g *group) {
	members := g.members()
	for root := range g.all {
		if g.root(root) != root {
			continue
		}
		var same []*identity
		for _, i := range members[root] {
			same = append(same, g.all[i])
		}
		ordered := canonical(same)
		person := &Person{Name: ordered[0].display(), Because: reasonList(g.reasons[root])}
		slices.SortStableFunc(ordered, func(a, b *identity) int { return b.commits - a.commits })
		for _, one := range ordered {
			person.Aliases = append(person.Aliases, Alias{Name: one.written.Name, Email: one.written.Email, Commits: one.commits})
			p.who[one.written] = person
		}
		p.Persons = append(p.Persons, person)
	}
}

// reasonList names the reasons, each once, surest first.
func reasonList(reasons []reason) []string {
	var names []string
	for i, name := range reasonNames {
		if slices.Contains(reasons, reason(i)) {
			names = append(names, name)
		}
	}
	return names
}

// add counts a commit for its author and co-authors, and reports whether there
// was a person among them.
func (p *People) add(c *audit.Commit) bool {
	from := len(p.by)
	p.credit(p.who[c.Author], from)
	for _, other := range c.CoAuthors {
		p.credit(p.who[other], from)
	}
	by := p.by[from:len(p.by):len(p.by)]
	if len(by) == 0 {
		return false
	}
	p.made = append(p.made, made{when: c.When, merge: c.Merge, by: by})
	if !c.Merge {
		p.Commits++
	}
	for _, person := range by {
		person.add(c)
	}
	return true
}

// credit notes a person once per commit, whose people begin at from.
func (p *People) credit(person *Person, from int) {
	if person != nil && !slices.Contains(p.by[from:], person) {
		p.by = append(p.by, person)
	}
}

func (person *Person) add(c *audit.Commit) {
	if c.Merge {
		person.Merges++
	} else {
		person.Commits++
	}
	if person.First.IsZero() || c.When.Before(person.First) {
		person.First = c.When
	}
	if c.When.After(person.Last) {
		person.Last = c.When
	}
}

// rank orders the persons; merges decide only between equals.
func (p *People) rank() {
	slices.SortFunc(p.Persons, func(a, b *Person) int {
		x, y := a.Aliases[0], b.Aliases[0]
		return cmp.Or(b.Commits-a.Commits, b.Merges-a.Merges, cmp.Compare(a.Name, b.Name),
			cmp.Compare(x.Name, y.Name), cmp.Compare(x.Email, y.Email))
	})
	for i, person := range p.Persons {
		person.rank = i
	}
}

// clockSkew is how far ahead of ours an author's clock may be.
const clockSkew = 24 * time.Hour

// last returns when a person last committed. A laptop whose clock says 2099
// must not make a project look alive.
func (p *People) last(taken time.Time) time.Time {
	var last, future time.Time
	for _, m := range p.made {
		if m.when.After(taken.Add(clockSkew)) {
			if m.when.After(future) {
				future = m.when
			}
		} else if m.when.After(last) {
			last = m.when
		}
	}
	if last.IsZero() {
		return future
	}
	return last
}
