package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"time"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/config"
	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/board"
	"github.com/perenne-audit/perenne/internal/demo"
	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/metrics"
	"github.com/perenne-audit/perenne/internal/pipeline"
	"github.com/perenne-audit/perenne/internal/policy"
	"github.com/perenne-audit/perenne/internal/publish"
	"github.com/perenne-audit/perenne/internal/queue"
	"github.com/perenne-audit/perenne/internal/store"
)

// service is everything that 'serve' and 'work' share: the portfolio, the
// database, the queue and what does the work.
type service struct {
	settings  config.Config
	logger    *slog.Logger
	flush     func()
	portfolio func() *audit.Portfolio
	follow    func(context.Context)
	history   map[string][]demo.Milestone
	db        *database
	board     *board.Live
	keeper    *pipeline.Keeper
	finder    *pipeline.Finder
	queue     *queue.Queue
	metrics   *metrics.Metrics
}

// newService opens everything and starts nothing. Close it when done.
func (p *program) newService(ctx context.Context, settings config.Config, demonstration bool, workers int) (*service, error) {
	logger, flush, err := newLogger(p.stderr, p.getenv)
	if err != nil {
		return nil, err
	}
	s := &service{settings: settings, logger: logger, flush: flush, follow: func(context.Context) {}}
	if err := s.findPortfolio(ctx, demonstration); err != nil {
		return nil, err
	}
	advisories, err := loadAdvisories(settings.Advisories.Folder)
	if err != nil {
		return nil, err
	}
	db, err := openDatabase(ctx, settings)
	if err != nil {
		return nil, err
	}
	s.db = db
	n := p.network(settings, settings.Data, func() *metrics.Metrics { return s.metrics })
	s.find(n)
	if err := s.finder.Look(ctx); err != nil {
		_ = db.Close()
		return nil, err
	}
	s.keeper = &pipeline.Keeper{
		Portfolio: s.portfolio, Look: s.finder.Look, Store: db.Store, Every: settings.Queue.Every, Now: time.Now, Logger: s.logger,
		Options: pipeline.Options{Checks: checks.All(), Catalogue: checks.Version, Advisories: advisories, Forges: n.forges, Acquire: acquire.Options{
			Limits: settings.Limits, Token: n.token, Transport: n.git,
		}},
		Observe: s.account,
	}
	s.board = board.NewLive(s.portfolio, db.Store, checks.ByID, settings.Queue.Every, time.Now)
	work := queue.Work{
		Audit: s.keeper.Audit, Due: s.keeper.Due, Searches: s.finder.Due, Find: s.finder.Find,
		Thin: s.keeper.Thin, Host: s.keeper.Host, Processes: db.Store,
	}
	s.publishes(&work, n.forges)
	s.queue, err = db.newQueue(queue.Config{
		Workers: workers, PerHost: settings.Queue.PerHost, Timeout: settings.Queue.Timeout, Grace: settings.Queue.Grace,
		Logger: slog.New(onlyWarnings{s.logger.Handler(), db.doubt}),
	}, work)
	if err != nil {
		_ = db.Close()
		return nil, err
	}
	s.count(nil)
	return s, nil
}

// find joins the portfolio with what forges list for it, from now on.
func (s *service) find(n network) {
	follow := s.follow
	s.finder = &pipeline.Finder{
		Written: s.portfolio, Store: s.db.Store, Forges: n.forges, Every: s.settings.Forges.DiscoverEvery, Now: time.Now, Logger: s.logger,
	}
	s.portfolio = s.finder.Portfolio
	s.follow = func(ctx context.Context) {
		go s.finder.Follow(ctx)
		follow(ctx)
	}
}

// publishes has the queue write where teams work, if the settings say so.
func (s *service) publishes(work *queue.Work, forges *forge.Desk) {
	settings := s.settings.Publish
	if settings.Send && forges != nil {
		p := &publish.Publisher{Board: s.board, Store: s.db.Store, Desk: forges, Every: settings.Every, Page: settings.Page, Now: time.Now, Logger: s.logger}
		work.Unpublished, work.Publish = p.Unpublished, p.Publish
		return
	}
	asking := 0
	for _, c := range s.portfolio().Challenges {
		if c.Issues != nil || c.Status != "" {
			asking++
		}
	}
	if asking > 0 {
		s.logger.Info("nothing is written to forges: set publish.send, and leave forges.ask", "asking", asking)
	}
}

// count prepares the metrics, with those of the portfolio when there is a board.
func (s *service) count(of board.Reader) {
	v, c := build()
	s.metrics = metrics.New(metrics.Config{
		Board: of, QueueCounts: s.queue.Counts, Version: v, Commit: c, Catalogue: checks.Version, Logger: s.logger,
	})
}

func (s *service) Close() error {
	s.flush()
	return s.db.Close()
}

// workers returns how many repositories a process audits side by side.
func workers(settings config.Config) int {
	if settings.Queue.Workers == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return settings.Queue.Workers
}

// findPortfolio reads the portfolio that is configured, or generates the
// demonstration.
func (s *service) findPortfolio(ctx context.Context, demonstration bool) error {
	if s.settings.Portfolio != "" && !demonstration {
		w, err := watchPortfolio(s.settings.Portfolio, s.settings.Policy, s.logger)
		if err != nil {
			return err
		}
		s.portfolio, s.follow = w.Portfolio, w.follow
		return nil
	}
	folder := filepath.Join(s.settings.Data, "demonstration")
	p, err := demo.Generate(ctx, folder, time.Now())
	if err != nil {
		return fmt.Errorf("generate the demonstration: %w; name another folder with --data", err)
	}
	rules, err := policy.Load(s.settings.Policy, ".", policies(nil))
	if err != nil {
		return err
	}
	for i := range p.Challenges {
		p.Challenges[i].Rules = rules
	}
	s.portfolio = func() *audit.Portfolio { return p }
	s.history, err = demo.Milestones(ctx, folder, p)
	return err
}

// remember gives the demonstration a past: each repository is audited as it was
// about once a month, unless that has been done.
func (s *service) remember(ctx context.Context) error {
	if len(s.history) == 0 {
		return nil
	}
	p := s.portfolio()
	for i := range p.Challenges {
		c := &p.Challenges[i]
		for _, source := range c.Repositories {
			key := store.Key{Challenge: c.ID, Repository: source.URL}
			state, err := s.db.State(ctx, key)
			if err != nil {
				return err
			}
			if state.Latest != nil {
				continue
			}
			for _, m := range s.history[source.URL] {
				o := s.keeper.Options.For(c, source)
				o.Acquire.TakenAt = m.When
				result, err := pipeline.Audit(ctx, m.Target, o)
				if err != nil {
					return err
				}
				result.Target = source.URL
				if _, err := s.db.Save(ctx, store.Audit{Key: key, Policy: result.Policy, Result: result, SeenAt: m.When}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// start begins to audit; everything due is audited at once.
func (s *service) start(ctx context.Context) error {
	go s.follow(ctx)
	if err := s.remember(ctx); err != nil {
		return fmt.Errorf("fill the demonstration's past: %w", err)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	// Jobs outlive the signal to stop: Stop gives them their time.
	return s.queue.Start(context.WithoutCancel(ctx))
}

// stop lets running audits end.
func (s *service) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), s.settings.Queue.Grace+5*time.Second)
	defer cancel()
	return s.queue.Stop(ctx)
}

// ask puts repositories before the scheduled ones.
func (s *service) ask(ctx context.Context, keys []store.Key) (int, error) {
	jobs := make([]queue.Job, len(keys))
	for i, k := range keys {
		jobs[i] = queue.Job{Challenge: k.Challenge, Repository: k.Repository}
	}
	n, err := s.queue.Ask(ctx, jobs)
	if err != nil {
		// The order is sound; it is the database that does not take it.
		s.db.doubt()
		return n, fmt.Errorf("%w: %w", audit.ErrUnreachable, err)
	}
	return n, nil
}

// onlyWarnings keeps the queue's own account of its day out of the log, and hears
// what goes wrong: the queue writes into the same database as the audits, and on
// a full disk it stops before any of them fails.
type onlyWarnings struct {
	slog.Handler
	failed func()
}

func (h onlyWarnings) Enabled(_ context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn
}

func (h onlyWarnings) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelError {
		h.failed()
	}
	return h.Handler.Handle(ctx, r)
}

func (h onlyWarnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return onlyWarnings{h.Handler.WithAttrs(attrs), h.failed}
}

func (h onlyWarnings) WithGroup(name string) slog.Handler {
	return onlyWarnings{h.Handler.WithGroup(name), h.failed}
}

// account adds one audit to the metrics.
func (s *service) account(a pipeline.Account) {
	if a.Unchanged && a.Err == nil {
		s.metrics.Audited(metrics.Unchanged)
	} else {
		s.metrics.Audited(metrics.OutcomeOf(a.Err))
	}
	for _, stage := range metrics.Stages {
		if took, ok := a.Stages[string(stage)]; ok {
			s.metrics.Took(stage, took)
		}
	}
	s.metrics.Fetched(a.ReceivedBytes)
}
