//go:build unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/config"
	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/deliverable"
	"github.com/perenne-audit/perenne/internal/judge"
)

// judgeRole makes this program acquire a repository and print what judging it
// cost, in a process that has judged nothing yet.
const judgeRole = "judge-one-repository"

func judgeAlone(args []string) error {
	s, err := hold(context.Background(), args[0], audit.NeedTree|audit.NeedAuthors)
	if err != nil {
		return err
	}
	defer s.Close()
	start, before := time.Now(), ownCPU()
	if err := judgeAll(s.Snapshot); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(sample{Wall: time.Since(start), CPU: ownCPU() - before})
}

// hold acquires a repository with its files, its authors and what else is needed.
func hold(ctx context.Context, target string, needs audit.Need) (*acquire.Snapshot, error) {
	settings, err := config.Load("")
	if err != nil {
		return nil, err
	}
	o := acquire.Options{Limits: settings.Limits, Needs: needs, TakenAt: time.Now().UTC()}
	s, err := acquire.Fetch(ctx, target, o)
	if err == nil && (s.Tree == nil || s.History == nil) {
		err = errors.New("the files or the history did not come")
	}
	return s, err
}

// judgeAll does what an audit does between acquiring and scoring.
func judgeAll(s *audit.Snapshot) error {
	s.Deliverables = deliverable.Of(s.View())
	_, err := judge.Run(context.Background(), s, checks.All())
	return err
}

// ownCPU is the time that the processors gave to this process.
func ownCPU() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// describe names a bare repository and says how large it is.
func describe(ctx context.Context, repo string) (string, error) {
	s, err := hold(ctx, repo, audit.NeedTree|audit.NeedAuthors)
	if err != nil {
		return "", err
	}
	defer s.Close()
	var files, packed int64
	for _, f := range s.Files() {
		files += max(f.SizeBytes, 0)
	}
	packs, _ := filepath.Glob(filepath.Join(repo, "objects", "pack", "*.pack"))
	for _, pack := range packs {
		if info, err := os.Stat(pack); err == nil {
			packed += info.Size()
		}
	}
	return fmt.Sprintf("%s: %d commits, %d files of %s, packed %s", strings.TrimSuffix(filepath.Base(repo), ".git"),
		len(s.History.Commits), len(s.Files()), megabytes(float64(files)), megabytes(float64(packed))), nil
}
