// Package pipeline is the sentence of the design in code: acquire a snapshot,
// judge it, score the verdicts, plan what to do.
package pipeline

import (
	"context"
	"fmt"

	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/deliverable"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/history"
	"github.com/perenne-audit/perenne/internal/judge"
	"github.com/perenne-audit/perenne/internal/plan"
	"github.com/perenne-audit/perenne/internal/score"
)

// Options say how to audit.
type Options struct {
	// Checks to run, in the order in which they are printed.
	Checks []*audit.Check
	// Catalogue is the version of the list they come from.
	Catalogue string
	// People is what is known about who stays.
	People []audit.Person
	// Acquire says how to read repositories; its Needs are set from Checks.
	Acquire acquire.Options
}

// Audit audits one repository. The error is acquire's, or the context's.
func Audit(ctx context.Context, target string, o Options) (*audit.Result, error) {
	o.Acquire.Needs = 0
	for _, c := range o.Checks {
		o.Acquire.Needs |= c.Needs
	}
	s, err := acquire.Fetch(ctx, target, o.Acquire)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	s.People = o.People
	// A first view makes what the readers find shared with every check.
	first := s.View()
	s.Deliverables = deliverable.Of(first)
	judged, err := judge.Run(ctx, s.Snapshot, o.Checks)
	if err != nil {
		return nil, fmt.Errorf("audit %s: %w", acquire.Show(target), err)
	}
	return &audit.Result{
		Target: acquire.Show(target), Catalogue: o.Catalogue, Repository: s.Repository, TakenAt: s.TakenAt,
		Deliverables: s.Deliverables, Languages: deliverable.Languages(first), DocumentationLanguage: language(first),
		Score: score.Of(judged), Judged: judged, Actions: plan.Of(judged, score.Of),
		Maintainers: history.Summary(first), Limits: s.Limits, Uncommitted: s.Uncommitted,
	}, nil
}

func language(s *audit.Snapshot) audit.Lang {
	if readme := document.Readme(s); readme != nil {
		return readme.Language
	}
	return ""
}
