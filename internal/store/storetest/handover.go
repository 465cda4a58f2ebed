package storetest

import (
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/store"
)

// handedOver: who leaves is told apart from what was answered. The same audit is
// found again, and what leaves with people is what was said last, or nothing.
func handedOver(t *testing.T, s store.Store) {
	nobodyFound := SampleHandover(noon)
	nobodyFound.Unmatched, nobodyFound.Loss = []string{"Ada"}, audit.NewLoss(40, 0, 4000, 0).Untold()
	for i, h := range []*audit.Handover{
		SampleHandover(noon), nil, nobodyFound,
		{At: noon, Unknown: audit.NoSource, Leavers: []audit.Knower{}, Stayers: []audit.Knower{}, Areas: []audit.HandoverArea{}},
		SampleHandover(noon.Add(time.Hour)),
	} {
		a := Sample(key(1), CommitID(1), noon.Add(time.Duration(i)*time.Hour), 3)
		a.Result.Handover = h
		saved := save(t, s, a)
		kept, err := s.Audit(t.Context(), saved.ID)
		must(t, err)
		equal(t, "handover", kept.Result.Handover, h)
		summaries, err := s.Summaries(t.Context(), "gobelins")
		must(t, err)
		var want *store.FilesKnown
		if h != nil && h.Unknown == "" {
			want = &store.FilesKnown{Known: 40, Orphaned: h.OrphanedFiles, Untold: h == nobodyFound}
		}
		if len(summaries) != 1 || summaries[0].Audit != saved.ID {
			t.Fatalf("%d summaries after audit %d", len(summaries), saved.ID)
		}
		equal(t, "files", summaries[0].Files, want)
	}
}
