package main

import (
	"context"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/policy"
	"github.com/perenne-audit/perenne/internal/portfolio"
)

// loadPortfolio reads a portfolio and returns the files it is made of, those of
// its policies too. The rules are those of a challenge that names none.
func loadPortfolio(path string, rules *audit.Policy) (p *audit.Portfolio, files []string, err error) {
	var ids []string
	for _, c := range checks.All() {
		ids = append(ids, c.ID)
	}
	opened := func(f string) { files = append(files, f) }
	p, err = portfolio.Load(path, portfolio.Options{
		Checks: ids, Opened: opened, Rules: rules,
		Policy: func(name, folder string) (*audit.Policy, error) { return policy.Load(name, folder, policies(opened)) },
	})
	return p, files, err
}

// loadBoth reads the policy of whoever names none, then the portfolio.
func loadBoth(path, rules string) (*audit.Portfolio, []string, error) {
	var files []string
	usual, err := policy.Load(rules, ".", policies(func(f string) { files = append(files, f) }))
	if err != nil {
		return nil, files, err
	}
	p, more, err := loadPortfolio(path, usual)
	return p, append(files, more...), err
}

// watched is the portfolio in force. It follows its files: a change that is
// faulty is logged, and what was in force stays.
type watched struct {
	path    string
	rules   string // the policy of whoever names none
	current atomic.Pointer[audit.Portfolio]
	files   []string
	seen    map[string]time.Time
	logger  *slog.Logger
}

func watchPortfolio(path, rules string, logger *slog.Logger) (*watched, error) {
	w := &watched{path: path, rules: rules, logger: logger}
	p, files, err := loadBoth(path, rules)
	if err != nil {
		return nil, err
	}
	w.current.Store(p)
	w.files, w.seen = files, modified(files)
	return w, nil
}

// Portfolio returns what is in force.
func (w *watched) Portfolio() *audit.Portfolio { return w.current.Load() }

// lookEvery is how often the files are looked at. Watching by events does not
// work on every file system, nor through the links by which Kubernetes replaces
// files.
const lookEvery = 2 * time.Second

// follow runs until the context ends.
func (w *watched) follow(ctx context.Context) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			w.look()
		}
	}
}

func (w *watched) look() {
	now := modified(w.files)
	if same(now, w.seen) {
		return
	}
	p, files, err := loadBoth(w.path, w.rules)
	// What is wrong may be in a file that was not part of it before, and what
	// changes while it is read is read again.
	w.files, w.seen = files, modified(files)
	for f, t := range now {
		if _, still := w.seen[f]; still {
			w.seen[f] = t
		}
	}
	if err != nil {
		w.logger.Error("the changed portfolio is not used", "error", err)
		return
	}
	w.current.Store(p)
	w.logger.Info("portfolio read again", "challenges", len(p.Challenges))
}

func modified(files []string) map[string]time.Time {
	times := map[string]time.Time{}
	for _, f := range files {
		if info, err := os.Stat(f); err == nil {
			times[f] = info.ModTime()
		}
	}
	return times
}

func same(a, b map[string]time.Time) bool {
	if len(a) != len(b) {
		return false
	}
	for f, t := range a {
		if !b[f].Equal(t) {
			return false
		}
	}
	return true
}
