package queue

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"

	"github.com/perenne-audit/perenne/internal/store/postgres"
	"github.com/perenne-audit/perenne/internal/store/sqlite"
	"github.com/perenne-audit/perenne/internal/store/storetest"
)

// onBoth gives a test a queue on each database, which only takes orders.
func onBoth(t *testing.T, test func(*testing.T, *Queue)) {
	onBothWith(t, Config{}, func(processes Processes) Work { return Work{} }, func(t *testing.T, q *Queue, _ Processes) { test(t, q) })
}

// onBothWith is onBoth for a queue that may work.
func onBothWith(t *testing.T, c Config, work func(Processes) Work, test func(*testing.T, *Queue, Processes)) {
	c.Timeout, c.Grace, c.Logger = 10*time.Minute, time.Second, slog.New(slog.DiscardHandler)
	must := func(t *testing.T, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Run("sqlite", func(t *testing.T) {
		s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "perenne.db"), storetest.Lookup)
		must(t, err)
		t.Cleanup(func() { _ = s.Close() })
		driver := riversqlite.New(s.Writer())
		must(t, Migrate(t.Context(), driver))
		q, err := New(driver, c, work(s))
		must(t, err)
		test(t, q, s)
	})
	t.Run("postgres", func(t *testing.T) {
		s, err := postgres.Open(t.Context(), storetest.Postgres(t), storetest.Lookup)
		must(t, err)
		t.Cleanup(func() { _ = s.Close() })
		driver := riverpgxv5.New(s.Pool())
		must(t, Migrate(t.Context(), driver))
		q, err := New(driver, c, work(s))
		must(t, err)
		test(t, q, s)
	})
}

// Processes that start together bring the tables up to date together.
func TestMigrateTogether(t *testing.T) {
	url, file := storetest.Postgres(t), filepath.Join(t.TempDir(), "perenne.db")
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			s, err := postgres.Open(t.Context(), url, storetest.Lookup)
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			if err := Migrate(t.Context(), riverpgxv5.New(s.Pool())); err != nil {
				t.Error(err)
			}
		})
		all.Go(func() {
			s, err := sqlite.Open(t.Context(), file, storetest.Lookup)
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			if err := Migrate(t.Context(), riversqlite.New(s.Writer())); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// All that waits is found, however much it is.
func TestUnfinishedIsWhole(t *testing.T) {
	onBoth(t, func(t *testing.T, q *Queue) {
		want := 2*listAtOnce + 3
		var jobs []Job
		for n := range want {
			jobs = append(jobs, Job{"c", fmt.Sprintf("https://forge.example/\"%d é", n)})
		}
		for from := 0; from < want; from += insertBatch {
			if _, err := q.Ask(t.Context(), jobs[from:min(from+insertBatch, want)]); err != nil {
				t.Fatal(err)
			}
		}
		all, err := q.unfinished(t.Context())
		if err != nil || len(all) != want || !all[jobs[want-1]] {
			t.Errorf("%d of %d, %v", len(all), want, err)
		}
	})
}

// An audit that ends while the schedule looks whose turn it is is not asked for
// again.
func TestScheduleLooksAtWhatRunsFirst(t *testing.T) {
	running := map[Job]bool{{"c", "a"}: true}
	added := map[Job]int{}
	q := &Queue{
		list: func(context.Context, *river.JobListParams) (*river.JobListResult, error) {
			r := &river.JobListResult{}
			for job := range running {
				r.Jobs = append(r.Jobs, &rivertype.JobRow{EncodedArgs: fmt.Appendf(nil, `{"challenge":%q,"repository":%q}`, job.Challenge, job.Repository)})
			}
			return r, nil
		},
		insert: func(_ context.Context, params []river.InsertManyParams) (int, error) {
			for _, p := range params {
				if job := p.Args.(Job); !running[job] {
					added[job]++
				}
			}
			return len(params), nil
		},
	}
	w := &scheduleWorker{planner: planner{queue: q, due: func(context.Context, time.Time) ([]Job, error) {
		jobs := []Job{{"c", "a"}, {"c", "b"}} // as they were when this began
		clear(running)                        // a ends
		return jobs, nil
	}}}
	if err := w.Work(t.Context(), &river.Job[schedule]{JobRow: &rivertype.JobRow{}}); err != nil {
		t.Fatal(err)
	}
	if len(added) != 1 || added[Job{"c", "b"}] != 1 {
		t.Errorf("added %v", added)
	}
}
