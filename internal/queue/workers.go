package queue

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/riverqueue/river"
)

// auditWorker audits one repository.
type auditWorker struct {
	river.WorkerDefaults[Job]
	work    Work
	hosts   *hosts
	timeout time.Duration
}

// Work implements [river.Worker].
func (w *auditWorker) Work(ctx context.Context, job *river.Job[Job]) error {
	host := w.work.Host(job.Args)
	if !w.hosts.enter(host) {
		return river.JobSnooze(hostBusy)
	}
	defer w.hosts.leave(host)
	return outcome(ctx, w.work.Audit(ctx, job.Args))
}

// Timeout implements [river.Worker].
func (w *auditWorker) Timeout(*river.Job[Job]) time.Duration { return w.timeout }

// hosts counts the jobs that are on each host.
type hosts struct {
	mu   sync.Mutex
	most int
	on   map[string]int
}

func newHosts(most int) *hosts { return &hosts{most: most, on: map[string]int{}} }

// enter reports whether one more job may go to the host. Folders, whose host is
// "", and a limit of 0 are never held up.
func (h *hosts) enter(host string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if host != "" && h.most > 0 && h.on[host] >= h.most {
		return false
	}
	h.on[host]++
	return true
}

func (h *hosts) leave(host string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.on[host]--; h.on[host] == 0 {
		delete(h.on, host)
	}
}

const scheduleQueue = "schedule"

// schedule is the job that looks whose turn it is. The leader adds one a minute.
type schedule struct{}

// Kind is River's name for the job.
func (schedule) Kind() string { return "schedule" }

type scheduleWorker struct {
	river.WorkerDefaults[schedule]
	searches    func(context.Context, time.Time) ([]string, error)
	unpublished func(context.Context, time.Time) ([]Publication, error)
	planner
}

// planner queues the repositories whose turn has come.
type planner struct {
	due   func(context.Context, time.Time) ([]Job, error)
	queue *Queue
}

// insertBatch bounds one statement.
const insertBatch = 1000

// Work implements [river.Worker].
func (w *scheduleWorker) Work(ctx context.Context, job *river.Job[schedule]) error {
	if w.searches != nil {
		searches, err := w.searches(ctx, job.ScheduledAt)
		if err != nil {
			return err
		}
		if err := w.queue.search(ctx, searches); err != nil {
			return err
		}
	}
	if err := w.plan(ctx, job.ScheduledAt); err != nil || w.unpublished == nil {
		return err
	}
	publications, err := w.unpublished(ctx, job.ScheduledAt)
	if err != nil {
		return err
	}
	return w.queue.announce(ctx, publications)
}

// plan queues what is due. What waits or runs is left out, and is looked at before
// what is due: a repository whose audit ends in between still looks due, and would
// be audited twice. One that had ended before had been kept, and does not look so.
func (w planner) plan(ctx context.Context, now time.Time) error {
	busy, err := w.queue.unfinished(ctx)
	if err != nil {
		return err
	}
	jobs, err := w.due(ctx, now)
	if err != nil {
		return err
	}
	jobs = slices.DeleteFunc(jobs, func(one Job) bool { return busy[one] })
	for len(jobs) > 0 {
		n := min(len(jobs), insertBatch)
		if _, err := w.queue.add(ctx, jobs[:n], priorityScheduled, time.Time{}); err != nil {
			return err
		}
		jobs = jobs[n:]
	}
	return nil
}

// thin is the job that applies the retention, once a day.
type thin struct{}

// Kind is River's name for the job.
func (thin) Kind() string { return "thin" }

type thinWorker struct {
	river.WorkerDefaults[thin]
	thin func(context.Context, time.Time) error
}

// Work implements [river.Worker].
func (w *thinWorker) Work(ctx context.Context, job *river.Job[thin]) error {
	return w.thin(ctx, job.ScheduledAt)
}
