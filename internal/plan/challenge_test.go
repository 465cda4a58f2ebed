package plan

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/score"
)

var now = date("2026-06-01")

// challenge has one repository for each list of verdicts.
func challenge(repositories ...[]audit.Judged) *Challenge {
	c := &Challenge{
		Dates: audit.Dates{MissionEnd: date("2026-10-31")}, Now: now, Seen: map[string]time.Time{}, Met: map[Key]time.Time{},
		Roll: func(all []audit.Audited) audit.ChallengeResult { return score.Roll(&audit.Challenge{}, all, now) }, Whole: score.OfChallenge,
	}
	for i, judged := range repositories {
		url := fmt.Sprintf("r%d", i)
		c.Repositories = append(c.Repositories, audit.Audited{
			Source: audit.Source{URL: url}, Result: &audit.Result{Judged: judged, Score: score.Of(judged), Actions: Of(judged, score.Of)},
		})
		c.Seen[url] = now
	}
	return c
}

func find(t *testing.T, items []Item, check string) Item {
	t.Helper()
	i := slices.IndexFunc(items, func(i Item) bool { return i.Check.ID == check })
	if i < 0 {
		t.Fatalf("no action for %s", check)
	}
	return items[i]
}

// What people decided stands until an audit knows better.
func TestDecisions(t *testing.T) {
	t.Parallel()
	later, before := now.Add(time.Hour), now.Add(-time.Hour)
	for name, tc := range map[string]struct {
		placement audit.Placement
		met       time.Time
		quadrant  audit.Quadrant
		side      audit.Side
		due       string
		progress  audit.Progress
		doubt     Doubt
	}{
		"nothing but begun": {audit.Placement{Progress: audit.Doing, At: before}, time.Time{}, audit.Plan, audit.Team, "2026-10-31", audit.Doing, ""},
		"another quadrant and side": {audit.Placement{Quadrant: audit.Delegate, Side: audit.Mentor, Progress: audit.Open, At: before}, time.Time{},
			audit.Delegate, audit.Mentor, "2026-10-31", audit.Open, ""},
		"a nearer day presses":                {audit.Placement{Due: date("2026-06-10"), Progress: audit.Open, At: before}, time.Time{}, audit.Do, audit.Team, "2026-06-10", audit.Open, ""},
		"a nearer day, but it is placed":      {audit.Placement{Due: date("2026-06-10"), Quadrant: audit.Drop, Progress: audit.Open, At: before}, time.Time{}, audit.Drop, audit.Team, "2026-06-10", audit.Open, ""},
		"dropped":                             {audit.Placement{Progress: audit.Dropped, Reason: "read only", At: before}, time.Time{}, audit.Drop, audit.Team, "2026-10-31", audit.Dropped, ""},
		"dropped is not doubted":              {audit.Placement{Progress: audit.Dropped, Reason: "read only", At: before}, now, audit.Drop, audit.Team, "2026-10-31", audit.Dropped, ""},
		"done, and no audit since":            {audit.Placement{Progress: audit.Done, At: later}, time.Time{}, audit.Plan, audit.Team, "2026-10-31", audit.Done, ""},
		"done, and an audit finds it lacking": {audit.Placement{Progress: audit.Done, At: before}, time.Time{}, audit.Plan, audit.Team, "2026-10-31", audit.Open, Unconfirmed},
		"done, met, and fallen":               {audit.Placement{Progress: audit.Done, At: before}, now, audit.Plan, audit.Team, "2026-10-31", audit.Open, Fallen},
		"begun, met, and fallen":              {audit.Placement{Progress: audit.Doing, At: before}, now, audit.Plan, audit.Team, "2026-10-31", audit.Open, Fallen},
		"met before it was done":              {audit.Placement{Progress: audit.Done, At: later}, now, audit.Plan, audit.Team, "2026-10-31", audit.Done, ""},
	} {
		judged := []audit.Judged{gap("tests-present", audit.Reliability, audit.Major, 7, audit.AnswerNotMet)}
		judged[0].Check.Side = audit.Team
		c := challenge(judged)
		tc.placement.Repository, tc.placement.Check = "r0", "tests-present"
		c.Placements = []audit.Placement{{Repository: "r1", Check: "tests-present", Progress: audit.Done}, tc.placement}
		if !tc.met.IsZero() {
			c.Met[Key{"r0", "tests-present"}] = tc.met
		}
		got := find(t, c.Items(), "tests-present")
		if got.Quadrant != tc.quadrant || got.Side != tc.side || !got.Due.Equal(date(tc.due)) || got.Progress != tc.progress || got.Doubt != tc.doubt {
			t.Errorf("%s: %s, %s, by %s, %s %s", name, got.Quadrant, got.Side, got.Due.Format(time.DateOnly), got.Progress, got.Doubt)
		}
		if got.ToDo() != (tc.progress == audit.Open || tc.progress == audit.Doing) {
			t.Errorf("%s: to do: %t", name, got.ToDo())
		}
	}
	fine := challenge([]audit.Judged{gap("tests-present", audit.Reliability, audit.Major, 7, audit.AnswerMet)})
	fine.Placements = []audit.Placement{{Repository: "r0", Check: "tests-present", Progress: audit.Doing, At: before}}
	if items := fine.Items(); len(items) != 0 {
		t.Errorf("what is met closes by itself: %v", items)
	}
}

// A question about the challenge as a whole is placed for the challenge, whichever
// repository it is asked of.
func TestDecisionAboutTheWhole(t *testing.T) {
	c := challenge(
		[]audit.Judged{gap("operations-guide", audit.Reliability, audit.Blocker, 7, audit.AnswerNotMet)},
		[]audit.Judged{gap("operations-guide", audit.Reliability, audit.Blocker, 7, audit.AnswerPartlyMet)},
	)
	c.Placements = []audit.Placement{{Check: "operations-guide", Progress: audit.Doing, At: now}}
	items := c.Items()
	if len(items) != 1 || items[0].Progress != audit.Doing || items[0].Repository != "r1" || items[0].Importance != 4 {
		t.Errorf("%+v", items)
	}
}

// A gain is found by adding up again: two gaps under an open blocker gain nothing
// each, and the three together gain what is left.
func TestProspects(t *testing.T) {
	c := challenge([]audit.Judged{
		gap("blocking", audit.Deployment, audit.Blocker, 6, audit.AnswerNotMet),
		gap("fine", audit.Deployment, audit.Blocker, 1, audit.AnswerMet),
		gap("fine-too", audit.Deployment, audit.Blocker, 1, audit.AnswerMet),
		gap("minor", audit.Deployment, audit.Minor, 2, audit.AnswerNotMet),
	})
	items := c.Items()
	if got := find(t, items, "minor").Gain; got != 0 {
		t.Errorf("minor gains %v under a blocker", got)
	}
	if got, want := find(t, items, "blocking").Gain, 24./25-0.59; math.Abs(got-want) > 1e-9 {
		t.Errorf("blocking gains %v, want %v", got, want)
	}
	prospects := c.Prospects(items, 3)
	var got []string
	for _, p := range prospects {
		got = append(got, fmt.Sprintf("%s %d %.0fh %.2f", p.Quadrant, len(p.Items), p.Hours, axisScore(p.Score, audit.Deployment)))
	}
	want := []string{"plan 1 6h 0.96", "drop 1 2h 0.59", " 1 2h 0.59", " 2 8h 1.00"}
	if !slices.Equal(got, want) {
		t.Errorf("prospects %q, want %q", got, want)
	}
}

// Whatever is lacking: doing everything leaves nothing to do and never lowers an
// axis that was judged throughout, and what fits into some hours does not take
// longer.
func TestDoingEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := challenge(judgedOf(t), judgedOf(t))
		items := c.Items()
		after := c.If(items)
		for _, rolled := range after.Checks {
			if Gaps(rolled, c.Whole(rolled.Check.ID)) > 0 {
				t.Errorf("%s is still lacking", rolled.Check.ID)
			}
		}
		before := c.Roll(c.Repositories)
		for _, axis := range audit.Axes {
			if axisScore(after.Score, axis) < axisScore(before.Score, axis)-1e-9 {
				t.Errorf("%s falls", axis)
			}
		}
		hours, taken := rapid.Float64Range(0, 60).Draw(t, "hours"), 0.
		for _, i := range First(items, hours) {
			taken += i.Check.EffortHours
		}
		if taken > hours+1e-6 {
			t.Errorf("%v hours within %v", taken, hours)
		}
		if !slices.IsSortedFunc(items, compare) {
			t.Error("not in order")
		}
	})
}

func judgedOf(t *rapid.T) []audit.Judged {
	known := []audit.Answer{audit.AnswerMet, audit.AnswerPartlyMet, audit.AnswerNotMet, audit.AnswerNotApplicable}
	severities := []audit.Severity{audit.Blocker, audit.Major, audit.Moderate, audit.Minor}
	var judged []audit.Judged
	for i := range rapid.IntRange(0, 8).Draw(t, "checks") {
		answer := rapid.SampledFrom(known).Draw(t, "answer")
		judged = append(judged, gap(fmt.Sprintf("check-%c", 'a'+i), audit.Axes[i%3], severities[i%4], float64(1+3*i), answer))
	}
	return judged
}
