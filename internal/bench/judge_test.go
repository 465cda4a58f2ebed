//go:build unix

package main

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/deliverable"
)

// BenchmarkJudge times the checks alone, all of them as an audit runs them and
// then each by itself with what it reads and parses, on the repositories of
// BENCH_REPOS or on a generated one.
func BenchmarkJudge(b *testing.B) {
	bench := &bench{dir: b.TempDir(), progress: io.Discard}
	repos, err := bench.repositories(os.Getenv, 200)
	if err != nil {
		b.Fatal(err)
	}
	for _, repo := range repos {
		s, err := hold(b.Context(), repo, audit.NeedTree|audit.NeedAuthors)
		if err != nil {
			b.Fatal(err)
		}
		defer s.Close()
		b.Run(strings.TrimSuffix(filepath.Base(repo), ".git"), func(b *testing.B) { benchmarkChecks(b, s.Snapshot) })
	}
}

func benchmarkChecks(b *testing.B, held *audit.Snapshot) {
	b.Run("all", func(b *testing.B) {
		timeFresh(b, held, func(s *audit.Snapshot) {
			if err := judgeAll(s); err != nil {
				b.Fatal(err)
			}
		})
	})
	b.Run("deliverables", func(b *testing.B) {
		timeFresh(b, held, func(s *audit.Snapshot) { deliverable.Of(s) })
	})
	deliverables := deliverable.Of(fresh(held))
	for _, c := range checks.All() {
		if !c.AppliesTo(deliverables) || len(held.Missing(c.Needs)) > 0 {
			continue
		}
		b.Run(c.ID, func(b *testing.B) {
			timeFresh(b, held, func(s *audit.Snapshot) {
				s.Deliverables = deliverables
				c.Run(s)
			})
		})
	}
}

// TestNothingIsReadTwice counts what all checks together ask the store for, on the
// repositories of BENCH_REPOS or on a generated one.
func TestNothingIsReadTwice(t *testing.T) {
	bench := &bench{dir: t.TempDir(), progress: io.Discard}
	repos, err := bench.repositories(os.Getenv, 200)
	if err != nil {
		t.Fatal(err)
	}
	for _, repo := range repos {
		held, err := hold(t.Context(), repo, audit.NeedTree|audit.NeedAuthors)
		if err != nil {
			t.Fatal(err)
		}
		defer held.Close()
		counter := &counter{content: content{held.Snapshot}, reads: map[string]int{}}
		s := fresh(held.Snapshot)
		s.Tree.Through(counter)
		if err := judgeAll(s); err != nil {
			t.Fatal(err)
		}
		if len(counter.reads) == 0 {
			t.Errorf("%s: nothing was read", repo)
		}
		for path, n := range counter.reads {
			if n > 1 {
				t.Errorf("%s: %s was read %d times", repo, path, n)
			}
		}
	}
}

// counter counts reads by path; equal content under two paths is one blob.
type counter struct {
	content
	mu    sync.Mutex
	reads map[string]int
}

func (c *counter) Blob(f audit.File) ([]byte, error) {
	c.mu.Lock()
	c.reads[f.Path]++
	c.mu.Unlock()
	return c.content.Blob(f)
}

// timeFresh times f on a snapshot of which nothing was read yet. Processor time is
// what carries over to another machine.
func timeFresh(b *testing.B, held *audit.Snapshot, f func(*audit.Snapshot)) {
	b.ReportAllocs()
	var spent time.Duration
	for range b.N {
		b.StopTimer()
		s := fresh(held).View()
		before := ownCPU()
		b.StartTimer()
		f(s)
		b.StopTimer()
		spent += ownCPU() - before
		b.StartTimer()
	}
	b.ReportMetric(float64(spent.Microseconds())/1000/float64(b.N), "cpu-ms/op")
}

// fresh returns a copy of a snapshot of which nothing was read and parsed yet.
func fresh(held *audit.Snapshot) *audit.Snapshot {
	return &audit.Snapshot{
		Repository: held.Repository, TakenAt: held.TakenAt, History: held.History, Limits: held.Limits,
		Tree: audit.NewTree(slices.Clone(held.Files()), content{held}, held.Truncated()),
	}
}

// content gives what the held snapshot holds.
type content struct{ held *audit.Snapshot }

// Blob implements [audit.Blobs]. A link's own content is its target.
func (c content) Blob(f audit.File) ([]byte, error) {
	f.Mode = audit.Regular
	return c.held.Read(f)
}
