//go:build linux

// Command soak puts the service under what it has to bear: thousands of
// repositories, a portfolio of fifty thousand, processes that are killed, a
// database that goes away and a disk that is full. It starts perenne as
// processes of its own, on a real git server, a real SQLite and a real
// PostgreSQL.
//
//	go run ./internal/soak
//	go run ./internal/soak -only crash -kills 200 -minutes 60
//
// The report is Markdown on standard output; what is not as it must be ends the
// program with exit code 1. See docs/benchmarks.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

func main() {
	var err error
	if len(os.Args) > 1 && os.Args[1] == plainCloneRole {
		err = plainClones(os.Args[2:])
	} else {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		err = run(ctx, os.Args[1:], os.Stdout, os.Stderr)
		stop()
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "soak: %s\n", err)
		os.Exit(1)
	}
}

// soak is what every part shares.
type soak struct {
	dir, perenne  string
	out, progress io.Writer
	repositories  int // of the throughput
	shapes        []shape
	sample        int // cloned for comparison
	large         int // of the simulated portfolio
	kills         int
	databases     string // that processes are killed on
	shared        int    // repositories of the processes that work together
	turns         int    // of their schedule, before and after a restart
	faults        []error
}

func run(ctx context.Context, args []string, out, progress io.Writer) error {
	s := &soak{out: out, progress: progress}
	flags := flag.NewFlagSet("soak", flag.ContinueOnError)
	minutes := flags.Int("minutes", 60, "stop after so many minutes")
	only := flags.String("only", "throughput,large,crash,outage,together", "the parts to run")
	flags.StringVar(&s.perenne, "perenne", "", "the program to put to the test; built from here when empty")
	flags.IntVar(&s.repositories, "repositories", 2000, "repositories audited for the throughput")
	sizes := flags.String("sizes", "usual", "of the repositories of the throughput: usual ones, or small")
	flags.IntVar(&s.sample, "sample", 60, "repositories cloned with go-git for comparison")
	flags.IntVar(&s.large, "large", 50_000, "repositories of the simulated portfolio")
	flags.IntVar(&s.kills, "kills", 50, "processes killed on each database")
	flags.StringVar(&s.databases, "databases", "sqlite,postgres", "where processes are killed")
	flags.IntVar(&s.shared, "shared", 300, "repositories that two serving and four working processes share")
	flags.IntVar(&s.turns, "turns", 3, "turns of their schedule, a minute each, before and after all of them are restarted")
	if err := flags.Parse(args); err != nil {
		return err
	}
	switch *sizes {
	case "usual":
		s.shapes = usual
	case "small":
		s.shapes = []shape{small}
	default:
		return fmt.Errorf("no sizes are called %q: choose usual or small", *sizes)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(*minutes)*time.Minute)
	defer cancel()
	var err error
	if s.dir, err = os.MkdirTemp("", "perenne-soak-"); err != nil {
		return err
	}
	defer os.RemoveAll(s.dir)
	if s.perenne == "" {
		if err := s.build(); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "%s, %s/%s, %d processors, %s.\n", time.Now().Format(time.DateOnly), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
	parts := map[string]func(context.Context) error{
		"throughput": s.throughput, "large": s.largePortfolio, "crash": s.crash, "outage": s.outage,
		"together": s.together,
	}
	for _, name := range strings.Split(*only, ",") {
		part := parts[name]
		if part == nil {
			return fmt.Errorf("no part is called %q", name)
		}
		s.note("%s", name)
		if err := part(ctx); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return errors.Join(s.faults...)
}

// build makes the program that is put to the test.
func (s *soak) build() error {
	s.note("building perenne")
	s.perenne = filepath.Join(s.dir, "perenne")
	cmd := exec.Command("go", "build", "-trimpath", "-o", s.perenne, "github.com/perenne-audit/perenne/cmd/perenne")
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build perenne: %w\n%s", err, said)
	}
	return nil
}

// note says what goes on.
func (s *soak) note(format string, args ...any) {
	fmt.Fprintf(s.progress, "soak: %s "+format+"\n", append([]any{time.Now().Format(time.TimeOnly)}, args...)...)
}

// say writes a line of the report.
func (s *soak) line(format string, args ...any) { fmt.Fprintf(s.out, format+"\n", args...) }

// fault notes what is not as it must be, and goes on.
func (s *soak) fault(format string, args ...any) {
	err := fmt.Errorf(format, args...)
	s.faults = append(s.faults, err)
	s.line("- **fault**: %s", err)
}

// until waits for something to become true and returns how long it took.
func until(ctx context.Context, what string, atMost time.Duration, is func() (bool, error)) (time.Duration, error) {
	begin := time.Now()
	for {
		yes, err := is()
		took := time.Since(begin)
		if err != nil || yes {
			return took, err
		}
		if took > atMost {
			return took, fmt.Errorf("waited %s for %s", atMost, what)
		}
		select {
		case <-ctx.Done():
			return took, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}
