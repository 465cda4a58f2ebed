//go:build unix

package queue

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/riverqueue/river/riverdriver/riversqlite"

	"github.com/perenne-audit/perenne/internal/store/sqlite"
	"github.com/perenne-audit/perenne/internal/store/storetest"
)

// What the queue itself costs for each job on SQLite, the order for it included.
func BenchmarkQueue(b *testing.B) {
	s, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "perenne.db"), storetest.Lookup)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	driver := riversqlite.New(s.Writer())
	if err := Migrate(b.Context(), driver); err != nil {
		b.Fatal(err)
	}
	var done sync.WaitGroup
	q, err := New(driver, Config{Workers: 4, Timeout: time.Minute, Grace: time.Second, Logger: slog.New(slog.DiscardHandler)}, Work{
		Audit: func(context.Context, Job) error { done.Done(); return nil },
		Due:   func(context.Context, time.Time) ([]Job, error) { return nil, nil },
		Thin:  func(context.Context, time.Time) error { return nil },
		Host:  func(Job) string { return "" },
	})
	if err != nil {
		b.Fatal(err)
	}
	jobs := make([]Job, b.N)
	for i := range jobs {
		jobs[i] = Job{"c", fmt.Sprintf("https://forge.example/r%d.git", i)}
	}
	done.Add(len(jobs))
	before := processor()
	b.ResetTimer()
	for some := range chunks(jobs, 5) {
		if _, err := q.Ask(b.Context(), some); err != nil {
			b.Fatal(err)
		}
	}
	asked := processor()
	if err := q.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	done.Wait()
	if err := q.Stop(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64((asked-before).Microseconds())/float64(b.N), "ask-cpu-µs/op")
	b.ReportMetric(float64((processor()-asked).Microseconds())/float64(b.N), "do-cpu-µs/op")
}

func chunks(jobs []Job, n int) func(func([]Job) bool) {
	return func(yield func([]Job) bool) {
		for len(jobs) > 0 {
			m := min(n, len(jobs))
			if !yield(jobs[:m]) {
				return
			}
			jobs = jobs[m:]
		}
	}
}

// processor is what this process has used so far.
func processor() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
