package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/perenne-audit/perenne/config"
	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/pipeline"
	"github.com/perenne-audit/perenne/internal/remedy"
)

// fixBranch is the branch that proposals are made on, and found by again.
const fixBranch = "perenne/fix"

// published is the address of a repository at its forge. A folder stands for that
// of its origin: what is proposed begins at what is published there.
func (p *program) published(ctx context.Context, target string, options pipeline.Options) (string, error) {
	address := acquire.AddressOf(target)
	if address == "" {
		options.Only, options.Forges = []string{"licence-present"}, nil
		result, err := pipeline.Audit(ctx, target, options)
		if err != nil {
			return "", &exit{code: exitNotAudited, message: err.Error()}
		}
		address = result.Repository.URL
	}
	if _, ok := forge.ParseRepo(address); !ok {
		return "", errors.New(p.say("fix.no-address", "target", acquire.Show(target)))
	}
	return address, nil
}

// propose opens a merge request with the patches, or says what it would do.
func (p *program) propose(ctx context.Context, plan remedy.Plan, result *audit.Result, flags fixFlags) error {
	if len(plan.Patches) == 0 {
		return nil
	}
	r, ok := forge.ParseRepo(result.Repository.URL)
	if !ok {
		return errors.New(p.say("fix.no-address", "target", result.Target))
	}
	settings, err := config.Load(flags.config)
	if err != nil {
		return err
	}
	failed := func(err error) error { return &exit{code: exitNotAudited, message: err.Error()} }
	at, err := p.network(settings, p.userCache(), nil).forges.Proposer(ctx, r)
	if err != nil {
		return failed(err)
	}
	proposal := p.proposal(plan, result)
	outcome, request, err := forge.Propose(ctx, at, r, proposal, flags.send)
	if err != nil {
		return failed(err)
	}
	if !flags.send && (outcome == forge.Opened || outcome == forge.Updated) {
		fmt.Fprintln(p.stdout, p.say("fix-would."+string(outcome), "repository", r.String(), "branch", proposal.Branch, "into", proposal.Into, "url", request.URL))
		fmt.Fprintf(p.stdout, "\n%s\n\n%s", proposal.Title, proposal.Body)
		for _, patch := range plan.Patches {
			fmt.Fprintln(p.stdout)
			if err := patch.Write(p.stdout); err != nil {
				return err
			}
		}
		return nil
	}
	fmt.Fprintln(p.stdout, p.say("fix-outcome."+string(outcome), "url", request.URL, "branch", proposal.Branch))
	return nil
}

// proposal writes the patches as a merge request, in the language of the
// repository's documents, or else of the terminal.
func (p *program) proposal(plan remedy.Plan, result *audit.Result) forge.Proposal {
	lang := p.lang
	if result.DocumentationLanguage != "" {
		lang = result.DocumentationLanguage
	}
	in := &program{getenv: p.getenv, lang: lang}
	var body strings.Builder
	body.WriteString(in.say("fix.body") + "\n\n")
	for _, patch := range plan.Patches {
		title := patch.Check.ID
		if text, err := patch.Check.Text(lang); err == nil {
			title = text.Title
		}
		var paths []string
		for _, c := range patch.Changes {
			paths = append(paths, "`"+strings.ReplaceAll(c.Path, "`", "'")+"`")
		}
		fmt.Fprintf(&body, "- **%s**: %s", title, strings.Join(paths, ", "))
		if patch.Note != "" {
			body.WriteString(". " + in.say("fix-note."+patch.Note))
		}
		body.WriteString("\n")
	}
	body.WriteString("\n" + in.say("fix.foot") + "\n")
	made := forge.Proposal{
		Commit: result.Repository.Commit, Into: result.Repository.Branch, Branch: fixBranch, Title: in.say("fix.title"), Body: body.String(),
	}
	for _, c := range plan.Changes() {
		made.Files = append(made.Files, forge.ProposedFile{Path: c.Path, Before: c.Before, After: c.After})
	}
	return made
}
