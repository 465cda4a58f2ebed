package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/evidence"
	"github.com/perenne-audit/perenne/internal/handover"
	"github.com/perenne-audit/perenne/internal/queue"
	"github.com/perenne-audit/perenne/internal/store"
)

// Keeper audits the repositories of a portfolio and keeps the results.
type Keeper struct {
	// Portfolio returns the portfolio in force.
	Portfolio func() *audit.Portfolio
	// Look looks whether another process has put a new portfolio in force; nil when
	// none can.
	Look    func(context.Context) error
	Store   store.Store
	Options Options
	// Every is how often a challenge is audited that does not say.
	Every time.Duration
	Now   func() time.Time
	// Observe is told how each audit went.
	Observe func(Account)
	Logger  *slog.Logger
}

// Account is how one audit went.
type Account struct {
	// Unchanged is true when nothing was fetched: the commit was known.
	Unchanged bool
	Err       error
	// Stages maps "acquire", "judge" and "save" to the time they took; one that
	// was not reached is absent.
	Stages        map[string]time.Duration
	ReceivedBytes int64
}

// errGone: the portfolio no longer names the repository.
var errGone = fmt.Errorf("the portfolio does not name this repository any more: %w", audit.ErrNotFound)

// find returns the challenge and the source that a job names.
func (k *Keeper) find(job queue.Job) (*audit.Challenge, audit.Source, error) {
	p := k.Portfolio()
	for i := range p.Challenges {
		if p.Challenges[i].ID != job.Challenge {
			continue
		}
		for _, source := range p.Challenges[i].Repositories {
			if source.URL == job.Repository {
				return &p.Challenges[i], source, nil
			}
		}
	}
	return nil, audit.Source{}, errGone
}

// progressDays is how far back the service counts what those who stay took over.
const progressDays = 90

// Audit does one job: see [queue.Work]. An unchanged repository costs one
// question to its server, and another day the time to judge again, from the kept
// evidence, what depends on the date. A failure is noted beside the last good
// result, which stays.
func (k *Keeper) Audit(ctx context.Context, job queue.Job) error {
	challenge, source, err := k.find(job)
	if err != nil && k.Look != nil {
		if err := k.Look(ctx); err != nil {
			return fmt.Errorf("%w: %w", queue.ErrNotKept, err)
		}
		challenge, source, err = k.find(job)
	}
	if err != nil {
		return err
	}
	o := k.Options.For(challenge, source)
	o.Acquire.TakenAt = k.Now().UTC().Truncate(time.Second)
	if o.Handover == nil {
		// Which commit changed which file costs more to fetch than all else: only for
		// those of whom somebody leaves.
		question := handover.Question{People: o.People, Since: o.Acquire.TakenAt.AddDate(0, 0, -progressDays)}
		if question.Leavers() {
			o.Handover = &question
		}
	}
	o.Acquire.Needs = o.needs()
	run := &keeping{Keeper: k, key: store.Key{Challenge: job.Challenge, Repository: job.Repository}, options: o,
		target: source.URL, account: Account{Stages: map[string]time.Duration{}}}
	// What a forge does not tell now, it may tell in a while: the job comes back
	// then, instead of keeping an answer with a hole.
	asking, stop := context.WithCancelCause(ctx)
	run.forge = o.beside(asking, run.target, stop)
	err = run.audit(asking)
	if cause := context.Cause(asking); errors.Is(cause, audit.ErrRateLimited) {
		err = cause
	}
	stop(nil)
	// One that is cut off because the service stops has not failed: it goes on
	// elsewhere, or at the next start.
	if err != nil && !errors.Is(ctx.Err(), context.Canceled) {
		if noted := k.Store.Fail(context.WithoutCancel(ctx), run.key, o.Acquire.TakenAt, err.Error()); noted != nil {
			err = errors.Join(err, noted)
		}
	}
	run.account.Err = err
	k.Observe(run.account)
	return err
}

// keeping is one job under way.
type keeping struct {
	*Keeper
	key     store.Key
	target  string
	options Options
	account Account
	// forge waits for the forge's answer and puts it into a snapshot.
	forge func(*audit.Snapshot)
}

// scope names what the evidence was gathered for, beside the commit: with other
// limits there may be more of it.
func (r *keeping) scope() string {
	a := r.options.Acquire
	scope := fmt.Sprintf("%s@%s@%s@%+v", a.Folder, a.Branch, a.Needs, a.Limits)
	for _, kind := range r.options.Kinds {
		scope += "," + string(kind)
	}
	return scope
}

// timed runs one stage and notes how long it took.
func (r *keeping) timed(stage string, do func() error) error {
	start := time.Now()
	err := do()
	r.account.Stages[stage] += time.Since(start)
	return err
}

func (r *keeping) audit(ctx context.Context) error {
	if done, err := r.unchanged(ctx); done {
		r.account.Unchanged = true
		return err
	}
	var s *acquire.Snapshot
	if err := r.timed("acquire", func() (err error) {
		if s, err = acquire.Fetch(ctx, r.target, r.options.Acquire); err == nil {
			r.forge(s.Snapshot)
		}
		return err
	}); err != nil {
		return err
	}
	defer s.Close()
	r.account.ReceivedBytes = s.ReceivedBytes
	recorder := evidence.Record(s.Snapshot)
	var result *audit.Result
	if err := r.timed("judge", func() (err error) {
		result, err = r.options.judge(ctx, r.target, s.Snapshot, nil)
		return err
	}); err != nil {
		return err
	}
	if s.Interrupted {
		// The next turn asks for what did not come.
		return r.save(ctx, result, "")
	}
	if err := r.save(ctx, result, r.basis(s.Snapshot)); err != nil {
		return err
	}
	r.keep(ctx, result.Repository.Commit, recorder)
	return nil
}

// save keeps a result that follows from a basis, "" for one that is not to be
// relied upon.
func (r *keeping) save(ctx context.Context, result *audit.Result, basis string) error {
	if slices.ContainsFunc(result.Judged, passed) {
		basis = ""
	}
	return r.timed("save", func() error {
		var took time.Duration
		for _, stage := range r.account.Stages {
			took += stage
		}
		_, err := r.Store.Save(ctx, store.Audit{
			Key: r.key, Policy: result.Policy, Result: result, Took: took, SeenAt: result.TakenAt, Basis: basis,
		})
		return notKept(err)
	})
}

// notKept says that it was the database which failed; nil for nil.
func notKept(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", queue.ErrNotKept, err)
}

// keep stores the evidence. Without it nothing is lost but the time to fetch
// again.
func (r *keeping) keep(ctx context.Context, commit string, recorder *evidence.Recorder) {
	content, err := recorder.Bytes()
	if err == nil {
		err = r.Store.KeepEvidence(ctx, r.key, commit, r.scope(), content)
	}
	if err != nil && !errors.Is(err, audit.ErrTooLarge) {
		r.Logger.Warn("evidence was not kept", "challenge", r.key.Challenge, "error", err)
	}
}

// Due lists the repositories whose turn has come: see [queue.Work].
func (k *Keeper) Due(ctx context.Context, now time.Time) ([]queue.Job, error) {
	summaries, err := k.Store.Summaries(ctx, "")
	if err != nil {
		return nil, err
	}
	known := make(map[store.Key]*store.Summary, len(summaries))
	for i := range summaries {
		known[summaries[i].Key] = &summaries[i]
	}
	var due []queue.Job
	p := k.Portfolio()
	for i := range p.Challenges {
		c := &p.Challenges[i]
		every := c.Every
		if every <= 0 {
			every = k.Every
		}
		for _, source := range c.Repositories {
			job := queue.Job{Challenge: c.ID, Repository: source.URL}
			s := known[store.Key{Challenge: c.ID, Repository: source.URL}]
			if s == nil {
				s = &store.Summary{}
			}
			if queue.Due(job, every, s.TriedAt, now) || k.outdated(s, c, now) {
				due = append(due, job)
			}
		}
	}
	return due, nil
}

// patience is how long a repository that was just audited is left alone although
// its policy changed: two processes that do not agree on it must not audit in
// turns without end.
const patience = 10 * time.Minute

// outdated reports whether the latest audit was judged by other rules than those
// in force. Rules change at once and not with the next turn; what was kept of the
// evidence is judged again, without fetching. One that failed keeps its turn.
func (k *Keeper) outdated(s *store.Summary, c *audit.Challenge, now time.Time) bool {
	rules := c.Rules
	if rules == nil {
		rules = k.Options.Policy
	}
	return s.Audit != 0 && s.Failure == "" && s.Policy != rules.String() && now.Sub(s.TriedAt) >= patience
}

// Thin applies the retention, to those who were logged in too: see [queue.Work].
func (k *Keeper) Thin(ctx context.Context, now time.Time) error {
	n, err := k.Store.Thin(ctx, now)
	if n > 0 {
		k.Logger.Info("old audits thinned", "audits", n)
	}
	_, ended := k.Store.EndExpired(ctx, now)
	return errors.Join(err, ended)
}

// Host names the host of a job's repository: see [queue.Work].
func (k *Keeper) Host(job queue.Job) string { return acquire.HostOf(job.Repository) }
