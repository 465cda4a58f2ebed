package board_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/board"
	"github.com/perenne-audit/perenne/internal/store"
	"github.com/perenne-audit/perenne/internal/store/sqlite"
	"github.com/perenne-audit/perenne/internal/store/storetest"
)

// The list of all challenges, made again after one audit: what a page waits for
// at worst.
func BenchmarkRows(b *testing.B) {
	const challenges = 2000
	s, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "perenne.db"), storetest.Lookup)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	now, p := noon, portfolioOf(challenges, 5)
	for n := range challenges * 5 {
		key := store.Key{Challenge: p.Challenges[n/5].ID, Repository: p.Challenges[n/5].Repositories[n%5].URL}
		if _, err := s.Save(b.Context(), storetest.Sample(key, storetest.CommitID(n), now, n)); err != nil {
			b.Fatal(err)
		}
	}
	l := board.NewLive(func() *audit.Portfolio { return p }, s, storetest.Lookup, 24*time.Hour, func() time.Time { return now })
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		now = now.Add(2 * time.Minute)
		key := store.Key{Challenge: "c7", Repository: p.Challenges[7].Repositories[1].URL}
		if _, err := s.Save(b.Context(), storetest.Sample(key, storetest.CommitID(n), now, n)); err != nil {
			b.Fatal(err)
		}
		if _, total, err := l.Rows(b.Context(), board.Query{}); err != nil || total != challenges {
			b.Fatal(total, err)
		}
	}
}
