package board_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/board"
	"github.com/perenne-audit/perenne/internal/store"
	"github.com/perenne-audit/perenne/internal/store/sqlite"
	"github.com/perenne-audit/perenne/internal/store/storetest"
)

var noon = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

// trying is a store that can be slow or away.
type trying struct {
	store.Store
	slow atomic.Int64
	away atomic.Bool
}

func (s *trying) Summaries(ctx context.Context, challenge string) ([]store.Summary, error) {
	time.Sleep(time.Duration(s.slow.Load()))
	if s.away.Load() {
		return nil, audit.ErrUnreachable
	}
	return s.Store.Summaries(ctx, challenge)
}

func (s *trying) SummariesSince(ctx context.Context, from time.Time) ([]store.Summary, error) {
	time.Sleep(time.Duration(s.slow.Load()))
	if s.away.Load() {
		return nil, audit.ErrUnreachable
	}
	return s.Store.SummariesSince(ctx, from)
}

func open(t *testing.T) *trying {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "perenne.db"), storetest.Lookup)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return &trying{Store: s}
}

func portfolioOf(challenges, repositories int) *audit.Portfolio {
	p := &audit.Portfolio{}
	for c := range challenges {
		one := audit.Challenge{ID: fmt.Sprintf("c%d", c), Criticality: audit.CriticalityB}
		for r := range repositories {
			one.Repositories = append(one.Repositories, audit.Source{URL: fmt.Sprintf("https://forge.example/%d/%d", c, r)})
		}
		p.Challenges = append(p.Challenges, one)
	}
	return p
}

func rows(t *testing.T, l *board.Live) []board.Row {
	t.Helper()
	all, _, err := l.Rows(t.Context(), board.Query{Limit: board.MaxLimit})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// The list is made again from what changed; it must be what making it from the
// start gives, after audits, failures and the end of a day.
func TestRowsFollowTheStore(t *testing.T) {
	s, p, now := open(t), portfolioOf(6, 2), noon
	clock := func() time.Time { return now }
	in := func() *audit.Portfolio { return p }
	p.Challenges[2].Attestations = []audit.Attestation{{Check: "sign-off", Says: "yes", Author: "A", Date: noon.AddDate(0, 0, -9), Expires: noon.AddDate(0, 0, 1)}}
	kept := board.NewLive(in, s, storetest.Lookup, 24*time.Hour, clock)
	save := func(c, r, seed int) {
		key := store.Key{Challenge: p.Challenges[c].ID, Repository: p.Challenges[c].Repositories[r].URL}
		if _, err := s.Save(t.Context(), storetest.Sample(key, storetest.CommitID(seed), now, seed)); err != nil {
			t.Fatal(err)
		}
	}
	for what, change := range []func(){
		func() {},
		func() { save(0, 0, 1); save(0, 1, 2); save(2, 0, 3); save(2, 1, 4) },
		func() { save(0, 1, 5) },
		func() { save(0, 1, 5) }, // the same again, later
		func() {
			key := store.Key{Challenge: "c2", Repository: p.Challenges[2].Repositories[0].URL}
			if err := s.Fail(t.Context(), key, now, "away"); err != nil {
				t.Fatal(err)
			}
		},
		func() { now = now.AddDate(0, 0, 2) },
		func() { p = portfolioOf(7, 3) },
	} {
		now = now.Add(time.Minute) // a slow machine may show a list as long as that
		change()
		want := rows(t, board.NewLive(in, s, storetest.Lookup, 24*time.Hour, clock))
		if diff := cmp.Diff(want, rows(t, kept)); diff != "" {
			t.Errorf("step %d: the list that was kept differs:\n%s", what, diff)
		}
		for _, row := range want {
			full, err := kept.Challenge(t.Context(), row.Challenge.ID)
			if err != nil || !maps.Equal(row.Actions, full.Actions) || row.OpenBlockers != full.OpenBlockers {
				t.Errorf("step %d: %s: the list says %v actions, the page %v; %v", what, row.Challenge.ID, row.Actions, full.Actions, err)
			}
		}
	}
}

// Of a large portfolio only what changed is read; what a machine whose clock is
// far behind has dated is found when everything is read again.
func TestRowsOfAWrongClock(t *testing.T) {
	s, p, now := open(t), portfolioOf(2, 1), noon
	l := board.NewLive(func() *audit.Portfolio { return p }, s, storetest.Lookup, 24*time.Hour, func() time.Time { return now })
	save := func(c int, at time.Time) {
		key := store.Key{Challenge: p.Challenges[c].ID, Repository: p.Challenges[c].Repositories[0].URL}
		if _, err := s.Save(t.Context(), storetest.Sample(key, storetest.CommitID(c), at, c)); err != nil {
			t.Fatal(err)
		}
	}
	shown := func(after time.Duration) (n int) {
		now = now.Add(after)
		for _, row := range rows(t, l) {
			if !row.AuditedAt.IsZero() {
				n++
			}
		}
		return n
	}
	if n := shown(0); n != 0 {
		t.Errorf("%d rows before any audit", n)
	}
	save(0, noon.Add(-9*time.Minute))
	save(1, noon.Add(-2*time.Hour))
	if n := shown(time.Minute); n != 1 {
		t.Errorf("%d rows after an audit that took long", n)
	}
	if n := shown(10 * time.Minute); n != 2 {
		t.Errorf("%d rows after all were read again", n)
	}
}

// Nobody waits for a list that takes long, as long as there is one; and a
// database that is away is told about in the end.
func TestRowsDoNotKeepReadersWaiting(t *testing.T) {
	s, p, now := open(t), portfolioOf(3, 1), atomic.Pointer[time.Time]{}
	set := func(at time.Time) { now.Store(&at) }
	set(noon)
	l := board.NewLive(func() *audit.Portfolio { return p }, s, storetest.Lookup, 24*time.Hour, func() time.Time { return *now.Load() })
	s.slow.Store(int64(200 * time.Millisecond))
	rows(t, l)
	key := store.Key{Challenge: "c1", Repository: p.Challenges[1].Repositories[0].URL}
	if _, err := s.Save(t.Context(), storetest.Sample(key, storetest.CommitID(1), noon, 1)); err != nil {
		t.Fatal(err)
	}
	set(noon.Add(20 * time.Second))
	begin := time.Now()
	if rows(t, l); time.Since(begin) > 150*time.Millisecond {
		t.Errorf("waited %s for a list", time.Since(begin))
	}
	for deadline := time.Now().Add(10 * time.Second); rows(t, l)[1].AuditedAt.IsZero(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the list was never made again")
		}
	}
	s.away.Store(true)
	set(noon.Add(40 * time.Second))
	rows(t, l)
	set(noon.Add(5 * time.Minute))
	if _, _, err := l.Rows(t.Context(), board.Query{}); !errors.Is(err, audit.ErrUnreachable) {
		t.Errorf("a database that is away: %v", err)
	}
}
