package pipeline

import (
	"context"
	"errors"

	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/guard"
)

// told is what a forge answered, or why it did not.
type told struct {
	facts *audit.Forge
	why   audit.Reason
}

// beside asks the forge of a target while something else is done. What is returned
// waits for the answer and puts it into a snapshot; it may be called again. For a
// folder, whose address is known only once it was read, it asks then.
//
// A forge that fails leaves questions open and is no error. Refused, when not nil,
// is told of one that wants to be asked later.
func (o Options) beside(ctx context.Context, target string, refused func(error)) func(*audit.Snapshot) {
	if !o.Acquire.Needs.Has(audit.NeedForge) {
		return func(*audit.Snapshot) {}
	}
	ask := func(address string) told {
		if authority := acquire.AuthorityOf(target); authority != "" && !o.Acquire.Found {
			ctx = guard.Naming(ctx, authority)
		}
		facts, why, err := o.Forges.Ask(ctx, address)
		if errors.Is(err, audit.ErrRateLimited) && refused != nil {
			refused(err)
		}
		return told{facts, why}
	}
	address := acquire.AddressOf(target)
	if address == "" {
		return func(s *audit.Snapshot) {
			t := ask(s.Repository.URL)
			s.Forge, s.ForgeReason = t.facts, t.why
		}
	}
	answer := make(chan told, 1)
	go func() { answer <- ask(address) }()
	return func(s *audit.Snapshot) {
		t := <-answer
		answer <- t
		s.Forge, s.ForgeReason = t.facts, t.why
	}
}
