//go:build unix

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/perenne-audit/perenne/internal/acquire/gitserve"
)

// sample is what one run of one process cost. CPU and peak memory include the
// processes that it started itself and waited for; the peak is that of the
// largest one.
type sample struct {
	Wall, CPU                time.Duration
	PeakBytes, ReceivedBytes int64
}

// bench is one run of this program.
type bench struct {
	dir, perenne string
	repeats      int
	progress     io.Writer
}

// contenders take turns in this order, under these names. The fourth is a part of
// the first; the fifth and sixth read the repository where it lies.
var contenders = []string{
	"perenne audit", "git clone --bare", "go-git clone and read", "checks alone", "history of each file", "git log --name-only", "perenne handover",
}

// comparisons are the ratios that the table shows, by places in contenders.
var comparisons = []struct {
	name string
	a, b int
}{
	{"audit / git clone --bare", 0, 1},
	{"audit / go-git clone and read", 0, 2},
	{"history of each file / git log", 4, 5},
}

// repository measures one repository and writes its table.
func (b *bench) repository(ctx context.Context, out io.Writer, repo string) error {
	repo, err := filepath.Abs(repo)
	if err != nil {
		return err
	}
	handler, err := gitserve.Handler(filepath.Dir(repo), true)
	if err != nil {
		return err
	}
	var received atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler.ServeHTTP(&counted{w, &received}, r)
	}))
	defer server.Close()
	url := server.URL + "/" + filepath.Base(repo)
	fmt.Fprintf(b.progress, "bench: measuring %s\n", filepath.Base(repo))
	title, err := describe(ctx, repo)
	if err != nil {
		return err
	}
	runs := make([]series, len(contenders))
	// The first turn only warms the caches of the disk.
	for turn := range 1 + b.repeats {
		for i := range contenders {
			s, err := b.turn(ctx, i, url, repo, &received)
			if err != nil {
				return fmt.Errorf("%s: %w", contenders[i], err)
			}
			if turn > 0 {
				runs[i] = append(runs[i], s)
			}
		}
	}
	return table(out, title, runs)
}

// turn runs one contender once, into a folder that is gone afterwards.
func (b *bench) turn(ctx context.Context, contender int, url, repo string, received *atomic.Int64) (sample, error) {
	into := filepath.Join(b.dir, "clone")
	defer os.RemoveAll(into)
	command := [][]string{
		{b.perenne, "audit", url},
		{"git", "clone", "--quiet", "--bare", url, into},
		{os.Args[0], plainCloneRole, url, into},
		nil,
		{os.Args[0], walkRole, repo},
		{"git", "-C", repo, "log", "--name-only", "--format=%H"},
		{b.perenne, "handover", url},
	}
	if command[contender] == nil {
		return child(ctx, judgeRole, url)
	}
	received.Store(0)
	s, err := child(ctx, append([]string{measureRole}, command[contender]...)...)
	s.ReceivedBytes = received.Load()
	return s, err
}

// counted counts the bytes of the answers.
type counted struct {
	http.ResponseWriter
	bytes *atomic.Int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p)
	c.bytes.Add(int64(n))
	return n, err
}

// measureRole makes this program run one command and print its sample.
const measureRole = "measure-one-command"

// child runs this program in a role and returns the sample it prints. Commands
// are measured below such a fresh process because on Linux the peak of a process
// counts what its parent held, and this one serves repositories.
func child(ctx context.Context, args ...string) (sample, error) {
	var s sample
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Stderr = os.Stderr
	printed, err := cmd.Output()
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(printed, &s)
}

// measure is the role. What the command prints goes nowhere, unless it fails.
func measure(command []string) error {
	var complaints strings.Builder
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stderr = &complaints
	start := time.Now()
	err := cmd.Run()
	took := time.Since(start)
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(command, " "), err, complaints.String())
	}
	state := cmd.ProcessState
	peak := int64(state.SysUsage().(*syscall.Rusage).Maxrss)
	if runtime.GOOS != "darwin" {
		peak <<= 10 // all but one count in KiB
	}
	return json.NewEncoder(os.Stdout).Encode(sample{took, state.UserTime() + state.SystemTime(), peak, 0})
}
