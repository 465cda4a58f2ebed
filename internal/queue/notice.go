package queue

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// notice is a job that waits until a repository has been quiet for as long as is
// wanted, and then has it audited. Whatever is told of it meanwhile is the same
// notice: ten pushes in a minute are one audit.
type notice Job

// Kind is River's name for the job; it is stored, so it never changes.
func (notice) Kind() string { return "notice" }

// noticeAgain is how long a notice waits for an audit that runs: it may have asked
// for the newest commit before what is told of happened.
const noticeAgain = 10 * time.Second

// noticeEnds is how long River may take to note that a notice has ended. The audit
// begins after that: what is told of in between would else be taken for the notice
// that led to it, and be seen by nobody.
const noticeEnds = 2 * time.Second

// Notice has repositories audited before the scheduled ones once wait has passed,
// however often it is told of them until then. What happens to a repository while
// its audit runs is not lost: another follows. It returns how many did not wait
// already.
func (q *Queue) Notice(ctx context.Context, jobs []Job, wait time.Duration) (int, error) {
	if len(jobs) == 0 {
		return 0, nil
	}
	params := make([]river.InsertManyParams, len(jobs))
	for i, job := range jobs {
		params[i] = river.InsertManyParams{Args: notice(job), InsertOpts: &river.InsertOpts{
			// It must not wait behind a hundred audits to be put before them.
			Queue: scheduleQueue, ScheduledAt: time.Now().Add(wait), UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: unfinished},
		}}
	}
	n, err := q.insert(ctx, params)
	if err != nil {
		return 0, fmt.Errorf("queue %d notices: %w", len(jobs), err)
	}
	return n, nil
}

type noticeWorker struct {
	river.WorkerDefaults[notice]
	queue *Queue
}

// Work implements [river.Worker]. What runs is looked at first: an audit that
// begins in between asks for the newest commit after what is told of.
func (w *noticeWorker) Work(ctx context.Context, job *river.Job[notice]) error {
	runs, err := w.queue.runs(ctx, Job(job.Args))
	if err != nil {
		return err
	}
	added, err := w.queue.add(ctx, []Job{Job(job.Args)}, priorityAsked, time.Now().Add(noticeEnds))
	if err == nil && added == 0 && runs {
		return river.JobSnooze(noticeAgain)
	}
	return err
}

// runs reports whether the repository is being audited, by whichever process.
func (q *Queue) runs(ctx context.Context, job Job) (bool, error) {
	some, err := q.list(ctx, river.NewJobListParams().Kinds(Job{}.Kind()).States(rivertype.JobStateRunning).First(listAtOnce))
	if err != nil {
		return false, fmt.Errorf("list the running jobs: %w", err)
	}
	for _, row := range some.Jobs {
		var one Job
		if err := json.Unmarshal(row.EncodedArgs, &one); err != nil {
			return false, fmt.Errorf("read job %d: %w", row.ID, err)
		}
		if one == job {
			return true, nil
		}
	}
	return false, nil
}
