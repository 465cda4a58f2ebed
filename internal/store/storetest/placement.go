package storetest

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/store"
)

// placements are kept beside each other; the last about an action is in force,
// whatever is audited meanwhile.
func placements(t *testing.T, s store.Store) {
	place := func(p audit.Placement) audit.Placement {
		t.Helper()
		kept, err := s.Place(t.Context(), p)
		must(t, err)
		if kept.ID <= p.ID {
			t.Errorf("kept with the ID %d", kept.ID)
		}
		return kept
	}
	first := place(audit.Placement{
		Challenge: "gobelins", Repository: key(1).Repository, Check: "licence-present", Quadrant: audit.Delegate, Side: audit.Mentor,
		Assignee: "Zoé", Due: noon.AddDate(0, 1, 0), Progress: audit.Doing, Reason: "two\nlines", Author: "Camille", At: noon.Add(1500 * time.Nanosecond),
	})
	whole := place(audit.Placement{Challenge: "gobelins", Check: "operations-guide", Progress: audit.Open, At: noon})
	other := place(audit.Placement{Challenge: "archifiltre", Check: "operations-guide", Progress: audit.Dropped, Reason: "no server", At: noon})
	dropped := first
	dropped.ID, dropped.Progress, dropped.Reason, dropped.Author, dropped.At = 0, audit.Dropped, "the archive is read only", "Sacha", noon.Add(time.Hour)
	dropped = place(dropped)
	save(t, s, Sample(key(1), CommitID(1), noon.Add(2*time.Hour), 3))
	first.At = noon.Add(time.Microsecond)

	inForce := func(challenge string) []audit.Placement {
		t.Helper()
		all, err := s.Placements(t.Context(), challenge)
		must(t, err)
		return all
	}
	equal(t, "in force", inForce("gobelins"), []audit.Placement{whole, dropped})
	equal(t, "in force everywhere", inForce(""), []audit.Placement{other, whole, dropped})
	equal(t, "of a challenge never heard of", len(inForce("g\x00")), 0)
	all, err := s.Decisions(t.Context(), "gobelins", 10)
	must(t, err)
	equal(t, "decisions", all, []audit.Placement{dropped, whole, first})
	two, err := s.Decisions(t.Context(), "gobelins", 2)
	must(t, err)
	equal(t, "the newest decisions", two, all[:2])

	for name, p := range map[string]audit.Placement{
		"no check":                {Challenge: "gobelins", Progress: audit.Open},
		"no progress":             {Challenge: "gobelins", Check: "licence-present"},
		"dropped without reason":  {Challenge: "gobelins", Check: "licence-present", Progress: audit.Dropped, Reason: " \n"},
		"no such quadrant":        {Challenge: "gobelins", Check: "licence-present", Progress: audit.Open, Quadrant: audit.Undated},
		"no such side":            {Challenge: "gobelins", Check: "licence-present", Progress: audit.Open, Side: "nobody"},
		"a NUL":                   {Challenge: "gobelins", Check: "licence-present", Progress: audit.Open, Assignee: "a\x00"},
		"not UTF-8":               {Challenge: "gobelins", Check: "licence-present", Progress: audit.Open, Reason: "\xff"},
		"a reason without an end": {Challenge: "gobelins", Check: "licence-present", Progress: audit.Open, Reason: strings.Repeat("x", 1<<16)},
	} {
		if _, err := s.Place(t.Context(), p); !errors.Is(err, audit.ErrUnsupported) {
			t.Errorf("%s: %v, want unsupported", name, err)
		}
	}
}

// manyPlace decide about the same action at once: all of it is kept, and one of
// them is in force.
func manyPlace(t *testing.T, s store.Store) {
	const people = 8
	var together sync.WaitGroup
	for range people {
		together.Go(func() {
			if _, err := s.Place(t.Context(), audit.Placement{Challenge: "gobelins", Check: "licence-present", Progress: audit.Doing, At: noon}); err != nil {
				t.Error(err)
			}
		})
	}
	together.Wait()
	all, err := s.Decisions(t.Context(), "gobelins", people+1)
	must(t, err)
	equal(t, "decisions", len(all), people)
	inForce, err := s.Placements(t.Context(), "gobelins")
	must(t, err)
	equal(t, "in force", inForce, all[:1])
}
