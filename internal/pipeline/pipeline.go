// Package pipeline is the sentence of the design in code: acquire a snapshot,
// judge it, score the verdicts, plan what to do; and, for a portfolio, keep the
// result.
package pipeline

import (
	"context"
	"fmt"
	"path"
	"slices"

	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/deliverable"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/handover"
	"github.com/perenne-audit/perenne/internal/history"
	"github.com/perenne-audit/perenne/internal/judge"
	"github.com/perenne-audit/perenne/internal/plan"
	"github.com/perenne-audit/perenne/internal/portfolio"
	"github.com/perenne-audit/perenne/internal/score"
)

// Options say how to audit.
type Options struct {
	// Checks of the catalogue to run, in the order in which they are printed.
	Checks []*audit.Check
	// Policy weighs the checks and adds its own; nil is the default.
	Policy *audit.Policy
	// Only, when not empty, are the ids of the checks that are run, the policy's
	// own included.
	Only []string
	// Criticality says how much depends on the deliverable; "" is the usual.
	Criticality audit.Criticality
	// Catalogue is the version of the list they come from.
	Catalogue string
	// People is what is known about who stays.
	People []audit.Person
	// Kinds are stated deliverables, which beat what is detected; may be empty.
	Kinds []audit.Kind
	// Waivers are accepted exceptions for this repository; Attestations are what
	// people declared about it.
	Waivers      []audit.Waiver
	Attestations []audit.Attestation
	// Advisories are the known vulnerabilities; nil without a database.
	Advisories *audit.Advisories
	// Dates are what the plan counts back from; both may be zero.
	Dates audit.Dates
	// Handover asks what leaves with people; nil for not at all. Its People are set
	// from those above.
	Handover *handover.Question
	// Forges are asked about a repository when a check wants to know; nil asks
	// nobody.
	Forges *forge.Desk
	// Acquire says how to read repositories; its Needs are set from Checks.
	Acquire acquire.Options
}

// For returns the options for one repository of a challenge: what the portfolio
// says about it goes before what o says.
func (o Options) For(c *audit.Challenge, source audit.Source) Options {
	o.Criticality = c.Criticality
	if c.Rules != nil {
		o.Policy = c.Rules
	}
	o.People = slices.Concat(c.People, o.People)
	o.Kinds = source.Kinds
	if len(o.Kinds) == 0 && len(c.Repositories) == 1 {
		o.Kinds = c.Kinds
	}
	o.Waivers, o.Attestations, o.Dates = c.WaiversFor(source.URL), c.Attestations, c.Dates()
	o.Acquire.Branch, o.Acquire.Folder = source.Branch, source.Folder
	return o
}

// Audit audits one repository. The error is acquire's, or the context's.
func Audit(ctx context.Context, target string, o Options) (*audit.Result, error) {
	return AuditAnd(ctx, target, o, func(*audit.Snapshot, *audit.Result) {})
}

// AuditAnd is [Audit], and hands on what was looked at with what was found, while
// files can still be read.
func AuditAnd(ctx context.Context, target string, o Options, then func(*audit.Snapshot, *audit.Result)) (*audit.Result, error) {
	o.Acquire.Needs = o.needs()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	forge := o.beside(ctx, target, nil)
	s, err := acquire.Fetch(ctx, target, o.Acquire)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	forge(s.Snapshot)
	result, err := o.judge(ctx, target, s.Snapshot, nil)
	if err != nil {
		return nil, err
	}
	result.Uncommitted = s.Uncommitted
	then(s.Snapshot, result)
	return result, nil
}

// Questions returns the checks that are asked, weighed by the policy and by how
// much depends on the deliverable.
func (o Options) Questions() []*audit.Check {
	all := o.Policy.Apply(o.Checks)
	for i, c := range all {
		all[i] = o.Criticality.Weigh(c)
	}
	if len(o.Only) == 0 {
		return all
	}
	return slices.DeleteFunc(all, func(c *audit.Check) bool { return !slices.Contains(o.Only, c.ID) })
}

// needs is the evidence that is asked for, and no other.
func (o Options) needs() audit.Need {
	var all audit.Need
	for _, c := range o.Questions() {
		all |= c.Needs | c.Uses
	}
	if o.Handover != nil {
		all |= handover.Needs
	}
	return all
}

// judge does what comes after the acquisition, wherever the snapshot is from.
// Before is what the same commit was found to be earlier, or nil: then what lies
// in the commit alone is not asked again.
func (o Options) judge(ctx context.Context, target string, s *audit.Snapshot, before *audit.Result) (*audit.Result, error) {
	s.People, s.Attestations, s.Advisories = o.People, o.Attestations, o.Advisories
	s.Policy = o.Policy
	// A first view makes what the readers find shared with every check.
	first := s.View()
	result := o.describe(first, before)
	result.Target, result.Repository, result.TakenAt, result.Limits = acquire.Show(target), s.Repository, s.TakenAt, s.Limits
	s.Deliverables = result.Deliverables
	judged, err := o.ask(ctx, s, before)
	if err != nil {
		return nil, fmt.Errorf("audit %s: %w", acquire.Show(target), err)
	}
	judged = judge.Attest(judged, o.Attestations, s.TakenAt)
	judged = judge.Waive(judged, slices.Concat(o.Waivers, portfolio.Requested(first)), s.TakenAt)
	if o.Acquire.Folder != "" {
		judged = fromTop(judged, o.Acquire.Folder)
	}
	scored := func(judged []audit.Judged) audit.Score { return score.By(o.Policy.Limits(), judged) }
	result.Judged, result.Score = judged, scored(judged)
	result.Actions = plan.Place(plan.Of(judged, scored), o.Dates, s.TakenAt)
	result.Handover = o.handover(first, result.Actions)
	return result, nil
}

// describe says what the repository is, which only another commit changes.
func (o Options) describe(s *audit.Snapshot, before *audit.Result) *audit.Result {
	r := &audit.Result{Catalogue: o.Catalogue, Policy: o.Policy.String()}
	if o.stands(before, s) {
		r.Deliverables, r.Languages, r.DocumentationLanguage = before.Deliverables, before.Languages, before.DocumentationLanguage
		r.Maintainers = before.Maintainers
		return r
	}
	r.Deliverables, r.Languages, r.DocumentationLanguage = o.deliverables(s), deliverable.Languages(s), language(s)
	r.Maintainers = history.Summary(s)
	return r
}

// deliverables returns what was stated, at the folders where it was also found,
// or else what was found.
func (o Options) deliverables(s *audit.Snapshot) []audit.Deliverable {
	found := deliverable.Of(s)
	if len(o.Kinds) == 0 {
		return found
	}
	var stated []audit.Deliverable
	for _, kind := range o.Kinds {
		before := len(stated)
		for _, d := range found {
			if d.Kind == kind {
				stated = append(stated, d)
			}
		}
		if len(stated) == before {
			stated = append(stated, audit.Deliverable{Kind: kind})
		}
	}
	return stated
}

// fromTop writes the places of an audit that was limited to a folder as paths
// from the top of the repository.
func fromTop(judged []audit.Judged, folder string) []audit.Judged {
	judged = slices.Clone(judged)
	for i := range judged {
		places := slices.Clone(judged[i].Verdict.Places)
		for k := range places {
			places[k].Path = path.Join(folder, places[k].Path)
		}
		judged[i].Verdict.Places = places
	}
	return judged
}

func language(s *audit.Snapshot) audit.Lang {
	if readme := document.Readme(s); readme != nil {
		return readme.Language
	}
	return ""
}
