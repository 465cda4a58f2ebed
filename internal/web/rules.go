package web

import "github.com/perenne-audit/perenne/internal/audit"

// added is what the policies of a portfolio ask besides the catalogue, by id.
type added struct {
	of     *audit.Portfolio
	checks map[string]*audit.Check
}

// check finds a question of the catalogue, or of a policy in force; nil for any
// other. Of two policies that use one id, the first in the portfolio is shown.
func (s *site) check(id string) *audit.Check {
	if c := s.known[id]; c != nil || s.Board == nil {
		return c
	}
	p := s.Board.Portfolio()
	kept := s.added.Load()
	if kept == nil || kept.of != p {
		kept = addedBy(p)
		s.added.Store(kept)
	}
	return kept.checks[id]
}

func addedBy(p *audit.Portfolio) *added {
	made := &added{of: p, checks: map[string]*audit.Check{}}
	seen := map[*audit.Policy]bool{nil: true}
	for i := range p.Challenges {
		rules := p.Challenges[i].Rules
		if seen[rules] {
			continue
		}
		seen[rules] = true
		for _, c := range rules.Apply(nil) {
			if made.checks[c.ID] == nil {
				made.checks[c.ID] = c
			}
		}
	}
	return made
}
