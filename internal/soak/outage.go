//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/store"
	"github.com/perenne-audit/perenne/internal/store/sqlite"
	"github.com/perenne-audit/perenne/internal/store/storetest"
)

func isMissing(err error) bool { return errors.Is(err, audit.ErrNotFound) }

// sound asks SQLite whether its file is.
func (s *soak) sound(ctx context.Context, p place, db store.Store) error {
	file, ok := db.(*sqlite.Store)
	if !ok {
		return nil
	}
	var said string
	if err := file.Reader().QueryRowContext(ctx, `PRAGMA integrity_check`).Scan(&said); err != nil {
		return err
	}
	if said != "ok" {
		s.fault("%s: integrity_check: %s", p.name, said)
	}
	return nil
}

// outage takes the database away from a running service, and the space on its
// disk, and gives them back.
func (s *soak) outage(ctx context.Context) error {
	f, err := newForge(filepath.Join(s.dir, "outage-forge"), bases, small)
	if err != nil {
		return err
	}
	defer f.server.Close()
	s.line("\n#### A database that goes away\n")
	if err := s.serverGone(ctx, f); err != nil {
		return fmt.Errorf("PostgreSQL stopped: %w", err)
	}
	if err := s.diskFull(ctx, f); err != nil {
		return fmt.Errorf("SQLite on a full disk: %w", err)
	}
	return nil
}

// trouble is one way to take a database away and to give it back.
type trouble struct {
	name       string
	take, give func() error
	lasts      time.Duration
	page, log  string // words that must be in /readyz and in the log
}

func (s *soak) serverGone(ctx context.Context, f *forge) error {
	server, err := storetest.StartServer()
	if err != nil {
		return err
	}
	defer server.End()
	url, err := server.MakeDatabase(ctx)
	if err != nil {
		return err
	}
	p, err := s.place("outage-postgres", url)
	if err != nil {
		return err
	}
	return s.without(ctx, f, p, trouble{
		name: "PostgreSQL stopped for a minute", lasts: time.Minute, page: "see that it runs", log: "failed to connect",
		take: func() error { server.Stop(); return nil }, give: server.Start,
	})
}

func (s *soak) diskFull(ctx context.Context, f *forge) error {
	p, err := s.place("outage-sqlite", "")
	if err != nil {
		return err
	}
	disk := filepath.Join(s.dir, "disk")
	if err := os.Mkdir(disk, 0o700); err != nil {
		return err
	}
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=16m"); err != nil {
		s.line("- The full disk was left out: a small disk needs the right to mount one: %s.", err)
		return nil
	}
	// The service has ended by then; what is left of the disk goes with the machine.
	defer func() { _ = syscall.Unmount(disk, syscall.MNT_DETACH) }()
	p = p.with("PERENNE_DATA=" + disk)
	p.open = nil
	ballast := filepath.Join(disk, "ballast")
	return s.without(ctx, f, p, trouble{
		name: "SQLite's disk full for half a minute", lasts: 30 * time.Second, page: "free some disk space", log: "disk is full",
		take: func() error { return fillUp(ballast) }, give: func() error { return os.Remove(ballast) },
	})
}

// fillUp writes until nothing more fits.
func fillUp(name string) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	defer file.Close()
	for size := 1 << 20; size > 0; size /= 2 {
		for {
			if _, err := file.Write(make([]byte, size)); err != nil {
				break
			}
		}
	}
	return nil
}

// without runs a service with forty repositories, takes its database away, and
// asks it to go on when it is back.
func (s *soak) without(ctx context.Context, f *forge, p place, t trouble) error {
	file := filepath.Join(s.dir, p.name+".yaml")
	if err := writePortfolio(file, bases, f.url); err != nil {
		return err
	}
	c, err := s.started(ctx, p, "serve", "--portfolio", file)
	if err != nil {
		return err
	}
	defer c.kill()
	if _, err := until(ctx, "the first audits", 10*time.Minute, func() (bool, error) { return c.showsCommits(f) }); err != nil {
		return err
	}
	for base := range bases {
		if err := f.push(base); err != nil {
			return err
		}
	}
	mark := len(c.said.String())
	s.note("%s", t.name)
	if err := t.take(); err != nil {
		return err
	}
	begin := time.Now()
	for n := 0; n < bases; n += 5 {
		if err := c.ask(challenge(n)); err != nil && !strings.Contains(err.Error(), "503") {
			s.fault("%s: %s", t.name, err)
		}
	}
	var page string
	noticed, err := until(ctx, "/readyz to say that the database is away", t.lasts, func() (bool, error) {
		status, body, err := c.get("/readyz")
		page = strings.TrimSpace(body)
		return status == 503, err
	})
	if err != nil {
		s.fault("%s: %s", t.name, err)
	}
	if err := sleep(ctx, t.lasts-time.Since(begin)); err != nil {
		return err
	}
	log := c.said.String()[mark:]
	if err := t.give(); err != nil {
		return err
	}
	back, err := until(ctx, "/readyz to say that it is back", time.Minute, func() (bool, error) {
		status, _, err := c.get("/readyz")
		return status == 200, err
	})
	if err != nil {
		s.fault("%s: %s", t.name, err)
	}
	asked := time.Time{}
	caught, err := until(ctx, "the audits that were missed", resumed+time.Minute, func() (bool, error) {
		if time.Since(asked) > 5*time.Second {
			asked = time.Now()
			for n := 0; n < bases; n += 5 {
				if err := c.ask(challenge(n)); err != nil {
					s.note("%s", err)
				}
			}
		}
		return c.showsCommits(f)
	})
	if err != nil {
		s.fault("%s: %s", t.name, err)
	}
	s.judge(t, page, log)
	if code := c.stop(); code != 0 {
		s.fault("%s: exit code %d", t.name, code)
	}
	s.line("- %s: /readyz said so after %s (%q), that it was back after %s, and the audits, asked for again, were made %s later, without a restart.",
		t.name, noticed.Round(100*time.Millisecond), page, back.Round(100*time.Millisecond), caught.Round(time.Second))
	return nil
}

// judge looks for clear words in what was said while the database was away.
func (s *soak) judge(t trouble, page, log string) {
	if !strings.Contains(page, t.page) {
		s.fault("%s: /readyz does not say why: %q", t.name, page)
	}
	if !strings.Contains(log, t.log) {
		s.fault("%s: the log does not say why:\n%.3000s", t.name, log)
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(max(d, 0)):
		return nil
	}
}
