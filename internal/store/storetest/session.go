package storetest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/store"
)

// sessions are found until they expire or are ended, whoever kept them.
func sessions(t *testing.T, s store.Store) {
	ctx := t.Context()
	ada := store.Session{Token: "a", Content: []byte{0, 0xff, 'x'}, Expires: noon.Add(time.Hour)}
	must(t, s.KeepSession(ctx, ada))
	must(t, s.KeepSession(ctx, store.Session{Token: "b", Content: []byte("{}"), Expires: noon.Add(2 * time.Hour)}))
	got, err := s.Session(ctx, "a", noon)
	must(t, err)
	equal(t, "session", got, ada)

	ada.Content, ada.Expires = []byte("more"), noon.Add(90*time.Minute)
	must(t, s.KeepSession(ctx, ada))
	got, err = s.Session(ctx, "a", noon.Add(time.Hour))
	must(t, err)
	equal(t, "kept again", got, ada)

	missing := func(token string, at time.Time) {
		t.Helper()
		if got, err := s.Session(ctx, token, at); !errors.Is(err, audit.ErrNotFound) {
			t.Errorf("session %q at %v: %v, %v", token, at, got, err)
		}
	}
	for _, token := range []string{"", "A", "a\x00", "\xff", strings.Repeat("a", 4096), "' OR 1=1 --"} {
		missing(token, noon)
		must(t, s.EndSession(ctx, token))
	}
	missing("a", noon.Add(90*time.Minute))
	for range 2 { // ended is ended
		must(t, s.EndSession(ctx, "a"))
		missing("a", noon)
	}
	for i, want := range []int{0, 1, 0} {
		n, err := s.EndExpired(ctx, noon.Add(time.Duration(i+1)*time.Hour))
		must(t, err)
		equal(t, "expired", n, want)
	}
	missing("b", noon)
}

// manyEndSessions lets processes keep and remove the same sessions at a time.
func manyEndSessions(t *testing.T, s store.Store) {
	var group sync.WaitGroup
	for w := range 8 {
		group.Go(func() {
			for i := range 30 {
				err := s.KeepSession(t.Context(), store.Session{Token: fmt.Sprint((w + i) % 12), Content: []byte("x"), Expires: noon})
				if err == nil && i%3 == 0 {
					_, err = s.EndExpired(t.Context(), noon)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	_, err := s.EndExpired(t.Context(), noon)
	must(t, err)
	if n, err := s.EndExpired(t.Context(), noon); n != 0 || err != nil {
		t.Errorf("%d expired sessions are left, %v", n, err)
	}
}
