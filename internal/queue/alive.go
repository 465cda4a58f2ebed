package queue

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"
)

// Processes knows which processes live, by the database's clock.
type Processes interface {
	// Beat notes that a process lives.
	Beat(ctx context.Context, process string) error
	// Alive lists those that said so within a time.
	Alive(ctx context.Context, within time.Duration) ([]string, error)
}

const (
	// beatEvery is how often a process says that it lives; one that has not for
	// deadAfter is taken for dead.
	beatEvery = 10 * time.Second
	deadAfter = 4 * beatEvery
)

// processID is a name that no other process has had.
func processID() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%.60s-%d-%s", host, os.Getpid(), rand.Text())
}

// live says until the context ends that this process lives, and puts back what
// those who died were at work on. River's own way of finding that out has to wait
// for as long as the longest job may take.
func (q *Queue) live(ctx context.Context, processes Processes) {
	ticker := time.NewTicker(beatEvery)
	defer ticker.Stop()
	var since time.Time // of when this process has said so each time
	for {
		switch now := time.Now(); {
		case processes.Beat(ctx, q.id) != nil:
			since = time.Time{}
		case since.IsZero():
			since = now
		case now.Sub(since) > deadAfter:
			// When the database was away, the others were silent too: they have had time
			// to speak up again.
			if err := q.rescue(ctx, processes); err != nil && ctx.Err() == nil {
				q.c.Logger.Warn("jobs of processes that died were not put back", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// rescue puts back the jobs that run in a process which is dead.
func (q *Queue) rescue(ctx context.Context, processes Processes) error {
	alive, err := processes.Alive(ctx, deadAfter)
	if err != nil {
		return err
	}
	running, err := q.list(ctx, river.NewJobListParams().States(rivertype.JobStateRunning).First(listAtOnce))
	if err != nil {
		return fmt.Errorf("list what runs: %w", err)
	}
	now := time.Now().UTC()
	var lost riverdriver.JobRescueManyParams
	for _, job := range running.Jobs {
		if n := len(job.AttemptedBy); n == 0 || job.AttemptedAt == nil || slices.Contains(alive, job.AttemptedBy[n-1]) {
			continue
		}
		why, err := json.Marshal(rivertype.AttemptError{At: now, Attempt: max(job.Attempt, 0), Error: "the process that did this is gone"})
		if err != nil {
			return err
		}
		lost.ID, lost.Error = append(lost.ID, job.ID), append(lost.Error, why)
		lost.FinalizedAt, lost.ScheduledAt = append(lost.FinalizedAt, nil), append(lost.ScheduledAt, now)
		lost.State = append(lost.State, string(rivertype.JobStateAvailable))
		// Whatever began later began again, elsewhere.
		if began := job.AttemptedAt.Add(time.Millisecond); began.After(lost.StuckHorizon) {
			lost.StuckHorizon = began
		}
	}
	if len(lost.ID) == 0 {
		return nil
	}
	if err := q.putBack(ctx, &lost); err != nil {
		return fmt.Errorf("put back %d jobs: %w", len(lost.ID), err)
	}
	q.c.Logger.Warn("jobs of processes that died were put back", "jobs", len(lost.ID))
	return nil
}
