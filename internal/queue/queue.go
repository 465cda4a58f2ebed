// Package queue decides when each repository is audited and makes sure that it
// happens once, on one machine or many. The jobs lie in the same database as the
// audits, in River's tables.
package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"
	"riverqueue.com/riverui"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Job names the repository to audit.
type Job struct {
	Challenge  string `json:"challenge"`
	Repository string `json:"repository"`
}

// Kind is River's name for the job; it is stored, so it never changes.
func (Job) Kind() string { return "audit" }

// ErrNotKept: the audit was made and the database did not take it.
var ErrNotKept = errors.New("the audit was not kept")

// Work is what the queue calls. All of it may be called concurrently, and on
// several machines at a time.
type Work struct {
	// Audit audits one repository and keeps the result. It may be called twice
	// for the same repository, and must then keep one result. What its error
	// means decides what follows: [audit.ErrRateLimited] waits until the limit is
	// lifted, [audit.ErrUnreachable], [audit.ErrDamaged] and [ErrNotKept] are tried
	// again with growing pauses, anything else waits for the next turn.
	Audit func(context.Context, Job) error
	// Due lists the repositories whose turn has come.
	Due func(ctx context.Context, now time.Time) ([]Job, error)
	// Searches lists the searches of the portfolio whose turn has come, and Find does
	// one: what its error means is as for Audit. Both may be nil.
	Searches func(ctx context.Context, now time.Time) ([]string, error)
	Find     func(ctx context.Context, search string) error
	// Thin applies the retention.
	Thin func(ctx context.Context, now time.Time) error
	// Unpublished lists the challenges about which there is something to write where
	// teams work, and Publish writes it. What Publish's error means decides what
	// follows, as for Audit. Both may be nil: then nothing is written.
	Unpublished func(ctx context.Context, now time.Time) ([]Publication, error)
	Publish     func(context.Context, Publication) error
	// Processes knows which processes live; nil leaves what a dead one was at work on
	// until the longest job would have ended.
	Processes Processes
	// Host names the host of a job's repository, "" for a folder.
	Host func(Job) string
}

// Config says how much is done at a time.
type Config struct {
	// Workers is how many repositories this process audits side by side; 0 means
	// none: it only takes orders.
	Workers int
	// PerHost is how many of them may be on the same host.
	PerHost int
	// Timeout is how long one job may take. A job whose process died is taken up
	// by another within a minute, however long that is.
	Timeout time.Duration
	// Grace is how long running jobs may go on after Stop.
	Grace  time.Duration
	Logger *slog.Logger
}

// Rest of the timing. A dead leader is replaced within a quarter of a minute.
const (
	scheduleEvery = time.Minute
	thinEvery     = 24 * time.Hour
	rescueMargin  = 10 * time.Second
	maxAttempts   = 5
	// hostBusy is how long a job waits when its host has enough of us.
	hostBusy = 2 * time.Second
	// limited is the wait when a host does not say how long.
	limited = 5 * time.Minute
	// fetchPause is between two questions for more work. River's own tenth of a
	// second would hold a worker up longer than an unchanged repository takes.
	fetchPause = time.Millisecond
	// orders go before the schedule.
	priorityAsked, priorityScheduled = 1, 3
)

// Queue is the running queue, whatever the database below it.
type Queue struct {
	insert func(context.Context, []river.InsertManyParams) (int, error)
	list   func(context.Context, *river.JobListParams) (*river.JobListResult, error)
	start  func(context.Context) error
	stop   func(context.Context) error
	count  func(context.Context) (map[rivertype.JobState]int, error)
	// putBack lets jobs be taken up by another process.
	putBack func(context.Context, *riverdriver.JobRescueManyParams) error
	// id names this process, processes knows the others, and quiet ends its saying
	// that it lives.
	id        string
	processes Processes
	quiet     context.CancelFunc
	ui        func(prefix string) (handler, error)
	c         Config
}

// handler is riverui's, which has to be started before it serves.
type handler interface {
	http.Handler
	Start(context.Context) error
}

// migrations bounds how often a migration that failed is tried again: another
// process that started at the same time may have been doing the same one, and
// River takes no lock.
const migrations = 10

// Migrate brings River's tables to the version this program needs. Several
// processes may do so at once.
func Migrate[TTx any](ctx context.Context, driver riverdriver.Driver[TTx]) error {
	m, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("migrate the queue: %w", err)
	}
	for try := range migrations {
		if _, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("migrate the queue: %w", err)
		case <-time.After(time.Duration(try) * 50 * time.Millisecond):
		}
	}
	return fmt.Errorf("migrate the queue: %w", err)
}

// New prepares a queue on a database whose tables are there; see [Migrate].
func New[TTx any](driver riverdriver.Driver[TTx], c Config, w Work) (*Queue, error) {
	workers := river.NewWorkers()
	hosts := newHosts(c.PerHost)
	q := &Queue{c: c, id: processID(), processes: w.Processes, quiet: func() {}}
	plan := planner{due: w.Due, queue: q}
	if err := errors.Join(
		river.AddWorkerSafely(workers, &auditWorker{work: w, hosts: hosts, timeout: c.Timeout}),
		river.AddWorkerSafely(workers, &scheduleWorker{searches: w.Searches, unpublished: w.Unpublished, planner: plan}),
		river.AddWorkerSafely(workers, &findWorker{work: w, plan: plan.plan, timeout: c.Timeout}),
		river.AddWorkerSafely(workers, &publishWorker{publish: w.Publish}),
		river.AddWorkerSafely(workers, &thinWorker{thin: w.Thin}),
		river.AddWorkerSafely(workers, &noticeWorker{queue: q}),
	); err != nil {
		return nil, fmt.Errorf("prepare the queue: %w", err)
	}
	client, err := river.NewClient(driver, settings(c, workers, q.id))
	if err != nil {
		return nil, fmt.Errorf("prepare the queue: %w", err)
	}
	// The fast way, InsertManyFast, adds nothing at all on PostgreSQL when one of
	// the jobs is there already.
	q.insert = func(ctx context.Context, params []river.InsertManyParams) (int, error) {
		inserted, err := client.InsertMany(ctx, params)
		added := 0
		for _, one := range inserted {
			if !one.UniqueSkippedAsDuplicate {
				added++
			}
		}
		return added, err
	}
	q.list = client.JobList
	q.start = client.Start
	q.stop = client.Stop
	q.count = func(ctx context.Context) (map[rivertype.JobState]int, error) {
		return driver.GetExecutor().JobCountByAllStates(ctx, &riverdriver.JobCountByAllStatesParams{})
	}
	q.putBack = func(ctx context.Context, lost *riverdriver.JobRescueManyParams) error {
		_, err := driver.GetExecutor().JobRescueMany(ctx, lost)
		return err
	}
	q.ui = func(prefix string) (handler, error) {
		return riverui.NewHandler(&riverui.HandlerOpts{
			Endpoints: riverui.NewEndpoints(client, nil), Logger: c.Logger, Prefix: prefix,
		})
	}
	return q, nil
}

// settings sets every limit whose default does not fit: River's own time-out is
// one minute and its rescue one hour.
func settings(c Config, workers *river.Workers, id string) *river.Config {
	s := &river.Config{
		ID:     id,
		Logger: c.Logger, Workers: workers, JobTimeout: c.Timeout, MaxAttempts: maxAttempts,
		RescueStuckJobsAfter: c.Timeout + rescueMargin, SoftStopTimeout: c.Grace, FetchCooldown: fetchPause,
	}
	if c.Workers == 0 {
		return s
	}
	s.Queues = map[string]river.QueueConfig{
		river.QueueDefault: {MaxWorkers: c.Workers},
		// The schedule must not wait behind a hundred audits.
		scheduleQueue: {MaxWorkers: 1},
		publishQueue:  {MaxWorkers: 1},
	}
	s.PeriodicJobs = []*river.PeriodicJob{
		river.NewPeriodicJob(river.PeriodicInterval(scheduleEvery), func() (river.JobArgs, *river.InsertOpts) {
			return schedule{}, onceAtATime()
		}, &river.PeriodicJobOpts{ID: "schedule", RunOnStart: true}),
		river.NewPeriodicJob(river.PeriodicInterval(thinEvery), func() (river.JobArgs, *river.InsertOpts) {
			return thin{}, onceAtATime()
		}, &river.PeriodicJobOpts{ID: "thin", RunOnStart: true}),
	}
	return s
}

// unfinished are the states in which a second job of the same kind would be one
// too many.
var unfinished = []rivertype.JobState{
	rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable,
	rivertype.JobStateRunning, rivertype.JobStateScheduled,
}

func onceAtATime() *river.InsertOpts {
	return &river.InsertOpts{Queue: scheduleQueue, UniqueOpts: river.UniqueOpts{ByState: unfinished, ByQueue: true}}
}

// Start begins to work, when the configuration has workers. It returns at once.
func (q *Queue) Start(ctx context.Context) error {
	if q.c.Workers == 0 {
		return nil
	}
	if q.processes != nil {
		// Before the first job: who works without having said so would seem dead.
		if err := q.processes.Beat(ctx, q.id); err != nil {
			return fmt.Errorf("start the queue: %w", err)
		}
		living, quiet := context.WithCancel(context.WithoutCancel(ctx))
		q.quiet = quiet
		go q.live(living, q.processes)
	}
	if err := q.start(ctx); err != nil {
		q.quiet()
		return fmt.Errorf("start the queue: %w", err)
	}
	return nil
}

// Stop takes no more jobs and waits for those that run, up to the grace period.
// What is cut off then goes on in another process, or at the next start.
func (q *Queue) Stop(ctx context.Context) error {
	if q.c.Workers == 0 {
		return nil
	}
	defer q.quiet()
	if err := q.stop(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("stop the queue: %w", err)
	}
	return nil
}

// Ask puts repositories before the scheduled ones. One that waits or runs already
// is not added again. It returns how many were added.
func (q *Queue) Ask(ctx context.Context, jobs []Job) (int, error) {
	return q.add(ctx, jobs, priorityAsked, time.Time{})
}

// add queues jobs to be done from a time on, zero for at once.
func (q *Queue) add(ctx context.Context, jobs []Job, priority int, from time.Time) (int, error) {
	if len(jobs) == 0 {
		return 0, nil
	}
	params := make([]river.InsertManyParams, len(jobs))
	for i, job := range jobs {
		params[i] = river.InsertManyParams{Args: job, InsertOpts: &river.InsertOpts{
			Priority: priority, ScheduledAt: from, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: unfinished},
		}}
	}
	n, err := q.insert(ctx, params)
	if err != nil {
		return 0, fmt.Errorf("queue %d repositories: %w", len(jobs), err)
	}
	return n, nil
}

// listAtOnce bounds one statement.
const listAtOnce = 5000

// unfinished returns the repositories that wait or run.
func (q *Queue) unfinished(ctx context.Context) (map[Job]bool, error) {
	all := map[Job]bool{}
	asked := river.NewJobListParams().Kinds(Job{}.Kind()).States(unfinished...).First(listAtOnce)
	for {
		some, err := q.list(ctx, asked)
		if err != nil {
			return nil, fmt.Errorf("list the jobs: %w", err)
		}
		for _, row := range some.Jobs {
			var job Job
			if err := json.Unmarshal(row.EncodedArgs, &job); err != nil {
				return nil, fmt.Errorf("read job %d: %w", row.ID, err)
			}
			all[job] = true
		}
		if len(some.Jobs) < listAtOnce {
			return all, nil
		}
		asked = asked.After(some.LastCursor)
	}
}

// Counts returns how many jobs are in which of River's states.
func (q *Queue) Counts(ctx context.Context) (map[string]int, error) {
	states, err := q.count(ctx)
	if err != nil {
		return nil, fmt.Errorf("count the jobs: %w", err)
	}
	counts := make(map[string]int, len(states))
	for state, n := range states {
		counts[string(state)] = n
	}
	return counts, nil
}

// Admin returns River's own pages on the queue, to be served below prefix behind
// an authentication: they have none. The context ends their background work.
func (q *Queue) Admin(ctx context.Context, prefix string) (http.Handler, error) {
	h, err := q.ui(prefix)
	if err == nil {
		err = h.Start(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("prepare the pages on the queue: %w", err)
	}
	return h, nil
}

// outcome turns an audit's error into what River does next.
func outcome(ctx context.Context, err error) error {
	var wait interface{ RetryAfter() time.Duration }
	switch {
	case err == nil:
		return nil
	case errors.Is(err, audit.ErrRateLimited) && errors.As(err, &wait):
		return river.JobSnooze(max(wait.RetryAfter(), time.Second))
	case errors.Is(err, audit.ErrRateLimited):
		return river.JobSnooze(limited)
	case errors.Is(ctx.Err(), context.Canceled):
		// The process is stopping: another one, or the next start, goes on.
		return river.JobSnooze(0)
	case errors.Is(err, ErrNotKept):
		// Whatever the database says it means, it is not about the repository.
		return err
	case errors.Is(err, audit.ErrUnreachable), errors.Is(err, audit.ErrDamaged), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return river.JobCancel(err)
}
