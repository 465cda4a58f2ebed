package queue

import (
	"context"
	"sync/atomic"
	"testing"
	"time"
)

// Ten pushes are one audit; what is pushed while a repository is being audited is
// audited too.
func TestNotice(t *testing.T) {
	var audits atomic.Int32
	var began, release chan struct{}
	work := func(p Processes) Work {
		audits.Store(0)
		began, release = make(chan struct{}, 10), make(chan struct{}, 10)
		return Work{
			Audit: func(context.Context, Job) error { audits.Add(1); began <- struct{}{}; <-release; return nil },
			Due:   func(context.Context, time.Time) ([]Job, error) { return nil, nil },
			Thin:  func(context.Context, time.Time) error { return nil },
			Host:  func(Job) string { return "" }, Processes: p,
		}
	}
	onBothWith(t, Config{Workers: 2}, work, func(t *testing.T, q *Queue, _ Processes) {
		ctx, job := t.Context(), Job{"c", "r"}
		told := 0
		for range 10 {
			n, err := q.Notice(ctx, []Job{job}, time.Second)
			if err != nil {
				t.Fatal(err)
			}
			told += n
		}
		if told != 1 {
			t.Errorf("%d notices of ten pushes", told)
		}
		if n, err := q.Notice(ctx, nil, 0); n != 0 || err != nil {
			t.Errorf("of nothing: %d %v", n, err)
		}
		if err := q.Start(context.WithoutCancel(ctx)); err != nil {
			t.Fatal(err)
		}
		<-began
		// The audit runs, and has asked for the newest commit: this push is newer.
		if n, err := q.Notice(ctx, []Job{job}, 0); n != 1 || err != nil {
			t.Errorf("while it is audited: %d %v", n, err)
		}
		wait(t, "the notice to wait for the audit", func() bool {
			counts, err := q.Counts(ctx)
			return err == nil && counts["scheduled"] == 1 && counts["running"] == 1
		})
		release <- struct{}{}
		<-began
		release <- struct{}{}
		wait(t, "all to end", func() bool {
			counts, err := q.Counts(ctx)
			return err == nil && counts["scheduled"]+counts["running"]+counts["available"] == 0
		})
		if n := audits.Load(); n != 2 {
			t.Errorf("%d audits", n)
		}
		if err := q.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
}
