package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/perenne-audit/perenne/config"
	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/issue"
	"github.com/perenne-audit/perenne/internal/pipeline"
	"github.com/perenne-audit/perenne/internal/publish"
	"github.com/perenne-audit/perenne/internal/report"
)

// issuesFlags are the flags of "perenne issues" as typed.
type issuesFlags struct {
	planFlags
	send, dry bool
}

func (p *program) issuesCommand() *cobra.Command {
	var flags issuesFlags
	cmd := &cobra.Command{
		Use: "issues [TARGET...]", Short: p.say("help.issues.short"), Long: p.say("help.issues.long"),
		Example: "  perenne issues --portfolio portfolio.yaml\n  perenne issues --portfolio portfolio.yaml --challenge gobelins --send",
		RunE:    func(cmd *cobra.Command, targets []string) error { return p.issues(cmd.Context(), targets, flags) },
	}
	f := cmd.Flags()
	f.StringVar(&flags.portfolio, "portfolio", "", p.say("help.audit.portfolio"))
	f.StringVar(&flags.challenge, "challenge", "", p.say("help.plan.challenge"))
	f.BoolVar(&flags.dry, "dry-run", false, p.say("help.issues.dry-run"))
	f.BoolVar(&flags.send, "send", false, p.say("help.issues.send"))
	f.StringVar(&flags.policy, "policy", "", p.say("help.audit.policy"))
	f.StringVar(&flags.advisories, "advisories", "", p.say("help.audit.advisories"))
	f.StringVar(&flags.at, "at", "", p.say("help.audit.at"))
	f.IntVar(&flags.jobs, "jobs", 0, p.say("help.audit.jobs"))
	f.StringVar(&flags.config, "config", p.getenv("PERENNE_CONFIG"), p.say("help.audit.config"))
	return cmd
}

// issues runs the command: everything that can be wrong with the command line is
// found before the first repository is touched.
func (p *program) issues(ctx context.Context, targets []string, flags issuesFlags) error {
	switch {
	case flags.send && flags.dry:
		return errors.New(p.say("issues.send-and-not"))
	case flags.send && flags.portfolio == "":
		return errors.New(p.say("issues.send-needs-portfolio"))
	}
	settings, err := config.Load(flags.config)
	if err != nil {
		return err
	}
	options, jobs, err := p.options(flags.auditFlags)
	if err != nil {
		return err
	}
	found, err := p.wished(ctx, targets, flags.planFlags, options)
	if err != nil {
		return err
	}
	if len(found.Challenges) == 0 {
		fmt.Fprintln(p.stderr, "perenne: "+p.say("issues.nobody"))
		return nil
	}
	round := challengesRound(found, options)
	outcomes := p.auditAll(ctx, round.tasks, jobs)
	w := &issuesWriter{program: p, settings: settings.Publish, options: publish.Options{Desk: options.Forges, Every: settings.Publish.Every, Send: flags.send}}
	next := 0
	for i := range found.Challenges {
		c := &found.Challenges[i]
		own := outcomes[next : next+len(c.Repositories)]
		next += len(c.Repositories)
		w.challenge(ctx, c, own, options.Acquire.TakenAt)
	}
	for _, o := range outcomes {
		w.failed = w.failed || o.Err != nil
	}
	if w.failed {
		return &exit{code: exitNotAudited}
	}
	return nil
}

// wished are the challenges that ask for issues; the targets are taken for one that
// does.
func (p *program) wished(ctx context.Context, targets []string, flags planFlags, options pipeline.Options) (*audit.Portfolio, error) {
	found, err := p.planned(targets, flags, options)
	if err != nil {
		return nil, err
	}
	if flags.portfolio == "" {
		found.Challenges[0].ID, found.Challenges[0].Issues = "example", &audit.IssueSetting{Lang: p.lang}
		return found, nil
	}
	// Before some are left out: what another challenge names is audited for that one.
	found, listed := p.discover(ctx, found, options.Forges, flags.challenge)
	if !listed {
		// A plan that lacks what was not listed would close what is not finished.
		return nil, &exit{code: exitNotAudited}
	}
	var wished []audit.Challenge
	for _, c := range found.Challenges {
		if c.Issues != nil {
			wished = append(wished, c)
		}
	}
	found.Challenges = wished
	return found, nil
}

// issuesWriter writes, or shows, the issues of one challenge after the other.
type issuesWriter struct {
	*program
	settings config.Publish
	options  publish.Options
	failed   bool
}

// publishTime is how long one issue may take.
const publishTime = time.Minute

func (w *issuesWriter) challenge(ctx context.Context, c *audit.Challenge, outcomes []report.Outcome, at time.Time) {
	made := plannedOf(c, outcomes, at)
	subjects := issue.Of(c, made, made.Items(), w.settings.Page(c.ID))
	if len(subjects) == 0 {
		fmt.Fprintln(w.stdout, w.say("issues.not-audited", "name", report.Clean(c.Name)))
	}
	for _, s := range subjects {
		ctx, cancel := context.WithTimeout(ctx, publishTime)
		out, err := publish.Issue(ctx, s, w.options)
		cancel()
		if err != nil && !w.unseen(s, &out, err) {
			w.failed = true
			fmt.Fprintf(w.stderr, "perenne: %s\n", w.explain(s, out, err))
			continue
		}
		w.show(c, s, out)
	}
}

// unseen shows what would be opened where the forge cannot be asked, which a trial
// need not be able to.
func (w *issuesWriter) unseen(s *issue.Subject, out *publish.Outcome, err error) bool {
	if w.options.Send || !forge.Untokened(err) && !errors.Is(err, publish.ErrNoForge) {
		return false
	}
	change, wrong := s.First()
	if wrong != nil {
		return false
	}
	why := audit.Because("forge-none")
	if forge.Untokened(err) {
		why = w.options.Desk.Why(out.Where, err)
	}
	fmt.Fprintln(w.stdout, w.say("issues.unseen", "why", audit.CommonText(w.lang).Explain(why, w.lang)))
	out.Change = change
	return true
}

// explain says what went wrong and what to do.
func (w *issuesWriter) explain(s *issue.Subject, out publish.Outcome, err error) string {
	step := w.say("issues.later")
	switch {
	case forge.Untokened(err):
		step = audit.CommonText(w.lang).Explain(w.options.Desk.Why(out.Where, err), w.lang)
	case errors.Is(err, audit.ErrForbidden), errors.Is(err, audit.ErrNotFound):
		step = w.say("issues.forbidden", "variable", acquire.TokenVariable(out.Where.Host))
	case errors.Is(err, audit.ErrUnsupported):
		step = w.say("issues.without")
	}
	return strings.ReplaceAll(report.Clean(err.Error()), "\n", " ") + "; " + step
}

// show prints what was done, or would be, word for word.
func (w *issuesWriter) show(c *audit.Challenge, s *issue.Subject, out publish.Outcome) {
	what := string(out.Step)
	if out.Step.Writes() {
		what = map[bool]string{true: "did-", false: "would-"}[w.options.Send] + what
	}
	where := acquire.Show(s.In)
	if out.Issue != nil {
		where = out.Issue.URL
	}
	fmt.Fprintf(w.stdout, "%s, %s: %s\n", report.Clean(c.Name), report.Clean(where), w.say("issues."+what, "after", out.After))
	if !out.Step.Writes() || w.options.Send {
		return
	}
	if out.Step == issue.Create {
		fmt.Fprintf(w.stdout, "\n%s\n%s\n", out.Title, w.say("issues.labels", "labels", s.Labels()))
	}
	fmt.Fprintf(w.stdout, "\n%s\n\n", strings.TrimRight(out.Body, "\n"))
}
