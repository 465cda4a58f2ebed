package board_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/board"
	"github.com/perenne-audit/perenne/internal/plan"
	"github.com/perenne-audit/perenne/internal/score"
	"github.com/perenne-audit/perenne/internal/store"
	"github.com/perenne-audit/perenne/internal/store/storetest"
)

// An action is placed, done, confirmed, and falls: what somebody decided is never
// written over, it closes and opens by what audits find.
func TestPlacementThroughAudits(t *testing.T) {
	s, p, now := open(t), portfolioOf(1, 1), noon
	l := board.NewLive(func() *audit.Portfolio { return p }, s, storetest.Lookup, 24*time.Hour, func() time.Time { return now })
	key := store.Key{Challenge: "c0", Repository: p.Challenges[0].Repositories[0].URL}
	sample := storetest.Sample(key, storetest.CommitID(1), now, 1)
	check := sample.Result.Judged[0].Check
	commits := 0
	audited := func(answer audit.Answer) {
		now, commits = now.Add(time.Hour), commits+1
		judged := []audit.Judged{{Check: check, Verdict: audit.Verdict{Answer: answer, Reason: audit.Because("seen")}}}
		result := &audit.Result{Repository: audit.Repository{Commit: storetest.CommitID(commits)}, TakenAt: now, Catalogue: "1", Judged: judged,
			Score: score.Of(judged), Actions: plan.Of(judged, score.Of)}
		if _, err := s.Save(t.Context(), store.Audit{Key: key, Result: result}); err != nil {
			t.Fatal(err)
		}
	}
	decided := func(progress audit.Progress) {
		now = now.Add(time.Hour)
		one := audit.Placement{Challenge: "c0", Repository: key.Repository, Check: check.ID, Quadrant: audit.Delegate, Progress: progress, Assignee: "Noa", Author: "Camille", At: now}
		if _, err := s.Place(t.Context(), one); err != nil {
			t.Fatal(err)
		}
	}
	for i, step := range []struct {
		do   func()
		want string
	}{
		{func() { audited(audit.AnswerNotMet) }, "open undated, 0 decisions"},
		{func() { decided(audit.Doing) }, "doing delegate, 1 decisions"},
		{func() { audited(audit.AnswerPartlyMet) }, "doing delegate, 1 decisions"},
		{func() { decided(audit.Done) }, "done delegate, 2 decisions"},
		{func() { audited(audit.AnswerPartlyMet) }, "open unconfirmed delegate, 2 decisions"},
		{func() { decided(audit.Done) }, "done delegate, 3 decisions"},
		{func() { audited(audit.AnswerMet) }, "closed, 3 decisions"},
		{func() { audited(audit.AnswerNotMet) }, "open fallen delegate, 3 decisions"},
		{func() { decided(audit.Doing) }, "doing delegate, 4 decisions"},
	} {
		step.do()
		now = now.Add(10 * time.Second)
		if got := situation(t, l); got != step.want {
			t.Errorf("step %d: %s, want %s", i, got, step.want)
		}
	}
}

// situation tells where the only action stands, and that the list of challenges
// counts it there.
func situation(t *testing.T, l *board.Live) string {
	t.Helper()
	c, err := l.Challenge(context.Background(), "c0")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows(t, l) {
		if fmt.Sprint(row.Actions) != fmt.Sprint(c.Actions) {
			t.Errorf("the list counts %v, the page %v", row.Actions, c.Actions)
		}
	}
	decisions := fmt.Sprintf(", %d decisions", len(c.Decisions))
	if len(c.Plan) == 0 {
		return "closed" + decisions
	}
	a := c.Plan[0]
	if c.Actions[a.Quadrant] != 1 {
		t.Errorf("counted as %v, shown as %s", c.Actions, a.Quadrant)
	}
	doubt := ""
	if a.Doubt != "" {
		doubt = " " + string(a.Doubt)
	}
	return string(a.Progress) + doubt + " " + string(a.Quadrant) + decisions
}
