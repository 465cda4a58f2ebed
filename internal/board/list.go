package board

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/store"
)

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
	// names are what is searched, sorted the rows in each order; both are made when
	// somebody first asks.
	names  func() []string
	sorted map[Sort]func() []int
}

// newList returns a list that is still empty.
func newList(p *audit.Portfolio, at time.Time) *list {
	made := &list{of: p, at: at, rows: make([]Row, len(p.Challenges)), marks: make([][]mark, len(p.Challenges)), sorted: map[Sort]func() []int{}}
	made.names = sync.OnceValue(func() []string {
		names := make([]string, len(p.Challenges))
		for i, c := range p.Challenges {
			names[i] = strings.ToLower(c.Name) + "\n" + c.ID
		}
		return names
	})
	for sort, order := range orders {
		made.sorted[sort] = sync.OnceValue(func() []int {
			at := make([]int, len(made.rows))
			for i := range at {
				at[i] = i
			}
			slices.SortStableFunc(at, func(a, b int) int { return order(&made.rows[a], &made.rows[b]) })
			return at
		})
	}
	return made
}

// page returns what a query asks for and how many rows match in all.
func (l *list) page(q Query) ([]Row, int) {
	limit := min(max(q.Limit, 0), MaxLimit)
	if limit == 0 {
		limit = DefaultLimit
	}
	var order []int
	if sorted := l.sorted[q.Sort]; sorted != nil {
		order = sorted()
	}
	wanted, rows, matching := strings.ToLower(q.Search), []Row(nil), 0
	for i := range l.rows {
		if order != nil {
			i = order[i]
		}
		if q.Ministry != "" && l.rows[i].Challenge.Ministry != q.Ministry || wanted != "" && !strings.Contains(l.names()[i], wanted) {
			continue
		}
		if matching >= q.Offset && len(rows) < limit {
			rows = append(rows, l.rows[i])
		}
		matching++
	}
	return rows, matching
}

// mark is what a row was made from: as long as it is the same, so is the row.
type mark struct {
	audit     int64
	succeeded time.Time
	failed    bool
}

// Rows implements [Reader]. The list of all challenges is made at most once in a
// few seconds, whoever asks, and of a large portfolio beside the answer: it may be
// up to a minute old.
func (l *Live) Rows(ctx context.Context, q Query) ([]Row, int, error) {
	all, err := l.all(ctx)
	if err != nil {
		return nil, 0, err
	}
	rows, total := all.page(q)
	return rows, total, nil
}

// orders put what needs attention first; what is not known comes last.
var orders = map[Sort]func(a, b *Row) int{
	SortContinuity: func(a, b *Row) int {
		if a.Continuity == nil || b.Continuity == nil {
			return cmp.Compare(known(b.Continuity), known(a.Continuity))
		}
		return cmp.Compare(*a.Continuity, *b.Continuity)
	},
	SortBlockers: func(a, b *Row) int { return cmp.Compare(b.OpenBlockers, a.OpenBlockers) },
	SortMissionEnd: func(a, b *Row) int {
		x, y := a.Challenge.MissionEnd, b.Challenge.MissionEnd
		if x.IsZero() || y.IsZero() {
			return y.Compare(x)
		}
		return x.Compare(y)
	},
	SortName: func(a, b *Row) int {
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
func (l *Live) all(ctx context.Context) (*list, error) {
	p, kept := l.portfolio(), l.kept.Load()
	age := time.Duration(0)
	if kept != nil {
		age = l.now().Sub(kept.at).Abs()
	}
	switch {
	case kept == nil || kept.of != p || age >= stale || age >= fresh && kept.took < quick:
		return l.renew(ctx, p, kept)
	case age >= max(fresh, share*kept.took) && l.renewing.CompareAndSwap(false, true):
		go func() {
			defer l.renewing.Store(false)
			// Whoever asks when this one is stale is told what is wrong.
			_, _ = l.renew(context.WithoutCancel(ctx), p, kept)
		}()
	}
	return kept, nil
}

// renew makes the list that follows one, unless somebody else just did.
func (l *Live) renew(ctx context.Context, p *audit.Portfolio, before *list) (*list, error) {
	l.turn.Lock()
	defer l.turn.Unlock()
	if now := l.kept.Load(); now != before && now.of == p {
		return now, nil
	}
	begin := time.Now()
	made := newList(p, l.now())
	if err := l.known.follow(ctx, l.store, made.at); err != nil {
		return nil, fmt.Errorf("list the challenges: %w", err)
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
			if own[k] = l.known.byKey[store.Key{Challenge: c.ID, Repository: source.URL}]; own[k] == nil {
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

// summaries are those of every repository, as the store last told them.
type summaries struct {
	byKey map[store.Key]*store.Summary
	// whole is when all were read, at when the last of them were.
	whole, at time.Time
}

const (
	// readWhole is how long the changes alone are read, between two times at which
	// everything is.
	readWhole = 10 * time.Minute
	// readBack is how much further back changes are looked for than where the last
	// look ended: an audit is told about when it ends, and dated when it began, by
	// the clock of another machine.
	readBack = 10 * time.Minute
)

// follow reads what is new.
func (s *summaries) follow(ctx context.Context, from store.Store, now time.Time) error {
	if s.byKey == nil || now.Sub(s.whole).Abs() >= readWhole || now.Before(s.at) {
		all, err := from.Summaries(ctx, "")
		if err != nil {
			return err
		}
		s.byKey, s.whole = make(map[store.Key]*store.Summary, len(all)), now
		s.take(all, now)
		return nil
	}
	changed, err := from.SummariesSince(ctx, s.at.Add(-readBack))
	if err != nil {
		return err
	}
	s.take(changed, now)
	return nil
}

func (s *summaries) take(some []store.Summary, now time.Time) {
	for i := range some {
		// A copy, or one of them would keep all the others.
		one := some[i]
		s.byKey[one.Key] = &one
	}
	s.at = now
}
