//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/config"
	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/pipeline"
	"github.com/perenne-audit/perenne/internal/score"
	"github.com/perenne-audit/perenne/internal/store"
	"github.com/perenne-audit/perenne/internal/store/storetest"
)

// How long pages are asked for, by how many readers, and how many audits wait
// at least meanwhile.
const (
	readFor = 40 * time.Second
	readers = 2
	waitFor = 300
)

// largePortfolio asks for pages of a portfolio of invented results of real shape
// while repositories of it are really fetched and judged, on each database.
func (s *soak) largePortfolio(ctx context.Context) error {
	sample, err := s.sampleResult(ctx)
	if err != nil {
		return err
	}
	if strings.Contains(s.databases, "sqlite") {
		p, err := s.place("large-sqlite", "")
		if err == nil {
			err = s.largeOn(ctx, p, "SQLite", sample)
		}
		if err != nil {
			return fmt.Errorf("SQLite: %w", err)
		}
	}
	if !strings.Contains(s.databases, "postgres") {
		return nil
	}
	server, err := storetest.StartServer()
	if err != nil {
		return err
	}
	defer server.End()
	url, err := server.MakeDatabase(ctx)
	if err != nil {
		return err
	}
	p, err := s.place("large-postgres", url)
	if err == nil {
		err = s.largeOn(ctx, p, "PostgreSQL", sample)
	}
	if err != nil {
		return fmt.Errorf("PostgreSQL: %w", err)
	}
	return nil
}

func (s *soak) largeOn(ctx context.Context, p place, database string, sample *audit.Result) error {
	f, err := newForge(filepath.Join(s.dir, p.name+"-forge"), bases, small)
	if err != nil {
		return err
	}
	defer f.server.Close()
	file := filepath.Join(s.dir, p.name+".yaml")
	if err := writePortfolio(file, s.large, f.url); err != nil {
		return err
	}
	db, err := p.open(ctx)
	if err != nil {
		return err
	}
	filled, err := s.fill(ctx, func(n, seed int) error {
		_, err := db.Save(ctx, invented(sample, n, seed, f.url(n)))
		return err
	})
	if err = errors.Join(err, db.Close()); err != nil {
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
	idle, err := s.read(c)
	if err != nil {
		return err
	}
	worker, err := s.started(ctx, p.with("PERENNE_QUEUE_PER_HOST=0"), "work", "--workers", "2", "--portfolio", file, "--listen", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer worker.kill()
	asking, stop := context.WithCancel(ctx)
	defer stop()
	asker := make(chan error, 1)
	go func() { asker <- s.keepBusy(asking, c, worker) }()
	s.note("reading pages while repositories are audited")
	before, begin, err := counted(worker)
	if err != nil {
		return err
	}
	busy, err := s.read(c)
	stop()
	after, end, failed := counted(worker)
	if err := errors.Join(err, failed, <-asker); err != nil {
		return err
	}
	s.line("\n#### A portfolio of %d repositories in %d challenges, %s\n", s.large, s.large/5, database)
	s.line("Filled with invented results in %s; the first answer after the start took %s. Then %d readers for %s with nothing else to do, and again while another process fetched and judged %.1f repositories a second of this portfolio, never idle, and saved them; %d MiB at most.\n",
		filled.Round(time.Second), ready.Round(100*time.Millisecond), readers, readFor, float64(after-before)/end.Sub(begin).Seconds(), c.peakBytes()>>20)
	s.line("| page | asked | median | 99th percentile | longest | 99th percentile, nothing else to do |\n|---|---:|---:|---:|---:|---:|")
	for _, page := range pages {
		t := busy[page.name]
		s.line("| %s | %d | %s | %s | %s | %s |", page.name, len(t), at(t, 0.5), at(t, 0.99), at(t, 1), at(idle[page.name], 0.99))
		if at(t, 0.99) > page.limit {
			s.fault("%s, %s takes %s at the 99th percentile, above %s", database, page.name, at(t, 0.99), page.limit)
		}
	}
	if after == before {
		s.fault("%s: nothing was audited meanwhile", database)
	}
	return nil
}

// counted is how many audits a process has made, and when.
func counted(c *process) (int, time.Time, error) {
	_, body, err := c.get("/metrics")
	return audits(body), time.Now(), err
}

// keepBusy asks for audits so that some always wait.
func (s *soak) keepBusy(ctx context.Context, c, worker *process) error {
	for ctx.Err() == nil {
		_, body, err := worker.get("/metrics")
		if err != nil {
			return err
		}
		for waits := number(body, `perenne_queue_jobs{state="available"}`); waits < waitFor && ctx.Err() == nil; waits += 5 {
			if err := c.ask(challenge(rand.IntN(s.large))); err != nil {
				return err
			}
		}
		_ = sleep(ctx, time.Second) // its end is this one's
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
	{"a repository", func(n int) string { return "/challenges/" + challenge(5*rand.IntN(n)) + "/repositories/3" }, 100 * time.Millisecond, 1},
	{"a check", func(int) string { return "/checks/licence-present" }, 100 * time.Millisecond, 1},
	{"/api/v1/portfolio", func(int) string { return "/api/v1/portfolio" }, 100 * time.Millisecond, 1},
	{"/api/v1/challenges/…/verdicts", func(n int) string { return "/api/v1/challenges/" + challenge(5*rand.IntN(n)) + "/verdicts" }, 100 * time.Millisecond, 1},
	{"/api/v1/changes", func(int) string { return "/api/v1/changes" }, 100 * time.Millisecond, 1},
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

// sampleResult audits one generated repository.
func (s *soak) sampleResult(ctx context.Context) (*audit.Result, error) {
	f, err := newForge(filepath.Join(s.dir, "sample"), 1, small)
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
