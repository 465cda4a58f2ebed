//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	gogit "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing/object"

	"github.com/perenne-audit/perenne/internal/store"
	"github.com/perenne-audit/perenne/internal/store/sqlite"
)

// bases is how many different repositories lie behind the addresses; usualBases
// where they are as large as real ones, which takes long to generate.
const bases, usualBases = 40, 12

// throughput lets one process audit thousands of repositories, and again with
// nothing changed: on the same day, and as if it were another one. It clones some
// with go-git before and after.
func (s *soak) throughput(ctx context.Context) error {
	f, err := newForge(filepath.Join(s.dir, "forge"), usualBases, s.shapes...)
	if err != nil {
		return err
	}
	defer f.server.Close()
	p, err := s.place("throughput", "")
	if err != nil {
		return err
	}
	file := filepath.Join(s.dir, "throughput.yaml")
	if err := writePortfolio(file, s.repositories, f.url); err != nil {
		return err
	}
	before, err := clone(ctx, f, s.sample/2)
	if err != nil {
		return err
	}
	c, err := s.started(ctx, p, "serve", "--portfolio", file)
	if err != nil {
		return err
	}
	defer c.kill()
	db, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	first, err := s.round(ctx, db, c, "the first audits", time.Time{}, s.repositories)
	if err != nil {
		return err
	}
	second, err := s.again(ctx, db, c, "the second audits")
	if err != nil {
		return err
	}
	if err := forgetDay(ctx, db); err != nil {
		return err
	}
	other, err := s.again(ctx, db, c, "the audits of another day")
	if err != nil {
		return err
	}
	f.remembers.Store(true)
	last, err := s.again(ctx, db, c, "the last audits")
	if err != nil {
		return err
	}
	peak := c.peakBytes()
	if code := c.stop(); code != 0 {
		s.fault("exit code %d", code)
	}
	after, err := clone(ctx, f, s.sample-s.sample/2)
	if err != nil {
		return err
	}
	n := s.repositories
	cloned := float64(s.sample) / (before + after).Seconds()
	s.line("\n#### Throughput: %d repositories, one process\n", n)
	s.line("| | repositories per second | of the first round | processor time each, of perenne | of the git server |\n|---|---:|---:|---:|---:|")
	s.line("| go-git PlainClone and read, one after the other (%d) | %.1f | | | |", s.sample, cloned)
	for _, one := range []struct {
		what string
		round
	}{
		{"first round", first}, {"nothing changed", second}, {"nothing changed but the day", other},
		{"nothing changed, a server that answers without starting git", last},
	} {
		s.line("| %s | %.1f | %.1f | %.2f ms | %.2f ms |", one.what, one.perSecond(n), first.took.Seconds()/one.took.Seconds(), each(one.perenne, n), each(one.server, n))
	}
	s.line("\nFirst round / go-git: **%.1f**. Second round / first: **%.1f**. Peak memory: **%d MiB**.",
		first.perSecond(n)/cloned, first.took.Seconds()/second.took.Seconds(), peak>>20)
	if peak > 400<<20 {
		s.fault("peak memory %d MiB is above 400", peak>>20)
	}
	return nil
}

// again asks for every audit and waits for them.
func (s *soak) again(ctx context.Context, db store.Store, c *process, what string) (round, error) {
	// Times are kept to the second.
	time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(time.Second)))
	begin := time.Now().Truncate(time.Second)
	go func() {
		for n := 0; n < s.repositories; n += 5 {
			if err := c.ask(challenge(n)); err != nil {
				s.note("%s", err)
			}
		}
	}()
	return s.round(ctx, db, c, what, begin, s.repositories)
}

// forgetDay makes the service judge again what depends on the date, as it does on
// the first turn of each day.
func forgetDay(ctx context.Context, db store.Store) error {
	_, err := db.(*sqlite.Store).Writer().ExecContext(ctx, `UPDATE repositories SET basis = ''`)
	return err
}

// round is what auditing every repository took: time, and processor time of the
// service and of the git server.
type round struct{ took, perenne, server time.Duration }

func (r round) perSecond(n int) float64 { return float64(n) / r.took.Seconds() }

// each is a share of a duration in milliseconds.
func each(d time.Duration, n int) float64 { return float64(d.Microseconds()) / 1000 / float64(n) }

// serverTime is what this process, which serves git, and the git programs that
// have ended have used so far.
func serverTime() time.Duration {
	var used time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if syscall.Getrusage(who, &u) == nil {
			used += time.Duration(u.Utime.Nano() + u.Stime.Nano())
		}
	}
	return used
}

// round waits until so many repositories were audited since a time.
func (s *soak) round(ctx context.Context, db store.Store, c *process, what string, since time.Time, repositories int) (round, error) {
	begin, used, served, told := time.Now(), c.processorTime(), serverTime(), time.Now()
	_, err := until(ctx, what, time.Hour, func() (bool, error) {
		done, err := audited(ctx, db, since)
		if time.Since(told) > 10*time.Second {
			told = time.Now()
			s.note("%s: %d of %d, %d MiB", what, done, repositories, c.peakBytes()>>20)
		}
		return done == repositories, err
	})
	return round{time.Since(begin), c.processorTime() - used, serverTime() - served}, err
}

// audited counts the repositories whose last success is not before a time, at
// little cost: it is asked ten times a second, beside what is measured.
func audited(ctx context.Context, db store.Store, since time.Time) (done int, err error) {
	from := int64(0)
	if !since.IsZero() {
		from = since.UnixMicro()
	}
	err = db.(*sqlite.Store).Reader().QueryRowContext(ctx, `
		SELECT count(*) FROM repositories WHERE latest IS NOT NULL AND succeeded >= $1`, from).Scan(&done)
	return done, err
}

// plainCloneRole makes this program clone as most programs would with go-git.
const plainCloneRole = "clone-with-go-git"

// clone measures that role, in a process of its own, for n repositories.
func clone(ctx context.Context, f *forge, n int) (time.Duration, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	cmd := exec.CommandContext(ctx, self, plainCloneRole, f.server.URL, strconv.Itoa(n))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("clone with go-git: %w", err)
	}
	var took time.Duration
	return took, json.Unmarshal(out, &took)
}

// plainClones clones repositories bare, one after the other, and reads what any
// audit needs: each file and each author. It asks no question about them.
func plainClones(args []string) error {
	n, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "perenne-clones-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	begin := time.Now()
	for i := range n {
		if err := plainClone(fmt.Sprintf("%s/r%d.git", args[0], i), filepath.Join(dir, strconv.Itoa(i))); err != nil {
			return err
		}
	}
	took := time.Since(begin)
	return json.NewEncoder(os.Stdout).Encode(took)
}

func plainClone(url, dir string) error {
	repo, err := gogit.PlainClone(dir, true, &gogit.CloneOptions{URL: url})
	if err != nil {
		return err
	}
	head, err := repo.Head()
	if err != nil {
		return err
	}
	commit, err := repo.CommitObject(head.Hash())
	if err != nil {
		return err
	}
	files, err := commit.Files()
	if err != nil {
		return err
	}
	if err := files.ForEach(func(f *object.File) error {
		r, err := f.Reader()
		if err != nil {
			return err
		}
		defer r.Close()
		_, err = io.Copy(io.Discard, r)
		return err
	}); err != nil {
		return err
	}
	commits, err := repo.Log(&gogit.LogOptions{From: head.Hash()})
	if err != nil {
		return err
	}
	authors := map[string]int{}
	return commits.ForEach(func(c *object.Commit) error {
		authors[c.Author.Email]++
		return nil
	})
}
