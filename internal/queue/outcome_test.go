package queue

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"github.com/perenne-audit/perenne/internal/audit"
)

// until is a rate limit whose end the host told.
type until struct{ time.Duration }

func (u until) Error() string             { return "slow down" }
func (u until) RetryAfter() time.Duration { return u.Duration }
func (u until) Unwrap() error             { return audit.ErrRateLimited }

// What River does with an audit's error: end, wait or try again. River stops jobs
// with a cause of its own, which is not context.Canceled.
func TestOutcome(t *testing.T) {
	stopped, stop := context.WithCancelCause(t.Context())
	stop(errors.New("stop"))
	late, cancel := context.WithTimeout(t.Context(), -1)
	defer cancel()
	for _, one := range []struct {
		name   string
		ctx    context.Context
		err    error
		snooze time.Duration // -1 for none
		cancel bool
	}{
		{"done", t.Context(), nil, -1, false},
		{"rate limited until", t.Context(), fmt.Errorf("audit x: %w", until{2 * time.Minute}), 2 * time.Minute, false},
		{"rate limited now", t.Context(), until{}, time.Second, false},
		{"rate limited", t.Context(), fmt.Errorf("audit x: %w", audit.ErrRateLimited), limited, false},
		{"unreachable", t.Context(), fmt.Errorf("audit x: %w", audit.ErrUnreachable), -1, false},
		{"damaged", t.Context(), audit.ErrDamaged, -1, false},
		{"too slow", late, context.DeadlineExceeded, -1, false},
		{"not kept", t.Context(), fmt.Errorf("%w: %w", ErrNotKept, audit.ErrTooLarge), -1, false},
		{"gone", t.Context(), audit.ErrNotFound, -1, true},
		{"refused", t.Context(), audit.ErrForbidden, -1, true},
		{"stopping", stopped, fmt.Errorf("audit x: %w", context.Canceled), 0, false},
	} {
		got := outcome(one.ctx, one.err)
		var snoozed *river.JobSnoozeError
		var cancelled *river.JobCancelError
		if (got == nil) != (one.err == nil) || errors.As(got, &snoozed) != (one.snooze >= 0) || errors.As(got, &cancelled) != one.cancel {
			t.Errorf("%s: %v", one.name, got)
		} else if snoozed != nil && snoozed.Duration != one.snooze {
			t.Errorf("%s: waits %s, want %s", one.name, snoozed.Duration, one.snooze)
		}
	}
}
