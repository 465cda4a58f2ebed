package queue

import (
	"context"
	"testing"
	"time"
)

// wait waits for something to become true.
func wait(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("waited for " + what)
		}
	}
}

// none says that nobody lives.
type none struct{}

func (none) Beat(context.Context, string) error                     { return nil }
func (none) Alive(context.Context, time.Duration) ([]string, error) { return nil, nil }

// What a process was at work on that died is put back, long before its time is
// up; what one is at work on that lives stays where it is.
func TestRescue(t *testing.T) {
	var began, release chan struct{}
	work := func(p Processes) Work {
		began, release = make(chan struct{}, 10), make(chan struct{})
		return Work{
			Audit: func(context.Context, Job) error { began <- struct{}{}; <-release; return nil },
			Due:   func(context.Context, time.Time) ([]Job, error) { return nil, nil },
			Thin:  func(context.Context, time.Time) error { return nil },
			Host:  func(Job) string { return "" }, Processes: p,
		}
	}
	onBothWith(t, Config{Workers: 1}, work, func(t *testing.T, q *Queue, processes Processes) {
		ctx := t.Context()
		if _, err := q.Ask(ctx, []Job{{"c", "r"}}); err != nil {
			t.Fatal(err)
		}
		if err := q.Start(context.WithoutCancel(ctx)); err != nil {
			t.Fatal(err)
		}
		<-began
		running := func() int {
			counts, err := q.Counts(ctx)
			if err != nil {
				t.Fatal(err)
			}
			return counts["running"]
		}
		wait(t, "the other jobs to end", func() bool { return running() == 1 })
		if err := q.rescue(ctx, processes); err != nil || running() != 1 {
			t.Errorf("the job of a process that lives: %d running, %v", running(), err)
		}
		if err := q.rescue(ctx, none{}); err != nil {
			t.Error(err)
		}
		// It is this very process that takes it up, as soon as it has room.
		close(release)
		<-began
		if alive, err := processes.Alive(ctx, time.Minute); err != nil || len(alive) != 1 || alive[0] != q.id {
			t.Errorf("alive %v, %v", alive, err)
		}
		if err := q.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
}
