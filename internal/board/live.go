package board

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/queue"
	"github.com/perenne-audit/perenne/internal/score"
	"github.com/perenne-audit/perenne/internal/store"
)

// Live is the [Reader] over a store.
type Live struct {
	portfolio func() *audit.Portfolio
	store     store.Store
	lookup    store.Lookup
	every     time.Duration
	now       func() time.Time

	kept     atomic.Pointer[list]
	turn     sync.Mutex // held while a list is made
	renewing atomic.Bool
	// known is what the store last said, for who holds the turn.
	known summaries
}

// NewLive returns a reader. Lookup finds a check by id; every is how often a
// challenge is audited that does not say.
func NewLive(portfolio func() *audit.Portfolio, s store.Store, lookup store.Lookup, every time.Duration, now func() time.Time) *Live {
	return &Live{portfolio: portfolio, store: s, lookup: lookup, every: every, now: now}
}

// Portfolio implements [Reader].
func (l *Live) Portfolio() *audit.Portfolio { return l.portfolio() }

// Ready implements [Reader].
func (l *Live) Ready(ctx context.Context) error { return l.store.Ping(ctx) }

// Changes implements [Reader].
func (l *Live) Changes(ctx context.Context, challenge string, limit int) ([]store.Change, error) {
	return l.store.Changes(ctx, challenge, time.Time{}, limit)
}

// placed returns what people decided about actions, by challenge.
func (l *Live) placed(ctx context.Context) (map[string][]audit.Placement, error) {
	all, err := l.store.Placements(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("list the challenges: %w", err)
	}
	placed := map[string][]audit.Placement{}
	for _, p := range all {
		placed[p.Challenge] = append(placed[p.Challenge], p)
	}
	return placed, nil
}

// row adds the summaries of one challenge up, one for each of its repositories.
func (l *Live) row(c *audit.Challenge, summaries []*store.Summary, placed []audit.Placement, check func(id string) *audit.Check) Row {
	r := Row{Challenge: c}
	repositories := make([]audit.Audited, len(c.Repositories))
	audited := false
	loss := audit.Loss{}
	for i, source := range c.Repositories {
		s := summaries[i]
		repositories[i] = audit.Audited{Source: source, Result: outline(s, check)}
		audited = audited || s.Audit != 0
		if f := s.Files; f != nil {
			one := audit.NewLoss(f.Known, f.Orphaned, 0, 0)
			if f.Untold {
				one = one.Untold()
			}
			loss = loss.Plus(one)
		}
		if s.Failure != "" {
			r.Failing++
		}
		if i == 0 || s.SucceededAt.Before(r.AuditedAt) {
			r.AuditedAt = s.SucceededAt
		}
	}
	r.KnowledgeAtRisk = loss.KnowledgeAtRisk
	if audited {
		result := score.Roll(c, repositories, l.now())
		r.add(result)
		r.Actions = quadrants(result, c.Dates(), placed, l.now())
	}
	return r
}

// outline is a result with nothing but the answers, which is all that adding up
// needs.
func outline(s *store.Summary, find func(id string) *audit.Check) *audit.Result {
	if s.Audit == 0 {
		return nil
	}
	result := &audit.Result{Judged: make([]audit.Judged, 0, len(s.Answers.Checks()))}
	for id, answer := range s.Answers.All {
		check := find(id)
		if check == nil {
			continue
		}
		j := audit.Judged{Check: check, Verdict: audit.Verdict{Answer: answer}}
		if s.Answers.Waived(id) {
			j.Waiver = &audit.Waiver{Check: id}
		}
		result.Judged = append(result.Judged, j)
	}
	return result
}

// add fills in what a challenge's result says.
func (r *Row) add(result audit.ChallengeResult) {
	r.Axes, r.Continuity, r.Ready = result.Score.Axes, result.Score.Continuity, result.Gate.Open
	r.Answers, r.CheckMet = map[audit.Axis]map[audit.Answer]int{}, map[string]float64{}
	for _, a := range result.Score.Axes {
		r.OpenBlockers += len(a.OpenBlockers)
		r.Answers[a.Axis] = map[audit.Answer]int{}
	}
	for _, c := range result.Checks {
		r.Answers[c.Check.Axis][c.Verdict.Answer]++
		if c.Met != nil {
			r.CheckMet[c.Check.ID] = *c.Met
		}
	}
}

// How much of the past a challenge's page shows.
const (
	curveDays    = 400
	changesShown = 50
)

// Challenge implements [Reader].
func (l *Live) Challenge(ctx context.Context, id string) (*Challenge, error) {
	p := l.portfolio()
	i := slices.IndexFunc(p.Challenges, func(c audit.Challenge) bool { return c.ID == id })
	if i < 0 {
		return nil, fmt.Errorf("challenge %q: %w", id, audit.ErrNotFound)
	}
	states, err := l.store.States(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read challenge %s: %w", id, err)
	}
	view := l.assemble(&p.Challenges[i], states)
	if err := l.plan(ctx, view); err != nil {
		return nil, fmt.Errorf("read challenge %s: %w", id, err)
	}
	if view.Postings, err = l.store.Postings(ctx, id); err != nil {
		return nil, fmt.Errorf("read challenge %s: %w", id, err)
	}
	if view.Changes, err = l.Changes(ctx, id, changesShown); err != nil {
		return nil, fmt.Errorf("read challenge %s: %w", id, err)
	}
	view.Curve, err = l.curve(ctx, &p.Challenges[i])
	return view, err
}

func (l *Live) assemble(c *audit.Challenge, states []store.State) *Challenge {
	view := &Challenge{Row: Row{Challenge: c}}
	repositories := make([]audit.Audited, len(c.Repositories))
	audited, loss := false, audit.Loss{}
	for i, source := range c.Repositories {
		key := store.Key{Challenge: c.ID, Repository: source.URL}
		state := store.State{Key: key}
		if k := slices.IndexFunc(states, func(s store.State) bool { return s.Key == key }); k >= 0 {
			state = states[k]
		}
		repositories[i].Source = source
		if state.Latest != nil {
			repositories[i].Result, audited = state.Latest.Result, true
			if h := state.Latest.Result.Handover; h != nil {
				loss = loss.Plus(h.Loss)
			}
		}
		if state.Failure != "" {
			view.Failing++
		}
		if i == 0 || state.SucceededAt.Before(view.AuditedAt) {
			view.AuditedAt = state.SucceededAt
		}
		view.Repositories = append(view.Repositories, Repository{
			Source: source, State: state, Next: queue.Next(queue.Job{Challenge: c.ID, Repository: source.URL}, l.period(c), l.now()),
		})
	}
	view.KnowledgeAtRisk = loss.KnowledgeAtRisk
	if audited {
		result := score.Roll(c, repositories, l.now())
		view.Result = &result
		view.add(result)
	}
	view.Planned = planOf(c, repositories, l.now())
	return view
}

// How much of what was decided is shown, and how many changes may tell that
// something done is lacking again.
const (
	decisionsShown = 100
	changesWeighed = 5000
)

// plan fills in what is to be done, as people placed it.
func (l *Live) plan(ctx context.Context, view *Challenge) error {
	id := view.Row.Challenge.ID
	placed, err := l.store.Placements(ctx, id)
	if err != nil {
		return err
	}
	if view.Decisions, err = l.store.Decisions(ctx, id, decisionsShown); err != nil || view.Result == nil {
		return err
	}
	made := view.Planned
	made.Placements, made.Seen = placed, map[string]time.Time{}
	for _, r := range view.Repositories {
		if r.State.Latest != nil {
			made.Seen[r.Source.URL] = r.State.Latest.SeenAt
		}
	}
	if len(placed) > 0 {
		first := slices.MinFunc(placed, func(a, b audit.Placement) int { return a.At.Compare(b.At) })
		changes, err := l.store.Changes(ctx, id, first.At, changesWeighed)
		if err != nil {
			return err
		}
		made.Met = becameMet(changes)
	}
	view.Plan = made.Items()
	view.Actions = quadrants(*view.Result, made.Dates, placed, l.now())
	return nil
}

func (l *Live) period(c *audit.Challenge) time.Duration {
	if c.Every > 0 {
		return c.Every
	}
	return l.every
}

// curve is the weakest repository at each day on which something was audited.
func (l *Live) curve(ctx context.Context, c *audit.Challenge) ([]store.Point, error) {
	now := map[string]map[audit.Axis]float64{}
	var steps []step
	for _, source := range c.Repositories {
		points, err := l.store.Curve(ctx, store.Key{Challenge: c.ID, Repository: source.URL}, l.now().AddDate(0, 0, -curveDays))
		if err != nil {
			return nil, fmt.Errorf("read challenge %s: %w", c.ID, err)
		}
		for _, p := range points {
			steps = append(steps, step{source.URL, p})
		}
	}
	slices.SortStableFunc(steps, func(a, b step) int { return a.At.Compare(b.At) })
	var curve []store.Point
	for _, s := range steps {
		now[s.repository] = s.Scores
		point := store.Point{At: s.At, Commit: s.Commit, Scores: weakest(now)}
		if n := len(curve); n > 0 && curve[n-1].At.Truncate(24*time.Hour).Equal(s.At.Truncate(24*time.Hour)) {
			curve[n-1] = point
			continue
		}
		curve = append(curve, point)
	}
	return curve, nil
}

type step struct {
	repository string
	store.Point
}

func weakest(all map[string]map[audit.Axis]float64) map[audit.Axis]float64 {
	lowest := map[audit.Axis]float64{}
	for _, scores := range all {
		for axis, score := range scores {
			if old, ok := lowest[axis]; !ok || score < old {
				lowest[axis] = score
			}
		}
	}
	return lowest
}
