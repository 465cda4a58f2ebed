package queue

import (
	"context"
	"time"

	"github.com/riverqueue/river"
)

// find is the job that asks a forge what it lists for a search.
type find struct {
	Search string `json:"search"`
}

// Kind is River's name for the job; it is stored, so it never changes.
func (find) Kind() string { return "find" }

type findWorker struct {
	river.WorkerDefaults[find]
	work    Work
	plan    func(context.Context, time.Time) error
	timeout time.Duration
}

// Work implements [river.Worker]. What was found is queued at once: it is due.
func (w *findWorker) Work(ctx context.Context, job *river.Job[find]) error {
	if w.work.Find == nil {
		return nil
	}
	if err := outcome(ctx, w.work.Find(ctx, job.Args.Search)); err != nil {
		return err
	}
	return w.plan(ctx, time.Now())
}

// Timeout implements [river.Worker].
func (w *findWorker) Timeout(*river.Job[find]) time.Duration { return w.timeout }

// search queues the searches whose turn has come, before the audits: there may be
// thousands of them.
func (q *Queue) search(ctx context.Context, searches []string) error {
	if len(searches) == 0 {
		return nil
	}
	params := make([]river.InsertManyParams, len(searches))
	for i, search := range searches {
		params[i] = river.InsertManyParams{Args: find{search}, InsertOpts: &river.InsertOpts{
			Priority: priorityAsked, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: unfinished},
		}}
	}
	_, err := q.insert(ctx, params)
	return err
}
