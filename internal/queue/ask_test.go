package queue_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"

	"github.com/perenne-audit/perenne/internal/queue"
	"github.com/perenne-audit/perenne/internal/store/postgres"
	"github.com/perenne-audit/perenne/internal/store/sqlite"
	"github.com/perenne-audit/perenne/internal/store/storetest"
)

// TestMain stops the server that the tests share.
func TestMain(m *testing.M) { os.Exit(storetest.Main(m, nil)) }

// idle is a queue that only takes orders.
var idle = queue.Config{Timeout: time.Minute, Grace: time.Second, Logger: slog.New(slog.DiscardHandler)}

func work() queue.Work {
	return queue.Work{
		Audit: func(context.Context, queue.Job) error { return nil },
		Due:   func(context.Context, time.Time) ([]queue.Job, error) { return nil, nil },
		Thin:  func(context.Context, time.Time) error { return nil },
		Host:  func(queue.Job) string { return "" },
	}
}

// A repository that waits already is not added again, and does not keep those
// beside it from being added: on PostgreSQL it once did, and whoever asked for a
// challenge twice got an error.
func TestAskAddsWhatIsNotThere(t *testing.T) {
	for name, open := range map[string]func(t *testing.T) (*queue.Queue, error){
		"sqlite": func(t *testing.T) (*queue.Queue, error) {
			s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "perenne.db"), storetest.Lookup)
			if err != nil {
				return nil, err
			}
			t.Cleanup(func() { _ = s.Close() })
			driver := riversqlite.New(s.Writer())
			if err := queue.Migrate(t.Context(), driver); err != nil {
				return nil, err
			}
			return queue.New(driver, idle, work())
		},
		"postgres": func(t *testing.T) (*queue.Queue, error) {
			s, err := postgres.Open(t.Context(), storetest.Postgres(t), storetest.Lookup)
			if err != nil {
				return nil, err
			}
			t.Cleanup(func() { _ = s.Close() })
			driver := riverpgxv5.New(s.Pool())
			if err := queue.Migrate(t.Context(), driver); err != nil {
				return nil, err
			}
			return queue.New(driver, idle, work())
		},
	} {
		t.Run(name, func(t *testing.T) {
			q, err := open(t)
			if err != nil {
				t.Fatal(err)
			}
			a, b, c := queue.Job{Challenge: "x", Repository: "a"}, queue.Job{Challenge: "x", Repository: "b"}, queue.Job{Challenge: "y", Repository: "a"}
			for _, step := range []struct {
				jobs []queue.Job
				want int
			}{
				{nil, 0}, {[]queue.Job{a, b}, 2}, {[]queue.Job{b, c}, 1}, {[]queue.Job{a, b, c}, 0},
			} {
				if n, err := q.Ask(t.Context(), step.jobs); err != nil || n != step.want {
					t.Errorf("asked for %v: %d added, want %d: %v", step.jobs, n, step.want, err)
				}
			}
			if counts, err := q.Counts(t.Context()); err != nil || counts["available"] != 3 {
				t.Errorf("counts %v, %v", counts, err)
			}
		})
	}
}
