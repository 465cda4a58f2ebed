//go:build linux

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/config"
	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/pipeline"
	"github.com/perenne-audit/perenne/internal/score"
	"github.com/perenne-audit/perenne/internal/store"
)

// How long pages are asked for, by how many readers, and how many audits a
// second arrive meanwhile.
const (
	readFor        = 30 * time.Second
	readers        = 2
	savesPerSecond = 20
)

// largePortfolio fills the store with invented results of real shape and asks for
// pages while more of them are saved.
func (s *soak) largePortfolio(ctx context.Context) error {
	sample, err := s.sampleResult(ctx)
	if err != nil {
		return err
	}
	p, err := s.place("large", "")
	if err != nil {
		return err
	}
	url := func(n int) string { return fmt.Sprintf("https://forge.example/team-%05d/name-%d.git", n/5, n%5) }
	file := filepath.Join(s.dir, "large.yaml")
	if err := portfolio(file, s.large, url); err != nil {
		return err
	}
	db, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	save := func(n, seed int) error {
		_, err := db.Save(ctx, invented(sample, n, seed, url(n)))
		return err
	}
	filled, err := s.fill(ctx, save)
	if err != nil {
		return err
	}
	c, err := s.started(ctx, p, "serve", "--workers", "0", "--portfolio", file)
	if err != nil {
		return err
	}
	defer c.kill()
	// The service has just started; it makes its first list as it does.
	begin := time.Now()
	if _, _, err := c.get("/metrics"); err != nil {
		return err
	}
	ready := time.Since(begin)
	saving, stop := context.WithCancel(ctx)
	var saved atomic.Int64
	saver := make(chan error, 1)
	go func() { saver <- keepSaving(saving, s.large, save, &saved) }()
	s.note("reading pages")
	times, err := s.read(c)
	stop()
	if err := <-saver; err != nil {
		s.fault("saving while pages are read: %s", err)
	}
	if err != nil {
		return err
	}
	s.line("\n#### A portfolio of %d repositories in %d challenges, SQLite\n", s.large, s.large/5)
	s.line("Filled with invented results in %s; the first answer after the start took %s. Then %d readers for %s, while %d audits were saved; %d MiB at most.\n",
		filled.Round(time.Second), ready.Round(100*time.Millisecond), readers, readFor, saved.Load(), c.peakBytes()>>20)
	s.line("| page | asked | median | 99th percentile | longest |\n|---|---:|---:|---:|---:|")
	for _, page := range pages {
		t := times[page.name]
		s.line("| %s | %d | %s | %s | %s |", page.name, len(t), at(t, 0.5), at(t, 0.99), at(t, 1))
		if at(t, 0.99) > page.limit {
			s.fault("%s takes %s at the 99th percentile, above %s", page.name, at(t, 0.99), page.limit)
		}
	}
	return nil
}

// pages are what is asked for, and how long it may take.
var pages = []struct {
	name  string
	path  func(challenges int) string
	limit time.Duration
	every int // one turn in so many
}{
	{"/", func(int) string { return "/" }, 100 * time.Millisecond, 1},
	{"/?offset=…", func(n int) string { return fmt.Sprintf("/?offset=%d", rand.IntN(n)) }, 100 * time.Millisecond, 1},
	{"/?sort=continuity", func(int) string { return "/?sort=continuity" }, 100 * time.Millisecond, 1},
	{"/?search=…", func(n int) string { return fmt.Sprintf("/?search=%d", rand.IntN(n)) }, 100 * time.Millisecond, 1},
	{"a challenge", func(n int) string { return "/challenges/" + challenge(5*rand.IntN(n)) }, 100 * time.Millisecond, 1},
	{"/api/v1/challenges", func(n int) string { return fmt.Sprintf("/api/v1/challenges?offset=%d", rand.IntN(n)) }, 100 * time.Millisecond, 1},
	{"/metrics", func(int) string { return "/metrics" }, time.Second, 40},
}

// read asks for pages in turn and returns the sorted times of each.
func (s *soak) read(c *process) (map[string][]time.Duration, error) {
	var mu sync.Mutex
	var failed error
	times := map[string][]time.Duration{}
	deadline := time.Now().Add(readFor)
	var group sync.WaitGroup
	for range readers {
		group.Go(func() {
			for turn := 0; time.Now().Before(deadline); turn++ {
				for _, page := range pages {
					if turn%page.every != 0 {
						continue
					}
					begin := time.Now()
					status, body, err := c.get(page.path(s.large / 5))
					took := time.Since(begin)
					if err == nil && status != 200 {
						err = fmt.Errorf("%s: %d %.200s", page.name, status, body)
					}
					mu.Lock()
					if failed = err; err == nil {
						times[page.name] = append(times[page.name], took)
					}
					mu.Unlock()
					if err != nil {
						return
					}
				}
				// Nobody reads without a pause.
				time.Sleep(50 * time.Millisecond)
			}
		})
	}
	group.Wait()
	for _, t := range times {
		slices.Sort(t)
	}
	return times, failed
}

// at is the quantile of sorted times.
func at(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)].Round(100 * time.Microsecond)
}

func (s *soak) fill(ctx context.Context, save func(n, seed int) error) (time.Duration, error) {
	begin, workers := time.Now(), runtime.GOMAXPROCS(0)
	failed := make(chan error, workers)
	for w := range workers {
		go func() {
			for n := w; n < s.large; n += workers {
				if n%10_000 == 0 {
					s.note("%d of %d saved", n, s.large)
				}
				if err := save(n, n); err != nil || ctx.Err() != nil {
					failed <- err
					return
				}
			}
			failed <- nil
		}()
	}
	for range workers {
		if err := <-failed; err != nil {
			return 0, err
		}
	}
	return time.Since(begin), ctx.Err()
}

func keepSaving(ctx context.Context, repositories int, save func(n, seed int) error, saved *atomic.Int64) error {
	ticker := time.NewTicker(time.Second / savesPerSecond)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			if err := save(rand.IntN(repositories), rand.Int()); err != nil {
				return err
			}
			saved.Add(1)
		}
	}
}

// sampleResult audits one generated repository.
func (s *soak) sampleResult(ctx context.Context) (*audit.Result, error) {
	f, err := newForge(filepath.Join(s.dir, "sample"), 1)
	if err != nil {
		return nil, err
	}
	defer f.server.Close()
	settings, err := config.Load("")
	if err != nil {
		return nil, err
	}
	return pipeline.Audit(ctx, f.path(0), pipeline.Options{
		Checks: checks.All(), Catalogue: checks.Version,
		Acquire: acquire.Options{Limits: settings.Limits, TakenAt: time.Now().UTC().Truncate(time.Second)},
	})
}

// invented is the sample with answers that follow from a seed.
func invented(sample *audit.Result, n, seed int, url string) store.Audit {
	r := *sample
	r.Target, r.Repository.URL, r.Repository.Commit = url, url, fmt.Sprintf("%040x", seed)
	r.TakenAt = time.Now().UTC().Truncate(time.Second)
	r.Judged = slices.Clone(sample.Judged)
	random := rand.New(rand.NewPCG(uint64(seed), 3))
	for i := range r.Judged {
		if random.IntN(4) == 0 {
			r.Judged[i].Verdict.Answer = audit.Answers[random.IntN(len(audit.Answers))]
		}
	}
	r.Score = score.Of(r.Judged)
	return store.Audit{Key: store.Key{Challenge: challenge(n), Repository: url}, Policy: "default", Result: &r}
}
