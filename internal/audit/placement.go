package audit

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Placement is what somebody decided about one action of a challenge. It stands
// beside what is computed, and before it, until somebody decides otherwise; no
// audit changes it.
type Placement struct {
	// ID grows with every decision; 0 before it is kept.
	ID int64
	// Challenge and Check are ids. Repository is the target as the portfolio writes
	// it, and empty for a question about the challenge as a whole.
	Challenge, Repository, Check string
	// Quadrant is empty where the computed one stands.
	Quadrant Quadrant
	// Side is who acts; empty where the computed one stands. Assignee is a person or
	// a service, in words; may be empty.
	Side     Side
	Assignee string
	// Due is the day by which it must be done; zero where the computed one stands.
	Due time.Time
	// Progress is how far somebody says it is.
	Progress Progress
	// Reason says why; an action is not dropped without one.
	Reason string
	// Author is who decided, At when.
	Author string
	At     time.Time
}

// Progress is how far an action is.
type Progress string

// The steps of an action.
const (
	// Open is nothing said.
	Open Progress = "open"
	// Doing is begun.
	Doing Progress = "doing"
	// Done is what somebody says; the next audit confirms it or opens it again.
	Done Progress = "done"
	// Dropped is left undone on purpose. The gap stays a gap.
	Dropped Progress = "dropped"
)

// Progresses lists every step.
var Progresses = []Progress{Open, Doing, Done, Dropped}

// The longest that words of a placement may be, in bytes.
const (
	maxName   = 200
	maxReason = 2000
)

// Validate returns all that is wrong with a decision, or nil. The error is in
// words for whoever decided, and wraps [ErrUnsupported].
func (p Placement) Validate() error {
	var faults []error
	must := func(holds bool, what string) {
		if !holds {
			faults = append(faults, fmt.Errorf("%s: %w", what, ErrUnsupported))
		}
	}
	must(p.Challenge != "" && p.Check != "", "name the challenge and the check")
	must(p.Quadrant == "" || p.Quadrant != Undated && slices.Contains(Quadrants, p.Quadrant), "quadrant: choose do, plan, delegate or drop")
	must(p.Side == "" || slices.Contains(Sides, p.Side), "side: choose team, dsi or mentor")
	must(slices.Contains(Progresses, p.Progress), "progress: choose open, doing, done or dropped")
	must(p.Progress != Dropped || strings.TrimSpace(p.Reason) != "", "an action is dropped with a reason: write one")
	must(p.Due.IsZero() || p.Due.Year() >= 2000 && p.Due.Year() < 2200, "due: write a day such as 2026-12-31")
	must(len(p.Assignee) <= maxName && len(p.Author) <= maxName, fmt.Sprintf("names: at most %d bytes", maxName))
	must(len(p.Reason) <= maxReason, fmt.Sprintf("reason: at most %d bytes", maxReason))
	for _, words := range []string{p.Challenge, p.Repository, p.Check, p.Assignee, p.Author, p.Reason} {
		must(readable(words), "words: no control characters")
	}
	return errors.Join(faults...)
}

// readable reports whether words can be shown and kept as they are. A line break
// is a word's neighbour, anything else that moves the cursor is not.
func readable(words string) bool {
	return utf8.ValidString(words) && strings.IndexFunc(words, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }) < 0
}
