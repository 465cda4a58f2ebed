//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/perenne-audit/perenne/internal/queue"
	"github.com/perenne-audit/perenne/internal/store/postgres"
	"github.com/perenne-audit/perenne/internal/store/storetest"
)

const (
	// every is how often a repository is audited; the schedule looks each minute.
	every = time.Minute
	// asked is how many of the shared repositories people ask for besides; pushes
	// go to all.
	asked = 50
	// held is how long each question is held back, so that an audit lasts and many
	// are under way when the schedule looks.
	held = 500 * time.Millisecond
)

// together lets two serving and four working processes share one PostgreSQL for
// some turns of the schedule, restarts them one after the other, and looks at
// what each repository was asked, when, and by how many.
func (s *soak) together(ctx context.Context) error {
	s.line("\n#### Two processes that serve and four that work\n")
	server, err := storetest.StartServer()
	if err != nil {
		return err
	}
	defer server.End()
	url, err := server.MakeDatabase(ctx)
	if err != nil {
		return err
	}
	p, err := s.place("together", url)
	if err != nil {
		return err
	}
	p = p.with("PERENNE_QUEUE_EVERY="+every.String(), "PERENNE_QUEUE_WORKERS=2", "PERENNE_QUEUE_PER_HOST=0")
	f, err := newForge(filepath.Join(s.dir, "together-forge"), bases, small)
	if err != nil {
		return err
	}
	defer f.server.Close()
	f.slow.Store(int64(held))
	file := filepath.Join(s.dir, "together.yaml")
	if err := writePortfolio(file, s.shared, f.url); err != nil {
		return err
	}
	t := &team{soak: s, place: p, forge: f, file: file}
	defer t.kill()
	if err := t.run(ctx); err != nil {
		return err
	}
	return t.judge(ctx)
}

// team is the six processes.
type team struct {
	*soak
	place   place
	forge   *forge
	file    string
	running []*process
	began   time.Time
	ended   time.Time
	// counted is how many audits the processes that ended had counted.
	counted  int
	restarts int
}

// kinds are the arguments of the six.
func (t *team) kinds() [][]string {
	serve, work := []string{"serve", "--portfolio", t.file}, []string{"work", "--portfolio", t.file, "--listen", "127.0.0.1:0"}
	return [][]string{serve, serve, work, work, work, work}
}

func (t *team) kill() {
	for _, c := range t.running {
		c.kill()
	}
}

func (t *team) run(ctx context.Context) error {
	t.began = time.Now()
	for _, args := range t.kinds() {
		c, err := t.started(ctx, t.place, args...)
		if err != nil {
			return err
		}
		t.running = append(t.running, c)
	}
	if err := t.live(ctx, time.Duration(t.turns)*every); err != nil {
		return err
	}
	for i, args := range t.kinds() {
		t.note("restarting process %d", i+1)
		if err := t.end(i); err != nil {
			return err
		}
		c, err := t.started(ctx, t.place, args...)
		if err != nil {
			return err
		}
		t.running[i] = c
		t.restarts++
		if err := t.live(ctx, 5*time.Second); err != nil {
			return err
		}
	}
	if err := t.live(ctx, time.Duration(t.turns)*every); err != nil {
		return err
	}
	t.forge.slow.Store(0)
	// What waits is finished.
	_, err := until(ctx, "the queue to be empty", time.Minute, func() (bool, error) {
		_, body, err := t.running[0].get("/metrics")
		waiting := number(body, `perenne_queue_jobs{state="available"}`) + number(body, `perenne_queue_jobs{state="running"}`)
		return waiting == 0 && err == nil, err
	})
	t.ended = time.Now()
	for i := range t.running {
		err = errors.Join(err, t.end(i))
	}
	return err
}

// end stops one process and keeps what it counted.
func (t *team) end(i int) error {
	c := t.running[i]
	_, body, err := c.get("/metrics")
	if err != nil {
		return err
	}
	t.counted += audits(body)
	if code := c.stop(); code != 0 {
		t.fault("process %d ended with exit code %d", i+1, code)
	}
	return nil
}

// audits are those that were made, in the text of a process's metrics. The last
// ones of a process that is being stopped may be missing.
func audits(body string) int {
	return number(body, `perenne_audits_total{outcome="succeeded"}`) + number(body, `perenne_audits_total{outcome="unchanged"}`)
}

// number is one of a text of metrics, 0 when it is not there.
func number(body, name string) int {
	_, rest, _ := strings.Cut("\n"+body, "\n"+name+" ")
	var n float64
	_, _ = fmt.Sscan(rest, &n) // nothing there is 0
	return int(n)
}

// live lets time pass in which commits are pushed and both serving processes are
// asked for the same audits at the same moment.
func (t *team) live(ctx context.Context, d time.Duration) error {
	for deadline := time.Now().Add(d); time.Now().Before(deadline); {
		if err := t.forge.push(rand.IntN(bases)); err != nil {
			return err
		}
		id := challenge(rand.IntN(asked))
		added, failed := make([]int, 2), make([]error, 2)
		var group sync.WaitGroup
		for i := range added {
			group.Go(func() { added[i], failed[i] = t.running[i].queued(id) })
		}
		group.Wait()
		if err := errors.Join(failed...); err != nil {
			return err
		}
		if added[0]+added[1] > 5 {
			t.fault("challenge %s has 5 repositories, and two who asked at once added %d and %d", id, added[0], added[1])
		}
		if err := sleep(ctx, 1500*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// made is one job of the queue.
type made struct {
	queue.Job
	id                 int64
	kind, state        string
	priority, attempt  int
	created, scheduled time.Time
	attempted, finish  time.Time
}

func (t *team) judge(ctx context.Context) error {
	db, err := t.place.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	jobs, err := jobsIn(ctx, db.(*postgres.Store))
	if err != nil {
		return err
	}
	summaries, err := db.Summaries(ctx, "")
	if err != nil {
		return err
	}
	for _, one := range summaries {
		if one.Failure != "" {
			t.fault("%s: %s", one.Repository, one.Failure)
		}
	}
	if len(summaries) != t.shared {
		t.fault("%d repositories were audited, of %d", len(summaries), t.shared)
	}
	t.judgeSchedule(jobs)
	overlaps := t.judgeOverlaps(jobs)
	twice, longest := t.judgeTurns(jobs)
	t.judgeQuestions(jobs)
	took := t.ended.Sub(t.began)
	t.line("%d repositories, each due every %s, for %s; commits pushed and audits asked for all the while, by two at the same moment; each process restarted once.\n",
		t.shared, every, took.Round(time.Second))
	t.line("- %d audits; jobs of one repository under way at the same time: %d; repositories that only the schedule asked for and that were audited twice in a turn: %d times; longest time without an audit: %s.",
		t.counted, overlaps, twice, longest.Round(time.Second))
	return nil
}

// judgeSchedule sees that the schedule fired once a minute, and once more when a
// new leader began.
func (t *team) judgeSchedule(jobs []made) {
	fired := slices.DeleteFunc(slices.Clone(jobs), func(j made) bool { return j.kind != "schedule" })
	minutes := int(time.Since(t.began) / time.Minute)
	if n := len(fired); n < minutes-1 || n > minutes+2+t.restarts {
		t.fault("the schedule fired %d times in %d minutes", n, minutes)
	}
	close := 0
	for i := 1; i < len(fired); i++ {
		if fired[i].scheduled.Sub(fired[i-1].scheduled) < 55*time.Second {
			close++
		}
	}
	if close > t.restarts {
		t.fault("the schedule fired %d times less than a minute after the time before, with %d restarts", close, t.restarts)
	}
	t.line("The schedule fired %d times in %d minutes, %d of them because another process took over.\n", len(fired), minutes, close)
}

// judgeOverlaps counts jobs of one repository that ran at the same time.
func (t *team) judgeOverlaps(jobs []made) int {
	last := map[queue.Job]made{}
	overlaps := 0
	for _, j := range jobs {
		if j.kind != "audit" {
			continue
		}
		if j.state != "completed" || j.attempt > 1 {
			t.fault("job %d of %s: %s after %d attempts", j.id, j.Repository, j.state, j.attempt)
		}
		if before, ok := last[j.Job]; ok && j.attempted.Before(before.finish) {
			overlaps++
			t.fault("%s was audited twice at a time: jobs %d and %d", j.Repository, before.id, j.id)
		}
		last[j.Job] = j
	}
	return overlaps
}

// judgeTurns looks at when each repository was audited that nobody but the
// schedule asked for.
func (t *team) judgeTurns(jobs []made) (twice int, longest time.Duration) {
	before := map[queue.Job]time.Time{}
	for n := asked; n < t.shared; n++ {
		before[queue.Job{Challenge: challenge(n), Repository: t.forge.url(n)}] = t.began
	}
	for _, j := range jobs {
		last, ours := before[j.Job]
		if !ours || j.kind != "audit" {
			continue
		}
		if !last.Equal(t.began) && !queue.Due(j.Job, every, last, j.created) {
			twice++
			t.fault("%s was audited at %s, and asked for again at %s, in one turn", j.Repository, last.Format(time.TimeOnly), j.created.Format(time.TimeOnly))
		}
		longest = max(longest, j.attempted.Sub(last))
		before[j.Job] = j.attempted
	}
	for _, last := range before {
		longest = max(longest, t.ended.Sub(last))
	}
	if longest > 3*every {
		t.fault("a repository waited %s for its turn of %s", longest, every)
	}
	return twice, longest
}

// judgeQuestions holds what the forge was asked against the jobs: each asked it,
// and nobody else did.
func (t *team) judgeQuestions(jobs []made) {
	t.forge.mu.Lock()
	defer t.forge.mu.Unlock()
	const clocks = 50 * time.Millisecond
	byName := map[string][]made{}
	for _, j := range jobs {
		byName[j.Repository] = append(byName[j.Repository], j)
	}
	for n := range t.shared {
		answered := map[int64]bool{}
		for _, at := range t.forge.questions[n] {
			i := slices.IndexFunc(byName[t.forge.url(n)], func(j made) bool {
				return j.attempted.Add(-clocks).Before(at) && j.finish.Add(clocks).After(at)
			})
			if i < 0 {
				t.fault("%s was asked at %s, by no job", t.forge.url(n), at.Format(time.TimeOnly))
				continue
			}
			answered[byName[t.forge.url(n)][i].id] = true
		}
		if missing := len(byName[t.forge.url(n)]) - len(answered); missing > 0 {
			t.fault("%s was not asked by %d of its jobs", t.forge.url(n), missing)
		}
	}
}

func jobsIn(ctx context.Context, db *postgres.Store) ([]made, error) {
	rows, err := db.Pool().Query(ctx, `
		SELECT id, kind, state::text, priority, attempt, args, created_at, scheduled_at, coalesce(attempted_at, scheduled_at), coalesce(finalized_at, now())
		FROM river_job ORDER BY coalesce(attempted_at, scheduled_at)`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []made
	for rows.Next() {
		var j made
		var args []byte
		if err := rows.Scan(&j.id, &j.kind, &j.state, &j.priority, &j.attempt, &args, &j.created, &j.scheduled, &j.attempted, &j.finish); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(args, &j.Job); err != nil {
			return nil, err
		}
		all = append(all, j)
	}
	return all, rows.Err()
}
