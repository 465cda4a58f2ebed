package board

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
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
}

// How long a list of all challenges serves. Past fresh it is made again; one that
// takes long is made while readers are shown the one before, until that is stale.
const (
	fresh = 3 * time.Second
	stale = time.Minute
	quick = 20 * time.Millisecond
	// share of the time at most that goes into making lists, one part in so many.
	share = 10
)

// list is every challenge as a row, in the order of the portfolio.
type list struct {
	of   *audit.Portfolio
	at   time.Time
	took time.Duration
	rows []Row
	// marks are those of the repositories, row by row, then one that holds the last
	// decision about the challenge's actions in the place of an audit.
	marks [][]mark
}

// mark is what a row was made from: as long as it is the same, so is the row.
type mark struct {
	audit     int64
	succeeded time.Time
	failed    bool
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

// Rows implements [Reader]. The list of all challenges is made at most once in a
// few seconds, whoever asks, and of a large portfolio beside the answer: it may be
// up to a minute old.
func (l *Live) Rows(ctx context.Context, q Query) ([]Row, int, error) {
	all, err := l.all(ctx)
	if err != nil {
		return nil, 0, err
	}
	rows := slices.DeleteFunc(slices.Clone(all), func(r Row) bool { return !q.matches(r.Challenge) })
	if order := orders[q.Sort]; order != nil {
		slices.SortStableFunc(rows, order)
	}
	total := len(rows)
	limit := min(max(q.Limit, 0), MaxLimit)
	if limit == 0 {
		limit = DefaultLimit
	}
	from := min(max(q.Offset, 0), total)
	return rows[from:min(from+limit, total)], total, nil
}

func (q Query) matches(c *audit.Challenge) bool {
	if q.Ministry != "" && c.Ministry != q.Ministry {
		return false
	}
	wanted := strings.ToLower(q.Search)
	return strings.Contains(strings.ToLower(c.Name), wanted) || strings.Contains(c.ID, wanted)
}

// orders put what needs attention first; what is not known comes last.
var orders = map[Sort]func(a, b Row) int{
	SortContinuity: func(a, b Row) int {
		if a.Continuity == nil || b.Continuity == nil {
			return cmp.Compare(known(b.Continuity), known(a.Continuity))
		}
		return cmp.Compare(*a.Continuity, *b.Continuity)
	},
	SortBlockers: func(a, b Row) int { return cmp.Compare(b.OpenBlockers, a.OpenBlockers) },
	SortMissionEnd: func(a, b Row) int {
		x, y := a.Challenge.MissionEnd, b.Challenge.MissionEnd
		if x.IsZero() || y.IsZero() {
			return y.Compare(x)
		}
		return x.Compare(y)
	},
	SortName: func(a, b Row) int {
		return cmp.Compare(strings.ToLower(a.Challenge.Name), strings.ToLower(b.Challenge.Name))
	},
}

func known(x *float64) int {
	if x == nil {
		return 0
	}
	return 1
}

// all returns the list of all challenges.
func (l *Live) all(ctx context.Context) ([]Row, error) {
	p, kept := l.portfolio(), l.kept.Load()
	age := time.Duration(0)
	if kept != nil {
		age = l.now().Sub(kept.at).Abs()
	}
	switch {
	case kept == nil || kept.of != p || age >= stale || age >= fresh && kept.took < quick:
		made, err := l.renew(ctx, p, kept)
		if err != nil {
			return nil, err
		}
		return made.rows, nil
	case age >= max(fresh, share*kept.took) && l.renewing.CompareAndSwap(false, true):
		go func() {
			defer l.renewing.Store(false)
			// Whoever asks when this one is stale is told what is wrong.
			_, _ = l.renew(context.WithoutCancel(ctx), p, kept)
		}()
	}
	return kept.rows, nil
}

// renew makes the list that follows one, unless somebody else just did.
func (l *Live) renew(ctx context.Context, p *audit.Portfolio, before *list) (*list, error) {
	l.turn.Lock()
	defer l.turn.Unlock()
	if now := l.kept.Load(); now != before && now.of == p {
		return now, nil
	}
	begin := time.Now()
	made := &list{of: p, at: l.now(), rows: make([]Row, len(p.Challenges)), marks: make([][]mark, len(p.Challenges))}
	summaries, err := l.store.Summaries(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("list the challenges: %w", err)
	}
	byKey := make(map[store.Key]*store.Summary, len(summaries))
	for i := range summaries {
		byKey[summaries[i].Key] = &summaries[i]
	}
	placed, err := l.placed(ctx)
	if err != nil {
		return nil, err
	}
	// What counts for the gate may end with the day.
	reuse := before != nil && before.of == p && before.at.UTC().Truncate(24*time.Hour).Equal(made.at.UTC().Truncate(24*time.Hour))
	checks := newWeigher(l.lookup)
	for i := range p.Challenges {
		c := &p.Challenges[i]
		own := make([]*store.Summary, len(c.Repositories))
		made.marks[i] = make([]mark, len(own)+1)
		for _, p := range placed[c.ID] {
			made.marks[i][len(own)].audit = max(made.marks[i][len(own)].audit, p.ID)
		}
		for k, source := range c.Repositories {
			if own[k] = byKey[store.Key{Challenge: c.ID, Repository: source.URL}]; own[k] == nil {
				own[k] = &store.Summary{}
			}
			made.marks[i][k] = mark{own[k].Audit, own[k].SucceededAt, own[k].Failure != ""}
		}
		if reuse && slices.Equal(before.marks[i], made.marks[i]) {
			made.rows[i] = before.rows[i]
			continue
		}
		made.rows[i] = l.row(c, own, placed[c.ID], checks.forChallenge(c))
	}
	made.took = time.Since(begin)
	l.kept.Store(made)
	return made, nil
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
	for i, source := range c.Repositories {
		s := summaries[i]
		repositories[i] = audit.Audited{Source: source, Result: outline(s, check)}
		audited = audited || s.Audit != 0
		if s.Failure != "" {
			r.Failing++
		}
		if i == 0 || s.SucceededAt.Before(r.AuditedAt) {
			r.AuditedAt = s.SucceededAt
		}
	}
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
	if view.Changes, err = l.Changes(ctx, id, changesShown); err != nil {
		return nil, fmt.Errorf("read challenge %s: %w", id, err)
	}
	view.Curve, err = l.curve(ctx, &p.Challenges[i])
	return view, err
}

func (l *Live) assemble(c *audit.Challenge, states []store.State) *Challenge {
	view := &Challenge{Row: Row{Challenge: c}}
	repositories := make([]audit.Audited, len(c.Repositories))
	audited := false
	for i, source := range c.Repositories {
		key := store.Key{Challenge: c.ID, Repository: source.URL}
		state := store.State{Key: key}
		if k := slices.IndexFunc(states, func(s store.State) bool { return s.Key == key }); k >= 0 {
			state = states[k]
		}
		repositories[i].Source = source
		if state.Latest != nil {
			repositories[i].Result, audited = state.Latest.Result, true
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
	if audited {
		result := score.Roll(c, repositories, l.now())
		view.Result = &result
		view.add(result)
		view.Planned = planOf(c, repositories, l.now())
	}
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
	if view.Decisions, err = l.store.Decisions(ctx, id, decisionsShown); err != nil || view.Planned == nil {
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
