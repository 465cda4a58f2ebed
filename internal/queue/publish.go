package queue

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"
)

// Publication names a challenge about which something is to be written where its team
// works.
type Publication struct {
	Challenge string `json:"challenge"`
}

// Kind is River's name for the job; it is stored, so it never changes.
func (Publication) Kind() string { return "publish" }

// publishQueue holds them: one at a time in each process, so that forges are not
// written to in bursts and audits do not wait for them.
const publishQueue = "publish"

// publishTimeout is how long one challenge may take, all its repositories together.
const publishTimeout = 5 * time.Minute

type publishWorker struct {
	river.WorkerDefaults[Publication]
	publish func(context.Context, Publication) error
}

// Work implements [river.Worker].
func (w *publishWorker) Work(ctx context.Context, job *river.Job[Publication]) error {
	if w.publish == nil {
		return nil
	}
	return outcome(ctx, w.publish(ctx, job.Args))
}

// Timeout implements [river.Worker].
func (w *publishWorker) Timeout(*river.Job[Publication]) time.Duration { return publishTimeout }

// announce adds publications; one that waits or runs already is not added again.
func (q *Queue) announce(ctx context.Context, publications []Publication) error {
	for len(publications) > 0 {
		some := publications[:min(len(publications), insertBatch)]
		publications = publications[len(some):]
		params := make([]river.InsertManyParams, len(some))
		for i, one := range some {
			params[i] = river.InsertManyParams{Args: one, InsertOpts: &river.InsertOpts{
				Queue: publishQueue, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: unfinished},
			}}
		}
		if _, err := q.insert(ctx, params); err != nil {
			return fmt.Errorf("queue %d publications: %w", len(some), err)
		}
	}
	return nil
}
