package hook

import (
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/store"
)

// index finds the repositories of the portfolio by what forges call them.
type index struct {
	mu sync.Mutex
	of *audit.Portfolio
	// names are addresses, "host/owner/name" in lower case: forges take "Owner" and
	// "owner" for the same. aliases are those known from what forges said, by their
	// present path, and by their id as "host/#id".
	names, aliases map[string][]listed
	learnt         time.Time
}

// listed is a repository of the portfolio.
type listed struct {
	key    store.Key
	branch string
	at     string
}

// learnEvery is how often what forges said is read, at most: it lies in a file for
// each repository, and a delivery must be answered within seconds.
const learnEvery = 10 * time.Minute

// find returns the repositories that an event concerns, each once. Known is true
// when one of the portfolio is meant, though what happened is not about it.
func (x *index) find(c Config, e event) (found []store.Key, known bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if p := c.Portfolio(); p != x.of {
		x.of, x.names = p, namesOf(p, c.Address)
		x.aliases, x.learnt = nil, time.Time{}
	}
	meant := x.meant(e, x.names)
	if len(meant) == 0 {
		if now := c.Now(); now.Sub(x.learnt) >= learnEvery {
			x.aliases, x.learnt = x.learn(c), now
		}
		meant = x.meant(e, x.aliases)
	}
	for _, one := range meant {
		if e.concerns(one.branch) && !slices.Contains(found, one.key) {
			found = append(found, one.key)
		}
	}
	return found, len(meant) > 0
}

// meant returns the repositories that an event names.
func (x *index) meant(e event, names map[string][]listed) []listed {
	var all []listed
	for _, r := range e.Addresses {
		all = append(all, names[name(r)]...)
		if e.ID != "" {
			all = append(all, names[strings.ToLower(r.Host)+"/#"+e.ID]...)
		}
	}
	if u, err := url.Parse(e.Owner); e.Owner != "" && err == nil && u.Host != "" {
		owner := strings.ToLower(u.Host + strings.TrimSuffix(u.Path, "/") + "/")
		for at, some := range names {
			if strings.HasPrefix(at, owner) {
				all = append(all, some...)
			}
		}
		slices.SortFunc(all, func(a, b listed) int {
			return strings.Compare(a.key.Challenge+"\x00"+a.at, b.key.Challenge+"\x00"+b.at)
		})
	}
	return all
}

func name(r forge.Repo) string { return strings.ToLower(r.String()) }

// namesOf lists the portfolio by address.
func namesOf(p *audit.Portfolio, address func(string) string) map[string][]listed {
	names := map[string][]listed{}
	if p == nil {
		return names
	}
	for i := range p.Challenges {
		c := &p.Challenges[i]
		for _, source := range c.Repositories {
			at := address(source.URL)
			if r, ok := forge.ParseRepo(at); ok {
				names[name(r)] = append(names[name(r)], listed{store.Key{Challenge: c.ID, Repository: source.URL}, source.Branch, at})
			}
		}
	}
	return names
}

// learn lists the portfolio by what forges said of it.
func (x *index) learn(c Config) map[string][]listed {
	aliases := map[string][]listed{}
	for _, some := range x.names {
		for _, one := range some {
			r, _ := forge.ParseRepo(one.at)
			id, path := c.Known(one.at)
			if id != "" {
				aliases[strings.ToLower(r.Host)+"/#"+id] = append(aliases[strings.ToLower(r.Host)+"/#"+id], one)
			}
			if r.Path = path; path != "" {
				aliases[name(r)] = append(aliases[name(r)], one)
			}
		}
	}
	return aliases
}
