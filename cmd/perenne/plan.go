package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/perenne-audit/perenne/config"
	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/pipeline"
	"github.com/perenne-audit/perenne/internal/plan"
	"github.com/perenne-audit/perenne/internal/report"
	"github.com/perenne-audit/perenne/internal/roadmap"
	"github.com/perenne-audit/perenne/internal/score"
)

// planFlags are the flags of "perenne plan" as typed.
type planFlags struct {
	auditFlags
	challenge, missionEnd, production string
	hours                             []string
	firstHours                        float64
}

func (p *program) planCommand() *cobra.Command {
	var flags planFlags
	cmd := &cobra.Command{
		Use: "plan [TARGET...]", Short: p.say("help.plan.short"), Long: p.say("help.plan.long"),
		Example: "  perenne plan --mission-end 2026-12-31\n  perenne plan --portfolio portfolio.yaml --challenge gobelins --format html -o plan.html\n" +
			"  perenne plan --portfolio portfolio.yaml --format ics -o plan.ics",
		RunE: func(cmd *cobra.Command, targets []string) error { return p.plan(cmd.Context(), targets, flags) },
	}
	f := cmd.Flags()
	f.StringVar(&flags.format, "format", "text", p.say("help.plan.format", "formats", roadmap.Names()))
	f.StringVarP(&flags.output, "output", "o", "", p.say("help.audit.output"))
	f.StringVar(&flags.portfolio, "portfolio", "", p.say("help.audit.portfolio"))
	f.StringVar(&flags.challenge, "challenge", "", p.say("help.plan.challenge"))
	f.StringVar(&flags.missionEnd, "mission-end", "", p.say("help.plan.mission-end"))
	f.StringVar(&flags.production, "production", "", p.say("help.plan.production"))
	f.StringSliceVar(&flags.hours, "hours", nil, p.say("help.plan.hours"))
	f.Float64Var(&flags.firstHours, "first-hours", 0, p.say("help.plan.first-hours"))
	f.StringVar(&flags.at, "at", "", p.say("help.audit.at"))
	f.StringSliceVar(&flags.checks, "checks", nil, p.say("help.audit.checks"))
	f.StringSliceVar(&flags.leaving, "leaving", nil, p.say("help.audit.leaving"))
	f.StringVar(&flags.policy, "policy", "", p.say("help.audit.policy"))
	f.StringVar(&flags.advisories, "advisories", "", p.say("help.audit.advisories"))
	f.IntVar(&flags.jobs, "jobs", 0, p.say("help.audit.jobs"))
	f.StringVar(&flags.config, "config", p.getenv("PERENNE_CONFIG"), p.say("help.audit.config"))
	return cmd
}

// plan runs the command: everything that can be wrong with the command line is
// found before the first repository is touched.
func (p *program) plan(ctx context.Context, targets []string, flags planFlags) error {
	write, err := roadmap.ByName(flags.format)
	if err != nil {
		return err
	}
	settings, err := config.Load(flags.config)
	if err != nil {
		return err
	}
	hours, err := roadmap.ParseHours(settings.Plan.Hours(), flags.hours)
	if err != nil {
		return err
	}
	if !(flags.firstHours >= 0) || math.IsInf(flags.firstHours, 0) {
		return errors.New(p.say("plan.negative"))
	}
	options, jobs, err := p.options(flags.auditFlags)
	if err != nil {
		return err
	}
	found, err := p.planned(targets, flags, options)
	if err != nil {
		return err
	}
	found, listed := p.discover(ctx, found, options.Forges, flags.challenge)
	if flags.format == "svg" && len(found.Challenges) != 1 {
		return roadmap.SVG(io.Discard, make([]*roadmap.Sheet, len(found.Challenges)), p.lang)
	}
	round := challengesRound(found, options)
	outcomes := p.auditAll(ctx, round.tasks, jobs)
	sheets := round.sheets(outcomes, options.Acquire.TakenAt, hours, flags.firstHours)
	if err := p.place(flags.output, func(w io.Writer) error { return write(w, sheets, p.lang) }); err != nil {
		return &exit{code: exitNotAudited, message: err.Error()}
	}
	p.noteDateless(sheets, flags.portfolio)
	for _, o := range outcomes {
		if o.Err != nil {
			return &exit{code: exitNotAudited}
		}
	}
	if !listed {
		return &exit{code: exitNotAudited}
	}
	return nil
}

// planned is the portfolio to plan for, or the targets as one challenge.
func (p *program) planned(targets []string, flags planFlags, options pipeline.Options) (*audit.Portfolio, error) {
	if flags.portfolio == "" {
		if flags.challenge != "" {
			return nil, errors.New(p.say("plan.needs-portfolio"))
		}
		return oneChallenge(targets, flags, options)
	}
	switch {
	case len(targets) > 0:
		return nil, errors.New(p.say("audit.portfolio-alone"))
	case flags.missionEnd != "" || flags.production != "":
		return nil, errors.New(p.say("plan.dates-alone"))
	}
	found, _, err := loadPortfolio(flags.portfolio, options.Policy)
	if err != nil || flags.challenge == "" {
		return found, err
	}
	var ids []string
	for _, c := range found.Challenges {
		if c.ID == flags.challenge {
			found.Challenges = []audit.Challenge{c}
			return found, nil
		}
		ids = append(ids, c.ID)
	}
	return nil, errors.New(p.say("plan.no-challenge", "id", flags.challenge, "ids", ids))
}

// oneChallenge takes the targets for the repositories of one challenge.
func oneChallenge(targets []string, flags planFlags, options pipeline.Options) (*audit.Portfolio, error) {
	if len(targets) == 0 {
		targets = []string{"."}
	}
	c := audit.Challenge{Rules: options.Policy, Criticality: audit.CriticalityB}
	var err error
	if c.MissionEnd, err = parseDay("--mission-end", flags.missionEnd); err != nil {
		return nil, err
	}
	if c.PlannedProduction, err = parseDay("--production", flags.production); err != nil {
		return nil, err
	}
	var names []string
	for _, target := range targets {
		c.Repositories = append(c.Repositories, audit.Source{URL: target})
		names = append(names, nameOf(target))
	}
	c.Name = strings.Join(names, ", ")
	return &audit.Portfolio{Challenges: []audit.Challenge{c}}, nil
}

// nameOf is what a repository is called where its target is an address or a path.
func nameOf(target string) string {
	shown := strings.TrimRight(acquire.Show(target), "/")
	if folder, err := filepath.Abs(shown); err == nil && strings.Trim(shown, "./") == "" {
		shown = filepath.ToSlash(folder)
	}
	return cmp.Or(strings.TrimSuffix(path.Base(shown), ".git"), shown)
}

func parseDay(flag, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return t, fmt.Errorf("%s %q: write 2026-12-31", flag, s)
	}
	return t, nil
}

// sheets plans each challenge. The outcomes are in the order of the tasks.
func (r *round) sheets(outcomes []report.Outcome, at time.Time, hours roadmap.Hours, firstHours float64) []*roadmap.Sheet {
	ministries := map[string]string{}
	for _, m := range r.portfolio.Ministries {
		ministries[m.ID] = m.Name
	}
	var sheets []*roadmap.Sheet
	next := 0
	for i := range r.portfolio.Challenges {
		c := &r.portfolio.Challenges[i]
		made := plannedOf(c, outcomes[next:next+len(c.Repositories)], at)
		next += len(c.Repositories)
		sheets = append(sheets, roadmap.Of(c, ministries[c.Ministry], made, made.Items(), hours, firstHours))
	}
	return sheets
}

// plannedOf is what a challenge's plan is made from: the outcomes of its repositories,
// in their order.
func plannedOf(c *audit.Challenge, outcomes []report.Outcome, at time.Time) *plan.Challenge {
	made := &plan.Challenge{
		Dates: c.Dates(), Criticality: c.Criticality, Whole: score.OfChallenge, Now: at,
		Roll: func(all []audit.Audited) audit.ChallengeResult { return score.Roll(c, all, at) },
	}
	for i, source := range c.Repositories {
		made.Repositories = append(made.Repositories, audit.Audited{Source: source, Result: outcomes[i].Result})
	}
	return made
}

// noteDateless tells whoever planned targets without a date how to get one.
func (p *program) noteDateless(sheets []*roadmap.Sheet, portfolio string) {
	count := 0
	for _, s := range sheets {
		for _, a := range s.Actions {
			if a.Why == roadmap.Dateless {
				count++
			}
		}
	}
	if count > 0 && portfolio == "" {
		fmt.Fprintf(p.stderr, "perenne: %s\n", p.say("plan.dateless-note", "count", count))
	}
}
