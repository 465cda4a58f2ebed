package storetest

import (
	"sync"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/store"
)

func manySaveTheSame(t *testing.T, s store.Store) {
	const workers, keys = 16, 3
	ids := make([][keys]int64, workers)
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for k := range keys {
				saved, err := s.Save(t.Context(), Sample(key(k), CommitID(1), noon.Add(time.Duration(w)*time.Minute), 3))
				if err != nil {
					t.Error(err)
				}
				ids[w][k] = saved.ID
			}
		})
	}
	group.Wait()
	for w := range workers {
		equal(t, "ids", ids[w], ids[0])
	}
	for k := range keys {
		if n := len(curve(t, s, key(k))); n != 1 {
			t.Errorf("%d points for one audit", n)
		}
	}
	summaries, err := s.Summaries(t.Context(), "")
	must(t, err)
	equal(t, "repositories", len(summaries), keys)
}

// manySaveAndThin lets audits come back while the retention takes others away.
func manySaveAndThin(t *testing.T, s store.Store) {
	var savers sync.WaitGroup
	for w := range 4 {
		savers.Go(func() {
			for i := range 40 {
				at := noon.Add(time.Duration(i) * time.Hour)
				if _, err := s.Save(t.Context(), Sample(key(w%2), CommitID(i%3), at, i%3)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 20 {
			if _, err := s.Thin(t.Context(), noon.AddDate(2, 0, 0)); err != nil {
				t.Error(err)
			}
		}
	}()
	savers.Wait()
	<-done
	states, err := s.States(t.Context(), "")
	must(t, err)
	for _, state := range states {
		points := curve(t, s, state.Key)
		if state.Latest == nil || len(points) == 0 {
			t.Errorf("%v: latest %v, %d points", state.Key, state.Latest, len(points))
		}
	}
}
