package storetest

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/score"
	"github.com/perenne-audit/perenne/internal/store"
)

// noon is when the samples' first audit was taken.
var noon = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)

// known are the checks of the samples: ten on each axis.
var known = func() []*audit.Check {
	var all []*audit.Check
	severities := []audit.Severity{audit.Blocker, audit.Major, audit.Moderate, audit.Minor}
	for _, axis := range audit.Axes {
		for i := range 10 {
			c := &audit.Check{
				ID: fmt.Sprintf("%s-question-%s", axis, string(rune('a'+i))), Axis: axis, Severity: severities[i%4],
				EffortHours: float64(i) + 0.5, LeadDays: i, Side: audit.Team,
			}
			if axis == audit.Community {
				c.Severity = audit.Bonus
			}
			all = append(all, c)
		}
	}
	return all
}()

// Lookup finds the checks of the samples.
func Lookup(id string) (*audit.Check, bool) {
	for _, c := range known {
		if c.ID == id {
			return c, true
		}
	}
	return nil, false
}

// Sample is an audit of about the size of a real one. Its answers follow from
// seed: the same seed gives the same answers.
func Sample(k store.Key, commit string, at time.Time, seed int) store.Audit {
	r := &audit.Result{
		Target: k.Repository, Catalogue: "2026.11", TakenAt: at,
		Repository:   audit.Repository{URL: k.Repository, Branch: "main", Commit: commit, CommittedAt: at.Add(-time.Hour)},
		Deliverables: []audit.Deliverable{{Kind: audit.WebApplication, Root: "app", Because: "app/package.json"}},
		Languages:    map[string]float64{"Go": 0.75, "HTML": 0.25}, DocumentationLanguage: audit.French,
		Maintainers: &audit.Maintainers{People: 4, BusFactor: 2, TopShare: 0.5, LastHumanCommit: at.Add(-time.Hour)},
	}
	r.Handover = SampleHandover(at)
	random := rand.New(rand.NewPCG(uint64(seed), 1))
	for i, c := range known {
		answer := audit.Answers[random.IntN(len(audit.Answers))]
		v := audit.Verdict{Answer: answer, Reason: audit.Because("seen", "path", fmt.Sprintf("src/module-%d/main.go", i), "count", i, "on", at)}
		v = v.At(audit.Place{Path: fmt.Sprintf("src/module-%d/main.go", i), Line: i + 1, Text: "a line of what was seen"})
		v = v.Fact("files", []string{"a", "b"}).Fact("count", i)
		r.Judged = append(r.Judged, audit.Judged{Check: c, Verdict: v})
		if answer.Gap() {
			r.Actions = append(r.Actions, audit.Action{Check: c, Gain: 0.125, Blocking: c.Severity == audit.Blocker, Side: c.Side})
		}
	}
	r.Score = score.Of(r.Judged)
	return store.Audit{Key: k, Policy: "default 1", Result: r, Took: 1500 * time.Millisecond}
}

// SampleHandover is what leaves with people, with some of everything in it.
func SampleHandover(at time.Time) *audit.Handover {
	factor := 1
	loss := audit.NewLoss(40, 10, 4000, 3000)
	ada, bea := audit.Knower{Name: "Ada Exemple", Files: 0.25, Leaves: at.AddDate(0, 1, 0).Truncate(24 * time.Hour)}, audit.Knower{Name: "Bea Exemple", Files: 0.75}
	return &audit.Handover{
		At: at, People: 2, Leavers: []audit.Knower{ada}, Stayers: []audit.Knower{bea}, BusFactor: &factor, Loss: loss, SourceFiles: 42,
		Areas:    []audit.HandoverArea{{Folder: "import", Kind: audit.DataPipeline, Loss: loss, Knew: []audit.Knower{ada, bea}, Knows: []audit.Knower{bea}}},
		Critical: []audit.CriticalWork{{Concern: "deployment", Files: 2, Orphaned: true, Paths: []string{"Dockerfile"}, Sole: ada.Name}},
		Roles:    []audit.SoleRole{{Role: "releaser", People: []string{ada.Name}}},
		Curve:    []audit.LossPoint{{At: ada.Leaves, Gone: 1, Loss: loss}},
		Transfer: &audit.TransferPlan{
			Trainees: []audit.Trainee{{Name: bea.Name, Folders: []string{"import"}, Hours: 2}, {Folders: []string{"web"}, Hours: 1.5}},
			Sessions: []audit.TransferSession{{Day: at.AddDate(0, 0, 1).Truncate(24 * time.Hour), Folder: "import", From: ada.Name, To: bea.Name, Hours: 2}},
			Left:     []audit.TransferLeft{{Folder: "web", From: ada.Name, Hours: 1.5}}, Hours: 3.5, PlannedHours: 2,
			Documents: []audit.MissingDocument{{Check: "operations-guide", Hours: 14}},
		},
	}
}

// CommitID is the n-th commit of the samples.
func CommitID(n int) string { return fmt.Sprintf("%040x", n+1) }
