//go:build linux

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/store"
	"github.com/perenne-audit/perenne/internal/store/storetest"
)

// crashed is how many repositories are audited while processes are killed.
const crashed = 200

// resumed is how long what a killed process left may stay where it is.
const resumed = 2 * time.Minute

// crash kills processes at any moment, on both databases, and looks at what is
// left.
func (s *soak) crash(ctx context.Context) error {
	s.line("\n#### Processes killed at any moment\n")
	if strings.Contains(s.databases, "sqlite") {
		p, err := s.place("crash-sqlite", "")
		if err == nil {
			err = s.crashOn(ctx, p)
		}
		if err != nil {
			return fmt.Errorf("SQLite: %w", err)
		}
	}
	if !strings.Contains(s.databases, "postgres") {
		return nil
	}
	server, err := storetest.StartServer()
	if err != nil {
		return err
	}
	defer server.End()
	url, err := server.MakeDatabase(ctx)
	if err != nil {
		return err
	}
	p, err := s.place("crash-postgres", url)
	if err == nil {
		err = s.crashOn(ctx, p)
	}
	if err != nil {
		return fmt.Errorf("PostgreSQL: %w", err)
	}
	return nil
}

// crashOn lets one process serve and work and two more work, kills one of them
// again and again while repositories change, and then lets them finish.
func (s *soak) crashOn(ctx context.Context, p place) error {
	f, err := newForge(filepath.Join(s.dir, p.name+"-forge"), bases, small)
	if err != nil {
		return err
	}
	defer f.server.Close()
	file := filepath.Join(s.dir, p.name+".yaml")
	if err := writePortfolio(file, crashed, f.url); err != nil {
		return err
	}
	kinds := [][]string{{"serve", "--portfolio", file}, {"work", "--portfolio", file}, {"work", "--portfolio", file}}
	running := make([]*process, len(kinds))
	for i, args := range kinds {
		if running[i], err = s.started(ctx, p, args...); err != nil {
			return err
		}
		defer func() { running[i].kill() }()
	}
	for kill := range s.kills {
		if kill%10 == 0 {
			s.note("%s: %d of %d killed", p.name, kill, s.kills)
		}
		if err := s.busy(ctx, f, running[0]); err != nil {
			return err
		}
		i := rand.IntN(len(kinds))
		running[i].kill()
		if running[i], err = s.started(ctx, p, kinds[i]...); err != nil {
			return fmt.Errorf("after %d processes were killed: %w", kill+1, err)
		}
	}
	for base := range bases {
		if err := f.push(base); err != nil {
			return err
		}
	}
	took, err := s.finish(ctx, p, f, running[0])
	if err != nil {
		return err
	}
	for i, c := range running {
		if code := c.stop(); code != 0 {
			s.fault("%s: process %d ended with exit code %d", p.name, i, code)
		}
	}
	audits, err := s.whole(ctx, p)
	if err != nil {
		return err
	}
	s.line("- %s: %d processes killed, of %d at a time; after the last one, every one of %d repositories had the audit of its newest commit within %s; %d audits kept, all whole, none twice.",
		p.name, s.kills, len(kinds), crashed, took.Round(time.Second), audits)
	return nil
}

// busy lets a random time pass in which something is always to be done.
func (s *soak) busy(ctx context.Context, f *forge, c *process) error {
	for range 1 + rand.IntN(4) {
		if err := f.push(rand.IntN(bases)); err != nil {
			return err
		}
		for range 10 {
			if err := c.ask(challenge(rand.IntN(crashed))); err != nil {
				return fmt.Errorf("%w\n%s", err, c.said.tail())
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(rand.IntN(400)) * time.Millisecond):
		}
	}
	return nil
}

// finish asks for every audit until all are there. What a killed process was at
// work on is not added again before it is taken from it.
func (s *soak) finish(ctx context.Context, p place, f *forge, c *process) (time.Duration, error) {
	db, err := p.open(ctx)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	var asked time.Time
	return until(ctx, "every repository to be audited", resumed+time.Minute, func() (bool, error) {
		all, err := db.Summaries(ctx, "")
		if err != nil {
			return false, err
		}
		commits := map[string]string{}
		for _, one := range all {
			commits[one.Repository] = one.Commit
		}
		missing := map[string]bool{}
		for n := range crashed {
			if commits[f.url(n)] != f.head(n) {
				missing[challenge(n)] = true
			}
		}
		if time.Since(asked) > 2*time.Second {
			asked = time.Now()
			for id := range missing {
				if err := c.ask(id); err != nil {
					return false, err
				}
			}
		}
		return len(missing) == 0, nil
	})
}

// whole decodes everything that is known and everything that was ever kept. It
// returns how many audits there are.
func (s *soak) whole(ctx context.Context, p place) (int, error) {
	db, err := p.open(ctx)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	states, err := db.States(ctx, "")
	if err != nil {
		s.fault("%s: %s", p.name, err)
	}
	if len(states) != crashed {
		s.fault("%s: %d repositories, want %d", p.name, len(states), crashed)
	}
	highest := int64(0)
	for _, state := range states {
		if state.Latest == nil {
			s.fault("%s: %s has no audit", p.name, state.Repository)
			continue
		}
		highest = max(highest, state.Latest.ID)
	}
	audits := 0
	seen := map[string]bool{}
	for id := int64(1); id <= highest; id++ {
		one, err := db.Audit(ctx, id)
		if err != nil {
			// Numbers of transactions that were undone are not used again.
			if !isMissing(err) {
				s.fault("%s: %s", p.name, err)
			}
			continue
		}
		audits++
		name := keyOf(one)
		if seen[name] {
			s.fault("%s: twice: %s", p.name, name)
		}
		seen[name] = true
	}
	return audits, s.sound(ctx, p, db)
}

// keyOf is all that makes an audit one of its own: an audit of the same commit
// counts again only when an answer changed.
func keyOf(a store.Audit) string {
	answers, err := store.AnswersOf(a.Result.Judged)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(a.Key, a.Result.Repository.Commit, a.Result.Catalogue, a.Policy, answers.Letters())
}
