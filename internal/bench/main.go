//go:build unix

// Command bench measures perenne beside what it is compared with, over
// repositories served by the real git http-backend on loopback: perenne's whole
// audit, git's own bare clone, and an audit made with go-git's PlainClone; and, on
// the repository itself, which commits changed which file, beside git log. They
// take turns in one run, so that their ratios hold on a noisy machine too.
//
//	make bench
//	BENCH_REPOS="a.git b.git" BENCH_REPEATS=9 make bench
//
// BENCH_REPOS names bare repositories, separated by colons or spaces; without
// it, three are generated. BENCH_REPEATS is how often each is measured after one
// unmeasured turn, 5 by default. The report is Markdown on standard output. See
// docs/benchmarks.md.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	var err error
	if role, found := roleOf(os.Args); found {
		err = role(os.Args[2:])
	} else {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		err = run(ctx, os.Stdout, os.Stderr, os.Getenv)
		stop()
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: %s\n", err)
		os.Exit(1)
	}
}

// roleOf tells the parts that this program plays as its own child.
func roleOf(args []string) (func([]string) error, bool) {
	roles := map[string]func([]string) error{measureRole: measure, plainCloneRole: plainCloneAudit, judgeRole: judgeAlone, walkRole: walk}
	if len(args) < 2 {
		return nil, false
	}
	role, found := roles[args[1]]
	return role, found
}

// run measures all that the environment names and writes the report.
func run(ctx context.Context, out, progress io.Writer, getenv func(string) string) error {
	repeats, err := strconv.Atoi(cmp.Or(getenv("BENCH_REPEATS"), "5"))
	if err != nil || repeats < 1 {
		return fmt.Errorf("BENCH_REPEATS=%s: write a number from 1", getenv("BENCH_REPEATS"))
	}
	if _, err := exec.LookPath("git"); err != nil {
		return errors.New("git is not on the PATH; install it, then try again")
	}
	dir, err := os.MkdirTemp("", "perenne-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	quiet()
	fmt.Fprintln(progress, "bench: building perenne")
	b := &bench{dir: dir, perenne: filepath.Join(dir, "perenne"), repeats: repeats, progress: progress}
	build := exec.Command("go", "build", "-trimpath", "-o", b.perenne, "github.com/perenne-audit/perenne/cmd/perenne")
	if said, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build perenne: %w\n%s", err, said)
	}
	if err := b.header(ctx, out); err != nil {
		return err
	}
	repos, err := b.repositories(getenv, 200, 2_000, 20_000)
	if err != nil {
		return err
	}
	for _, repo := range repos {
		if err := b.repository(ctx, out, repo); err != nil {
			return fmt.Errorf("measure %s: %w", repo, err)
		}
	}
	return nil
}

// repositories returns those of BENCH_REPOS, or else generates some of so many
// commits.
func (b *bench) repositories(getenv func(string) string, sizes ...int) ([]string, error) {
	repos := strings.FieldsFunc(getenv("BENCH_REPOS"), func(r rune) bool { return r == ':' || r == ' ' })
	for _, repo := range repos {
		if _, err := os.Stat(filepath.Join(repo, "HEAD")); err != nil {
			return nil, fmt.Errorf("BENCH_REPOS: %s is not a bare repository; make one with 'git clone --bare'", repo)
		}
	}
	if len(repos) > 0 {
		return repos, nil
	}
	for _, commits := range sizes {
		fmt.Fprintf(b.progress, "bench: generating %d commits\n", commits)
		repo, err := generate(b.dir, commits)
		if err != nil {
			return nil, err
		}
		repos = append(repos, repo)
	}
	return repos, nil
}

// quiet keeps the user's own settings of git and of proxies out of the figures.
func quiet() {
	for name, value := range map[string]string{
		"GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0",
		"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", "PERENNE_CONFIG": "",
	} {
		_ = os.Setenv(name, value)
	}
}

// startRuns is how often the start of perenne is measured.
const startRuns = 20

// header describes the machine and the tools, and how long perenne takes to
// start. What a process that does nothing seems to need is the least that can be
// told of any.
func (b *bench) header(ctx context.Context, out io.Writer) error {
	version, err := exec.Command("git", "version").Output()
	if err != nil {
		return fmt.Errorf("git version: %w", err)
	}
	var starts series
	for range startRuns {
		s, err := child(ctx, measureRole, b.perenne, "version")
		if err != nil {
			return err
		}
		starts = append(starts, s)
	}
	least, err := child(ctx, measureRole, "git", "version")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s, %s/%s, %d processors, %s, %s; median of %d turns, (least–most) of the paired ratios.\n"+
		"`perenne version` takes %s, median of %d. Peaks below %s cannot be told apart.\n",
		time.Now().Format(time.DateOnly), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(),
		strings.TrimSpace(string(version)), b.repeats, seconds(starts.median(wall)), startRuns, mebibytes(float64(least.PeakBytes)))
	return err
}
