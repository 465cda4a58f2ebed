package board

import (
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/store"
)

// weigher finds checks as they weigh for a challenge: by its rules, which also add
// their own, and by how much depends on it. Challenges with the same rules share
// what was found.
type weigher struct {
	lookup store.Lookup
	found  map[weighing]map[string]*audit.Check
}

type weighing struct {
	rules       *audit.Policy
	criticality audit.Criticality
}

func newWeigher(lookup store.Lookup) *weigher {
	return &weigher{lookup: lookup, found: map[weighing]map[string]*audit.Check{}}
}

// forChallenge finds a check by its id; nil for one that neither the catalogue nor
// the rules know any more.
func (w *weigher) forChallenge(c *audit.Challenge) func(id string) *audit.Check {
	key := weighing{c.Rules, c.Criticality}
	known := w.found[key]
	if known == nil {
		known = map[string]*audit.Check{}
		if c.Rules != nil {
			for _, rule := range c.Rules.Rules {
				known[rule.ID] = c.Criticality.Weigh(c.Rules.Weigh(rule))
			}
		}
		w.found[key] = known
	}
	return func(id string) *audit.Check {
		check, again := known[id]
		if !again {
			if found, ok := w.lookup(id); ok {
				check = c.Criticality.Weigh(c.Rules.Weigh(found))
			}
			known[id] = check
		}
		return check
	}
}
