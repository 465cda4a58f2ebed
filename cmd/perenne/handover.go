package main

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/handover"
	"github.com/perenne-audit/perenne/internal/knowledge"
	"github.com/perenne-audit/perenne/internal/pipeline"
	"github.com/perenne-audit/perenne/internal/report"
)

// handoverFlags are the flags of "perenne handover" as typed.
type handoverFlags struct {
	auditFlags
	challenge, since string
	staying          []string
	halfLife         int
	pseudonyms       bool
}

func (p *program) handoverCommand() *cobra.Command {
	var flags handoverFlags
	cmd := &cobra.Command{
		Use: "handover [TARGET...]", Short: p.say("help.handover.short"), Long: p.say("help.handover.long"),
		Example: "  perenne handover\n  perenne handover ../gobelins --leaving ada@example.org=2026-12-31\n" +
			"  perenne handover --portfolio portfolio.yaml --challenge gobelins --format html --output handover.html",
		RunE: func(cmd *cobra.Command, targets []string) error { return p.handover(cmd.Context(), targets, flags) },
	}
	f := cmd.Flags()
	f.StringVar(&flags.format, "format", "text", p.say("help.audit.format", "formats", report.HandoverNames()))
	f.StringVarP(&flags.output, "output", "o", "", p.say("help.audit.output"))
	f.StringVar(&flags.portfolio, "portfolio", "", p.say("help.audit.portfolio"))
	f.StringVar(&flags.challenge, "challenge", "", p.say("help.handover.challenge"))
	f.StringSliceVar(&flags.leaving, "leaving", nil, p.say("help.handover.leaving"))
	f.StringSliceVar(&flags.staying, "staying", nil, p.say("help.handover.staying"))
	f.StringVar(&flags.at, "at", "", p.say("help.audit.at"))
	f.StringVar(&flags.since, "since", "", p.say("help.handover.since"))
	f.IntVar(&flags.halfLife, "half-life", 0, p.say("help.handover.half-life"))
	f.BoolVar(&flags.pseudonyms, "pseudonyms", false, p.say("help.handover.pseudonyms"))
	f.IntVar(&flags.jobs, "jobs", 0, p.say("help.audit.jobs"))
	f.StringVar(&flags.config, "config", p.getenv("PERENNE_CONFIG"), p.say("help.audit.config"))
	return cmd
}

// handover runs the command: everything that can be wrong with the command line is
// found before the first repository is touched.
func (p *program) handover(ctx context.Context, targets []string, flags handoverFlags) error {
	write, err := report.HandoverByName(flags.format)
	if err != nil {
		return err
	}
	if flags.challenge != "" && flags.portfolio == "" {
		return errors.New(p.say("handover.challenge-needs-portfolio"))
	}
	options, jobs, err := p.handoverOptions(flags)
	if err != nil {
		return err
	}
	round, err := p.round(ctx, targets, flags.portfolio, flags.challenge, options)
	if err != nil {
		return err
	}
	if err := p.only(round, flags.challenge); err != nil {
		return err
	}
	// Trees of a long history pass by and are not kept: a soft limit has them cleared
	// away early instead of letting the memory grow to twice what is needed.
	if p.getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(int64(min(jobs, len(round.tasks))) * bytesPerJob)
	}
	outcomes := p.auditAll(ctx, round.tasks, jobs)
	if err := p.write(write, outcomes, flags.output, round.add(outcomes, options.Acquire.TakenAt)); err != nil {
		return &exit{code: exitNotAudited, message: err.Error()}
	}
	return p.verdict(outcomes, nil, nil, false)
}

// handoverOptions asks the questions of transmission, whose gaps are what is not
// written down, and what leaves with people.
func (p *program) handoverOptions(flags handoverFlags) (pipeline.Options, int, error) {
	people, err := peopleOf(flags.leaving, flags.staying)
	if err != nil {
		return pipeline.Options{}, 0, err
	}
	question := &handover.Question{Model: knowledge.Published, Others: len(flags.staying) > 0}
	if flags.halfLife < 0 {
		return pipeline.Options{}, 0, fmt.Errorf("--half-life %d: must be 0 or more days", flags.halfLife)
	}
	question.Model.HalfLife = time.Duration(flags.halfLife) * 24 * time.Hour
	if flags.since != "" {
		if question.Since, err = parseDate("--since", flags.since); err != nil {
			return pipeline.Options{}, 0, err
		}
	}
	if flags.pseudonyms {
		if question.Name, err = p.pseudonyms(); err != nil {
			return pipeline.Options{}, 0, err
		}
	}
	flags.leaving = nil
	for _, c := range checks.All() {
		if c.Axis == audit.Transmission {
			flags.checks = append(flags.checks, c.ID)
		}
	}
	options, jobs, err := p.options(flags.auditFlags)
	options.People, options.Handover = people, question
	options.Acquire.Limits.MemoryBytes = min(options.Acquire.Limits.MemoryBytes, fetchedBytes)
	return options, jobs, err
}

const (
	// bytesPerJob is about what one repository of 20,000 commits needs.
	bytesPerJob = 90 << 20
	// fetchedBytes is what is held of a fetch in memory; more goes into a temporary
	// file, as for any audit, since the trees of the past come on top.
	fetchedBytes = 32 << 20
)

// minKeyBytes is the shortest key by which a pseudonym cannot be guessed.
const minKeyBytes = 16

func (p *program) pseudonyms() (handover.Namer, error) {
	key := p.getenv("PERENNE_PSEUDONYM_KEY")
	if len(key) < minKeyBytes {
		return nil, errors.New(p.say("handover.no-key"))
	}
	return handover.Pseudonyms(key), nil
}

// peopleOf reads --leaving, whose addresses may have a date, and --staying.
func peopleOf(leaving, staying []string) ([]audit.Person, error) {
	var people []audit.Person
	for _, text := range leaving {
		email, date, dated := strings.Cut(text, "=")
		one := audit.Person{Emails: []string{email}, Leaving: true}
		if !strings.Contains(email, "@") {
			return nil, fmt.Errorf("--leaving %q: write an e-mail address, or one with a date: ada@example.org=2026-12-31", text)
		}
		if dated {
			var err error
			if one.Leaves, err = parseDate("--leaving", date); err != nil {
				return nil, err
			}
		}
		people = append(people, one)
	}
	for _, email := range staying {
		if !strings.Contains(email, "@") {
			return nil, fmt.Errorf("--staying %q: write an e-mail address", email)
		}
		people = append(people, audit.Person{Emails: []string{email}, Staying: true})
	}
	return people, nil
}

// only leaves one challenge of the portfolio; "" leaves all.
func (p *program) only(r *round, challenge string) error {
	if challenge == "" {
		return nil
	}
	var ids []string
	for _, c := range r.portfolio.Challenges {
		ids = append(ids, c.ID)
	}
	if !slices.Contains(ids, challenge) {
		return errors.New(p.say("handover.no-challenge", "challenge", challenge, "known", ids))
	}
	chosen := *r.portfolio
	chosen.Challenges = slices.DeleteFunc(slices.Clone(chosen.Challenges), func(c audit.Challenge) bool { return c.ID != challenge })
	r.portfolio = &chosen
	r.tasks = slices.DeleteFunc(r.tasks, func(t task) bool { return t.challenge != challenge })
	return nil
}
