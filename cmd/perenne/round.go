package main

import (
	"context"
	"errors"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/pipeline"
	"github.com/perenne-audit/perenne/internal/report"
	"github.com/perenne-audit/perenne/internal/score"
)

// task is one repository to audit.
type task struct {
	challenge, target string
	options           pipeline.Options
}

// round is everything that one call of 'perenne audit' audits.
type round struct {
	portfolio *audit.Portfolio
	tasks     []task
	// unlisted is true when a forge did not say what it holds.
	unlisted bool
}

// round lists the targets that were named, or the repositories of a portfolio,
// or else the folder the user is in. What forges list is for that challenge only,
// unless it is "".
func (p *program) round(ctx context.Context, targets []string, file, challenge string, options pipeline.Options) (*round, error) {
	if file == "" {
		if len(targets) == 0 {
			targets = []string{"."}
		}
		r := &round{}
		for _, target := range targets {
			r.tasks = append(r.tasks, task{target: target, options: options})
		}
		return r, nil
	}
	if len(targets) > 0 {
		return nil, errors.New(p.say("audit.portfolio-alone"))
	}
	found, _, err := loadPortfolio(file, options.Policy)
	if err != nil {
		return nil, err
	}
	found, whole := p.discover(ctx, found, options.Forges, challenge)
	r := challengesRound(found, options)
	r.unlisted = !whole
	return r, nil
}

// challengesRound lists the repositories of a portfolio's challenges.
func challengesRound(found *audit.Portfolio, options pipeline.Options) *round {
	r := &round{portfolio: found}
	for i := range found.Challenges {
		c := &found.Challenges[i]
		for _, source := range c.Repositories {
			r.tasks = append(r.tasks, task{challenge: c.ID, target: source.URL, options: options.For(c, source)})
		}
	}
	return r
}

// add returns what the outcomes of each challenge add up to, in the order of the
// portfolio; nothing without one. The outcomes are in the order of the tasks.
func (r *round) add(outcomes []report.Outcome, at time.Time) []report.Challenge {
	if r.portfolio == nil {
		return nil
	}
	var all []report.Challenge
	next := 0
	for i := range r.portfolio.Challenges {
		c := &r.portfolio.Challenges[i]
		var audited []audit.Audited
		for _, source := range c.Repositories {
			audited = append(audited, audit.Audited{Source: source, Result: outcomes[next].Result})
			next++
		}
		all = append(all, report.Challenge{Name: c.Name, Result: score.Roll(c, audited, at)})
	}
	return all
}
