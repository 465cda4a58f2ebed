package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/store"
)

// cancelled stops saves at any moment: each is there whole, or not at all, and
// the store works on.
func cancelled(t *testing.T, s store.Store) {
	saved := 0
	for i := range 40 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*50*time.Microsecond)
		_, err := s.Save(ctx, Sample(key(i), CommitID(i), noon, i))
		cancel()
		if err == nil {
			saved++
		} else if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("save %d: %v", i, err)
		}
	}
	must(t, s.Ping(t.Context()))
	states, err := s.States(t.Context(), "")
	must(t, err)
	// One that was cut off while it was committed may be there.
	if len(states) < saved {
		t.Errorf("%d of %d audits are there", len(states), saved)
	}
	for _, state := range states {
		if state.Latest == nil || len(curve(t, s, state.Key)) != 1 {
			t.Errorf("%v is torn", state.Key)
		}
	}
}
