package report

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/store/storetest"
)

// handedOver is a portfolio of three repositories: one of which everything is said,
// one of which nothing is known, and one that could not be audited. Its folders and
// people have hostile names.
func handedOver() ([]Outcome, []Challenge) {
	result := sample()
	result.Handover = storetest.SampleHandover(day(2026, time.November, 2))
	h := result.Handover
	h.Areas[0].Folder, h.Leavers[0].Name, h.Unmatched = hostile, hostile, []string{hostile}
	h.Critical[0].Paths = []string{hostile}
	h.Since = day(2026, time.September, 1)
	h.Progress = &audit.HandoverProgress{Commits: 3, Merges: 1, Folders: []audit.FolderProgress{{Folder: hostile, Commits: 3, People: 1}}}
	unknown := sample()
	unknown.Handover = &audit.Handover{At: h.At, Unknown: audit.NoSource}
	outcomes := []Outcome{
		{Challenge: "relay", Target: "relay", Result: result}, {Challenge: "relay", Target: "prose", Result: unknown},
		{Challenge: "relay", Target: "gone", Err: errors.New("audit gone: not found")},
	}
	return outcomes, []Challenge{{Name: "Relay", Result: audit.ChallengeResult{Challenge: "relay"}}}
}

func TestHandoverGolden(t *testing.T) {
	t.Parallel()
	outcomes, challenges := handedOver()
	for _, lang := range []audit.Lang{audit.English, audit.French} {
		for _, format := range HandoverNames() {
			write, err := HandoverByName(format)
			if err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			if err := write(&out, outcomes, Options{Lang: lang, Width: 80, Challenges: challenges}); err != nil {
				t.Fatal(err)
			}
			if format != "json" && strings.ContainsAny(out.String(), "\x1b\u202e") {
				t.Errorf("%s lets hostile names through", format)
			}
			golden(t, filepath.Join("testdata", "handover."+string(lang)+"."+format), out.String())
		}
	}
}
