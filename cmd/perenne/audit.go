package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/config"
	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/advisory"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/pipeline"
	"github.com/perenne-audit/perenne/internal/policy"
	"github.com/perenne-audit/perenne/internal/report"
)

// auditFlags are the flags of "perenne audit" as typed.
type auditFlags struct {
	config, format, output, at, portfolio, policy, advisories string
	checks, leaving, thresholds                               []string
	jobs, pastCommits                                         int
	gate, forge                                               bool
}

func (p *program) auditCommand() *cobra.Command {
	var flags auditFlags
	cmd := &cobra.Command{
		Use: "audit [TARGET...]", Short: p.say("help.audit.short"), Long: p.say("help.audit.long"),
		Example: "  perenne audit\n  perenne audit ../gobelins --format markdown --lang fr\n" +
			"  perenne audit github:signaux-faibles/opensignauxfaibles --fail-under transmission=0.7",
		RunE: func(cmd *cobra.Command, targets []string) error { return p.audit(cmd.Context(), targets, flags) },
	}
	f := cmd.Flags()
	f.StringVar(&flags.format, "format", "text", p.say("help.audit.format", "formats", report.Names()))
	f.StringVarP(&flags.output, "output", "o", "", p.say("help.audit.output"))
	f.StringSliceVar(&flags.checks, "checks", nil, p.say("help.audit.checks"))
	f.StringSliceVar(&flags.leaving, "leaving", nil, p.say("help.audit.leaving"))
	f.StringSliceVar(&flags.thresholds, "fail-under", nil, p.say("help.audit.fail-under"))
	f.StringVar(&flags.at, "at", "", p.say("help.audit.at"))
	f.StringVar(&flags.portfolio, "portfolio", "", p.say("help.audit.portfolio"))
	f.StringVar(&flags.policy, "policy", "", p.say("help.audit.policy"))
	f.StringVar(&flags.advisories, "advisories", "", p.say("help.audit.advisories"))
	f.BoolVar(&flags.forge, "forge", false, p.say("help.audit.forge"))
	f.BoolVar(&flags.gate, "gate", false, p.say("help.audit.gate"))
	f.IntVar(&flags.pastCommits, "past-commits", 0, p.say("help.audit.past-commits"))
	f.IntVar(&flags.jobs, "jobs", 0, p.say("help.audit.jobs"))
	f.StringVar(&flags.config, "config", p.getenv("PERENNE_CONFIG"), p.say("help.audit.config"))
	return cmd
}

// audit runs the command: everything that can be wrong with the command line is
// found before the first repository is touched.
func (p *program) audit(ctx context.Context, targets []string, flags auditFlags) error {
	write, err := report.ByName(flags.format)
	if err != nil {
		return err
	}
	thresholds, err := parseThresholds(flags.thresholds)
	if err != nil {
		return err
	}
	options, jobs, err := p.options(flags)
	if err != nil {
		return err
	}
	round, err := p.round(targets, flags.portfolio, options)
	if err != nil {
		return err
	}
	if _, err := checks.Select(flags.checks, rulesOf(options.Policy, round.portfolio)...); err != nil {
		return err
	}
	outcomes := p.auditAll(ctx, round.tasks, jobs)
	challenges := round.add(outcomes, options.Acquire.TakenAt)
	if err := p.write(write, outcomes, flags.output, challenges); err != nil {
		return &exit{code: exitNotAudited, message: err.Error()}
	}
	return p.verdict(outcomes, challenges, thresholds, flags.gate)
}

func (p *program) options(flags auditFlags) (pipeline.Options, int, error) {
	settings, err := config.Load(flags.config)
	if err != nil {
		return pipeline.Options{}, 0, err
	}
	rules, err := policy.Load(cmp.Or(flags.policy, settings.Policy), ".", policies(nil))
	if err != nil {
		return pipeline.Options{}, 0, err
	}
	at, err := parseDate("--at", flags.at)
	if err != nil {
		return pipeline.Options{}, 0, err
	}
	if flags.pastCommits < 0 {
		return pipeline.Options{}, 0, fmt.Errorf("--past-commits %d: must be 0 or more", flags.pastCommits)
	}
	settings.Limits.PastCommits = cmp.Or(flags.pastCommits, settings.Limits.PastCommits)
	jobs := flags.jobs
	if jobs == 0 {
		jobs = settings.Jobs
	}
	if jobs < 0 {
		return pipeline.Options{}, 0, fmt.Errorf("--jobs %d: must be 0 or more", jobs)
	}
	if jobs == 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	var people []audit.Person
	for _, email := range flags.leaving {
		people = append(people, audit.Person{Emails: []string{email}, Leaving: true})
	}
	advisories, err := loadAdvisories(cmp.Or(flags.advisories, settings.Advisories.Folder))
	if err != nil {
		return pipeline.Options{}, 0, err
	}
	if flags.forge {
		settings.Forges.Ask = config.AskAlways
	}
	n := p.network(settings, p.userCache(), nil)
	return pipeline.Options{
		Forges: n.forges,
		Checks: checks.All(), Policy: rules, Only: flags.checks, Catalogue: checks.Version, People: people, Advisories: advisories,
		Acquire: acquire.Options{
			Limits: settings.Limits, TakenAt: at,
			Token: n.token, Transport: n.git,
		},
	}, jobs, nil
}

// loadAdvisories reads the database of known vulnerabilities; nil without one.
func loadAdvisories(folder string) (*audit.Advisories, error) {
	if folder == "" {
		return nil, nil
	}
	return advisory.Load(folder)
}

// parseDate accepts a day, taken as its midnight in UTC, or a full time. An empty
// text is now. The error names the flag.
func parseDate(flag, s string) (time.Time, error) {
	if s == "" {
		return time.Now().UTC().Truncate(time.Second), nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%s %q: write 2026-12-31 or 2026-12-31T15:04:05Z", flag, s)
}

// auditAll does the tasks side by side and returns the outcomes in their order.
// Errors are also printed.
func (p *program) auditAll(ctx context.Context, tasks []task, jobs int) []report.Outcome {
	outcomes := make([]report.Outcome, len(tasks))
	progress := newProgress(p.stderr, len(tasks))
	slots := make(chan struct{}, jobs)
	var wg sync.WaitGroup
	for i, task := range tasks {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			shown := acquire.Show(task.target)
			line := progress.start(shown)
			own := task.options
			own.Acquire.Progress = func(s acquire.Stage) { line.stage(p.say("progress." + string(s))) }
			result, err := pipeline.Audit(ctx, task.target, own)
			outcomes[i] = report.Outcome{Challenge: task.challenge, Target: shown, Result: result, Err: err}
			line.done()
		})
	}
	wg.Wait()
	progress.wait()
	for _, o := range outcomes {
		if o.Err != nil {
			fmt.Fprintf(p.stderr, "perenne: %s\n", strings.ReplaceAll(o.Err.Error(), "\n", " "))
		}
	}
	return outcomes
}

// write prints the report on standard output or into a file, which is replaced
// only by a whole report.
func (p *program) write(write report.Writer, outcomes []report.Outcome, output string, challenges []report.Challenge) error {
	o := report.Options{Lang: p.lang, Width: 80, Challenges: challenges}
	if output == "" || output == "-" {
		if f, ok := p.stdout.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
			o.Colour = p.getenv("NO_COLOR") == "" && p.getenv("TERM") != "dumb"
			if width, _, err := term.GetSize(int(f.Fd())); err == nil {
				o.Width = width
			}
		}
		return write(p.stdout, outcomes, o)
	}
	return p.place(output, func(w io.Writer) error { return write(w, outcomes, o) })
}

// place writes on standard output or into a file, which is replaced only by what is
// whole. What is no file, such as a device, is written into and stays what it is.
func (p *program) place(output string, write func(io.Writer) error) error {
	if output == "" || output == "-" {
		return write(p.stdout)
	}
	if info, err := os.Stat(output); err == nil && !info.Mode().IsRegular() {
		f, err := os.OpenFile(output, os.O_WRONLY, 0)
		if err != nil {
			return fmt.Errorf("write %s: %w", output, err)
		}
		return errors.Join(write(f), f.Close())
	}
	f, err := os.CreateTemp(filepath.Dir(output), ".perenne-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", output, err)
	}
	defer os.Remove(f.Name())
	if err := writeAndClose(f, write); err != nil {
		return fmt.Errorf("write %s: %w", output, err)
	}
	return os.Rename(f.Name(), output)
}

func writeAndClose(f *os.File, write func(io.Writer) error) error {
	const readable = 0o644
	err := write(f)
	if err == nil {
		err = f.Chmod(readable)
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// threshold is one --fail-under.
type threshold struct {
	axis string
	min  float64
}

// continuity stands for the lowest axis where an axis can be named.
const continuity = "continuity"

func parseThresholds(texts []string) ([]threshold, error) {
	var all []threshold
	for _, s := range texts {
		axis, value, found := strings.Cut(s, "=")
		minimum, err := strconv.ParseFloat(value, 64)
		if !found || err != nil || !(minimum >= 0 && minimum <= 1) {
			return nil, fmt.Errorf("--fail-under %q: write axis=0.7, with a number from 0 to 1", s)
		}
		known := axis == continuity
		for _, a := range audit.Axes {
			known = known || axis == string(a)
		}
		if !known {
			return nil, fmt.Errorf("--fail-under %q: the axes are deployment, transmission, reliability, community and continuity", s)
		}
		all = append(all, threshold{axis, minimum})
	}
	return all, nil
}

// verdict decides the exit code once the report is out. With a portfolio, the
// thresholds are for challenges, else for repositories.
func (p *program) verdict(outcomes []report.Outcome, challenges []report.Challenge, thresholds []threshold, gate bool) error {
	code := exitFine
	fail := func(key string, args ...any) {
		code = exitBelowThreshold
		fmt.Fprintf(p.stderr, "perenne: %s\n", p.say(key, args...))
	}
	compare := func(name string, s audit.Score) {
		for _, t := range thresholds {
			if score := scoreOf(s, t.axis); score == nil || *score < t.min {
				shown := "–"
				if score != nil {
					shown = report.Score(*score, p.lang)
				}
				fail("audit.below", "target", name, "axis", t.axis, "score", shown, "minimum", t.min)
			}
		}
	}
	for _, o := range outcomes {
		if o.Err != nil {
			return &exit{code: exitNotAudited}
		}
		if len(challenges) == 0 {
			compare(o.Target, o.Result.Score)
		}
	}
	for _, c := range challenges {
		compare(c.Name, c.Result.Score)
		if gate && !c.Result.Gate.Open {
			fail("audit.gate", "challenge", c.Name)
		}
	}
	if code != exitFine {
		return &exit{code: code}
	}
	return nil
}

// scoreOf returns the score of an axis or of the continuity, nil without one.
func scoreOf(s audit.Score, axis string) *float64 {
	if axis == continuity {
		return s.Continuity
	}
	for _, a := range s.Axes {
		if string(a.Axis) == axis {
			return a.Score
		}
	}
	return nil
}
