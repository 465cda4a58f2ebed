// Package judge puts every check's question to a snapshot. It decides nothing
// about scores.
package judge

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Timeout is how long one check may take. A check is pure and usually takes
// milliseconds; one that hangs on hostile input must not hold up the audit.
const Timeout = 30 * time.Second

// Run asks each check about the snapshot, on all cores, and returns the answers
// in the order of the checks. The answers depend on nothing but the snapshot.
//
// The answer is not-applicable when no deliverable is of a kind the check asks
// about, and unknown when evidence it needs is missing, when it takes longer
// than [Timeout], when it panics, and when it is negative although a file it
// wanted could not be read. The error is the context's, and then there are no
// answers.
func Run(ctx context.Context, s *audit.Snapshot, checks []*audit.Check) ([]audit.Judged, error) {
	return run(ctx, s, checks, Timeout)
}

func run(ctx context.Context, s *audit.Snapshot, checks []*audit.Check, timeout time.Duration) ([]audit.Judged, error) {
	judged := make([]audit.Judged, len(checks))
	views := make([]*audit.Snapshot, len(checks))
	for i := range checks {
		views[i] = s.View()
	}
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for i, check := range checks {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			judged[i] = audit.Judged{Check: check, Verdict: ask(ctx, views[i], check, timeout)}
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("judge %s: %w", s.Repository.Commit, err)
	}
	return judged, nil
}

func ask(ctx context.Context, s *audit.Snapshot, check *audit.Check, timeout time.Duration) audit.Verdict {
	if !check.AppliesTo(s.Deliverables) {
		if len(s.Deliverables) == 0 {
			return audit.NotApplicable("no-kind")
		}
		return audit.NotApplicable("other-kind", "kinds", kinds(s))
	}
	if missing := s.Missing(check.Needs); len(missing) > 0 {
		if s.ForgeReason.Key != "" && len(missing) == 1 && missing[0] == audit.NeedForge.String() {
			return audit.Verdict{Answer: audit.AnswerUnknown, Reason: s.ForgeReason}
		}
		return audit.Unknown("missing-evidence", "needs", missing)
	}
	answer := make(chan audit.Verdict, 1)
	go func() {
		defer func() {
			if recover() != nil {
				answer <- audit.Unknown("panic")
			}
		}()
		answer <- doubt(check.Run(s), s)
	}()
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case verdict := <-answer:
		return verdict
	case <-ctx.Done():
		return audit.Verdict{}
	case <-timer.C:
		return audit.Unknown("timeout", "seconds", int(timeout/time.Second))
	}
}

func kinds(s *audit.Snapshot) []string {
	var names []string
	for _, d := range s.Deliverables {
		if !slices.Contains(names, string(d.Kind)) {
			names = append(names, string(d.Kind))
		}
	}
	return names
}

// maxUnreadShown is how many unreadable paths a reason names.
const maxUnreadShown = 3

// doubt turns a negative answer into unknown when something the check wanted
// could not be read: it might have been what was missing.
func doubt(v audit.Verdict, s *audit.Snapshot) audit.Verdict {
	if !v.Answer.Gap() {
		return v
	}
	var paths []string
	for _, u := range s.Unread() {
		if len(paths) < maxUnreadShown && !errors.Is(u.Err, context.Canceled) {
			paths = append(paths, u.Path)
		}
	}
	if s.Truncated() {
		paths = append(paths, "…")
	}
	if len(paths) == 0 {
		return v
	}
	slices.Sort(paths)
	return audit.Verdict{Answer: audit.AnswerUnknown, Reason: audit.Because("unread", "paths", paths), Places: v.Places, Facts: v.Facts}
}
