package queue

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const day = 24 * time.Hour

func TestDue(t *testing.T) {
	now := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	job := Job{Challenge: "a", Repository: "b"}
	if !Due(job, day, time.Time{}, now) {
		t.Error("never tried, and not due")
	}
	if !Due(job, day, now.Add(-25*time.Hour), now) {
		t.Error("tried longer ago than the period, and not due")
	}
	if Due(job, day, now, now) {
		t.Error("just tried, and due")
	}
	if !Due(job, day, now.Add(10*day), now) {
		t.Error("tried in a far future, by a clock that jumped, and never due again")
	}
}

// Times of audits are kept to the second: one made in the second in which its
// turn came has had it.
func TestDueOncePerTurn(t *testing.T) {
	for i := range 1000 {
		job := Job{Challenge: "c", Repository: fmt.Sprint(i)}
		next := Next(job, day, time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC))
		if made := next.Add(time.Millisecond).Truncate(time.Second); Due(job, day, made, next.Add(time.Minute)) {
			t.Fatalf("repository %d has its turn at %s, was audited at %s and is due again", i, next, made)
		}
	}
}

// Watched minute by minute for a week, each repository has its turn once a day,
// and a thousand of them are spread over the hours.
func TestDueSpreads(t *testing.T) {
	perHour := map[int]int{}
	for i := range 1000 {
		job := Job{Challenge: "c", Repository: fmt.Sprint(i)}
		start := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
		tried, turns := start, 0
		for now := start; now.Before(start.Add(7 * day)); now = now.Add(10 * time.Minute) {
			if Due(job, day, tried, now) {
				tried, turns = now, turns+1
				perHour[now.Hour()]++
			}
		}
		// One whose turn is within the first minutes had it just before.
		if turns < 6 || turns > 7 {
			t.Fatalf("repository %d had %d turns in a week", i, turns)
		}
	}
	for hour := range 24 {
		if n := perHour[hour]; n < 150 || n > 450 {
			t.Errorf("%d of 7000 audits at %d o'clock", n, hour)
		}
	}
}

// The turn is never after now and never a whole period ago.
func TestTurnProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		every := time.Duration(rapid.Int64Range(int64(time.Minute), int64(90*day)).Draw(t, "every"))
		now := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "now"), 0).UTC()
		got := turn(Job{Challenge: rapid.String().Draw(t, "challenge"), Repository: "r"}, every, now)
		if got.After(now) || now.Sub(got) >= every {
			t.Fatalf("turn %s for %s every %s", got, now, every)
		}
	})
}
