// Accuracy compares bus factors with those that were published, on repositories
// that lie elsewhere:
//
//	go run ./internal/knowledge/accuracy DIR
//
// DIR holds bare repositories, owner+name.git each, whose HEAD is the last commit
// before the date of the paper, 2015-02-25; see docs/accuracy.md for how to make
// one. It prints a Markdown table. Those of published.tsv that DIR lacks are named
// on standard error.
package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/config"
	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/knowledge"
)

//go:embed published.tsv
var publishedTable string

// published is one line of the table.
type published struct {
	repository string
	factor     int
}

// measured is what perenne says of one repository.
type measured struct {
	commit           string
	commits, files   int
	factor, distance int
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: accuracy DIR")
		os.Exit(2)
	}
	if err := compare(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "accuracy:", err)
		os.Exit(1)
	}
}

func compare(dir string) error {
	fmt.Print("| repository | commit | commits | source files | published | perenne |\n|---|---|---|---|---|---|\n")
	all, equal, near := 0, 0, 0
	for _, p := range table() {
		repo := filepath.Join(dir, strings.ReplaceAll(p.repository, "/", "+")+".git")
		if _, err := os.Stat(repo); err != nil {
			fmt.Fprintf(os.Stderr, "not found: %s\n", p.repository)
			continue
		}
		m, err := measure(repo, p)
		if err != nil {
			return err
		}
		all++
		if m.distance == 0 {
			equal++
		}
		if m.distance <= 1 {
			near++
		}
		fmt.Printf("| %s | %s | %d | %d | %d | %d |\n", p.repository, m.commit[:12], m.commits, m.files, p.factor, m.factor)
	}
	fmt.Printf("\nEqual on %d of %d, within one on %d.\n", equal, all, near)
	return nil
}

func table() []published {
	var all []published
	for line := range strings.Lines(publishedTable) {
		name, factor, found := strings.Cut(strings.TrimSpace(line), "\t")
		n, err := strconv.Atoi(factor)
		if found && err == nil {
			all = append(all, published{name, n})
		}
	}
	return all
}

func measure(repo string, p published) (measured, error) {
	settings, err := config.Load("")
	if err != nil {
		return measured{}, err
	}
	s, err := acquire.Fetch(context.Background(), repo, acquire.Options{
		Limits: settings.Limits, TakenAt: time.Date(2015, 2, 26, 0, 0, 0, 0, time.UTC),
		Needs: audit.NeedTree | audit.NeedAuthors | audit.NeedFileHistory,
	})
	if err != nil {
		return measured{}, err
	}
	defer s.Close()
	m := measured{commit: s.Repository.Commit, commits: len(s.History.Commits)}
	known := knowledge.Of(s.Snapshot, knowledge.Published)
	if known == nil {
		return m, fmt.Errorf("%s: nothing is known", p.repository)
	}
	m.files, m.factor = len(known.Files), len(known.BusFactor())
	m.distance = max(m.factor-p.factor, p.factor-m.factor)
	return m, nil
}
