package storetest

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/store"
)

// repositories is the size of the largest portfolio that perenne is meant for,
// in challenges of five.
const repositories = 50_000

func manyKey(n int) store.Key {
	return store.Key{Challenge: fmt.Sprintf("challenge-%05d", n/5), Repository: fmt.Sprintf("https://forge.example/team-%05d/name-%d.git", n/5, n%5)}
}

// Benchmark measures a store with 50,000 repositories, half of them audited
// twice; open gives an empty one.
func Benchmark(b *testing.B, open func(b *testing.B) store.Store) {
	s := open(b)
	fill(b, s)
	b.Run("save a new audit", func(b *testing.B) {
		n := 0
		for b.Loop() {
			n++
			check(b, saveSample(b, s, n%repositories, noon.AddDate(0, 0, 2), n+7*b.N))
		}
	})
	b.Run("save an audit again", func(b *testing.B) {
		n := 0
		for b.Loop() {
			n = (n + 1) % repositories
			check(b, saveSample(b, s, n, noon.AddDate(0, 0, 1), n+1))
		}
	})
	b.Run("state of a repository", func(b *testing.B) {
		n := 0
		for b.Loop() {
			n = (n + 7919) % repositories
			_, err := s.State(b.Context(), manyKey(n))
			check(b, err)
		}
	})
	b.Run("states of a challenge", func(b *testing.B) {
		n := 0
		for b.Loop() {
			n = (n + 7919) % repositories
			_, err := s.States(b.Context(), manyKey(n).Challenge)
			check(b, err)
		}
	})
	b.Run("summaries of a challenge", func(b *testing.B) {
		for b.Loop() {
			_, err := s.Summaries(b.Context(), manyKey(25_000).Challenge)
			check(b, err)
		}
	})
	b.Run("summaries of all", func(b *testing.B) {
		for b.Loop() {
			all, err := s.Summaries(b.Context(), "")
			check(b, err)
			if len(all) != repositories {
				b.Fatalf("%d repositories", len(all))
			}
		}
	})
	b.Run("last hundred changes", func(b *testing.B) {
		for b.Loop() {
			_, err := s.Changes(b.Context(), "", time.Time{}, 100)
			check(b, err)
		}
	})
	b.Run("last hundred changes of a challenge", func(b *testing.B) {
		for b.Loop() {
			_, err := s.Changes(b.Context(), manyKey(25_000).Challenge, time.Time{}, 100)
			check(b, err)
		}
	})
	b.Run("curve", func(b *testing.B) {
		for b.Loop() {
			_, err := s.Curve(b.Context(), manyKey(25_000), time.Time{})
			check(b, err)
		}
	})
	b.Run("thin with nothing to do", func(b *testing.B) {
		for b.Loop() {
			_, err := s.Thin(b.Context(), noon)
			check(b, err)
		}
	})
}

// fill saves one or two audits of each repository, many at a time.
func fill(b *testing.B, s store.Store) {
	start := time.Now()
	var group sync.WaitGroup
	workers := 2 * runtime.GOMAXPROCS(0)
	for w := range workers {
		group.Go(func() {
			for n := w; n < repositories; n += workers {
				for day := range 1 + (n/workers)%2 {
					if err := saveSample(b, s, n, noon.AddDate(0, 0, day), n+day); err != nil {
						b.Error(err)
						return
					}
				}
			}
		})
	}
	group.Wait()
	b.Logf("%d audits saved in %v, %d at a time", repositories*3/2, time.Since(start).Round(time.Millisecond), workers)
}

func saveSample(b *testing.B, s store.Store, n int, at time.Time, seed int) error {
	_, err := s.Save(b.Context(), Sample(manyKey(n), CommitID(seed), at, seed))
	return err
}

func check(b *testing.B, err error) {
	if err != nil {
		b.Fatal(err)
	}
}
