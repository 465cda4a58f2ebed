package portfolio

import (
	"errors"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Expand returns the portfolio with the repositories that its searches found, which
// stand after those that somebody named. Listings are by [audit.Search.Key]; one that
// is not there was not made yet. The portfolio that is given stays as it is, and is
// returned when it searches nothing.
//
// A repository is audited once: for the challenge that names it, or else for the
// first entry, in the order of the file, that finds it.
func Expand(p *audit.Portfolio, listings map[string]*audit.Listing) *audit.Portfolio {
	if !slices.ContainsFunc(p.Challenges, func(c audit.Challenge) bool { return len(c.Searches) > 0 }) {
		return p
	}
	e := expansion{named: map[string]bool{}, taken: map[string]bool{}}
	for _, c := range p.Challenges {
		for _, source := range c.Repositories {
			e.named[where(source.URL)] = true
		}
	}
	whole := *p
	whole.Challenges = slices.Clone(p.Challenges)
	for i := range whole.Challenges {
		c := &whole.Challenges[i]
		c.Repositories = slices.Clip(c.Repositories)
		for _, s := range c.Searches {
			found := e.finding(s, listings[s.Key()])
			c.Findings = append(slices.Clip(c.Findings), found)
			for _, one := range found.Candidates {
				if one.Left == "" {
					c.Repositories = append(c.Repositories, audit.Source{
						URL: one.URL, Role: s.Role, ForgeID: ForgeID(s, *one.Listed), Missing: one.Missing,
					})
				}
			}
		}
		waiveFound(c)
	}
	return &whole
}

// waiveFound lets the exceptions name a repository as the challenge does now: which
// ones there would be was not known when they were read.
func waiveFound(c *audit.Challenge) {
	c.Waivers = slices.Clone(c.Waivers)
	for i := range c.Waivers {
		w := &c.Waivers[i]
		if w.Repository == "" {
			continue
		}
		same := func(r audit.Source) bool { return where(r.URL) == where(w.Repository) }
		if at := slices.IndexFunc(c.Repositories, same); at >= 0 {
			w.Repository = c.Repositories[at].URL
		}
	}
}

// ForgeID is what tells a listed repository from any other, on any forge.
func ForgeID(s audit.Search, l audit.Listed) string { return s.Host() + "#" + l.ID }

// expansion is what was seen so far.
type expansion struct {
	// named are places that somebody wrote down, taken those of found repositories,
	// by ForgeID.
	named, taken map[string]bool
}

func (e *expansion) finding(s audit.Search, l *audit.Listing) audit.Finding {
	f := audit.Finding{Search: s, Listing: l}
	if l == nil {
		return f
	}
	// What somebody named by a name of before is named all the same.
	aliased := map[string]bool{}
	for alias, id := range l.Aliases {
		if e.named[strings.ToLower(s.Host()+"/"+alias)] {
			aliased[id] = true
		}
	}
	top := strings.TrimSuffix(strings.TrimSuffix(s.In, s.Owner()), "/")
	taken := 0
	for i := range l.Listed {
		one := &l.Listed[i]
		c := audit.Candidate{Listed: one, URL: top + "/" + one.Path + ".git", Left: leaves(s, one)}
		switch {
		case c.Left != "":
		case aliased[one.ID], e.named[where(c.URL)], e.taken[ForgeID(s, *one)]:
			c.Left = audit.LeftNamed
		case taken >= s.Most:
			c.Left = audit.LeftMost
		default:
			taken++
			e.taken[ForgeID(s, *one)] = true
		}
		f.Candidates = append(f.Candidates, c)
	}
	return f
}

// leaves says why a search leaves out a repository for what it is, "" when it does
// not.
func leaves(s audit.Search, l *audit.Listed) audit.Left {
	switch {
	case l.Archived && !s.Archived:
		return audit.LeftArchived
	case l.Fork && !s.Forks:
		return audit.LeftFork
	case s.Topic != "" && !slices.ContainsFunc(l.Topics, func(t string) bool { return strings.EqualFold(t, s.Topic) }):
		return audit.LeftTopic
	case len(s.Include) > 0 && !fits(s.Include, l.Path), fits(s.Exclude, l.Path):
		return audit.LeftPattern
	}
	return ""
}

// fits reports whether one of the patterns, in lower case, is of the name or, with a
// slash in it, of the whole path.
func fits(patterns []string, name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(patterns, func(p string) bool {
		of := name
		if !strings.Contains(p, "/") {
			of = path.Base(name)
		}
		match, _ := path.Match(p, of)
		return match
	})
}

// where is the same for every way of writing where a repository lies on a forge: no
// forge tells names apart by letter case.
func where(address string) string {
	if u, err := url.Parse(address); err == nil && (u.Scheme == "ssh" || u.Scheme == "git") {
		// The port is that of the protocol, and not of the forge.
		u.Host = u.Hostname()
		address = u.String()
	}
	return strings.ToLower(identity(address))
}

// Patience is how long a repository is still audited that the forge lists no more.
// It may have been deleted; or the token may have lost the right to see it.
const Patience = 14 * 24 * time.Hour

// ErrEmptied: a forge that listed repositories lists none any more.
var ErrEmptied = errors.New("the forge lists no repository any more")

// Follow joins a listing to the one before: what is listed no more stays for a while,
// marked as missing. An answer that is empty all of a sudden is refused with
// [ErrEmptied]: to lose the right to see looks the same as to lose everything.
func Follow(before, now *audit.Listing) error {
	if before == nil || len(before.Listed) == 0 {
		return nil
	}
	if len(now.Listed) == 0 {
		return ErrEmptied
	}
	listed := make(map[string]bool, len(now.Listed))
	for _, l := range now.Listed {
		listed[l.ID] = true
	}
	for _, l := range before.Listed {
		if listed[l.ID] {
			continue
		}
		if l.Missing.IsZero() {
			l.Missing = now.At
		}
		if now.At.Sub(l.Missing) < Patience {
			now.Listed = append(now.Listed, l)
		}
	}
	slices.SortFunc(now.Listed, audit.ByAge)
	return nil
}
