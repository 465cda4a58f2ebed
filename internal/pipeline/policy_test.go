package pipeline_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/rule"
)

// strict is a policy with a rule of its own and a requirement that it answers.
func strict(t *testing.T, version, file string) *audit.Policy {
	t.Helper()
	glob, err := rule.ParseGlob(file)
	if err != nil {
		t.Fatal(err)
	}
	words := map[audit.Lang]string{audit.French: "Le fichier est là", audit.English: "The file is there"}
	own := rule.Check(rule.Spec{
		ID: "file-there", Axis: audit.Deployment, Severity: audit.Major, EffortHours: 1, Side: audit.Team, Source: "ours",
		Titles: words, Whys: words, Fixes: words, Test: rule.Present{Files: []rule.Glob{glob}},
	})
	return &audit.Policy{
		Name: "strict", Version: version, Titles: words, Thresholds: audit.DefaultThresholds, Rules: []*audit.Check{own},
		Severities:   map[string]audit.Severity{"readme-useful": audit.Minor, "file-there": audit.Blocker},
		Requirements: []audit.Requirement{{ID: "R-1", Titles: words, Checks: []*audit.Check{own}}},
	}
}

func answerOf(t *testing.T, r *audit.Result, id string) audit.Judged {
	t.Helper()
	i := slices.IndexFunc(r.Judged, func(j audit.Judged) bool { return j.Check.ID == id })
	if i < 0 {
		t.Fatalf("%s was not asked", id)
	}
	return r.Judged[i]
}

// A changed policy leads to a new judgement of a repository that did not change,
// from what was kept of it; and what the policy asked is still told when it asks
// no more.
func TestPolicyChanges(t *testing.T) {
	k := keep(t)
	if _, _, err := k.audit(); err != nil {
		t.Fatal(err)
	}
	challenge := &k.Portfolio().Challenges[0]
	soon := k.now.Add(20 * time.Minute)
	if due, err := k.Due(t.Context(), soon); err != nil || len(due) != 0 {
		t.Fatalf("nothing changed, and due: %v, %v", due, err)
	}

	challenge.Rules = strict(t, "1", "Chart.yaml")
	if due, err := k.Due(t.Context(), k.now.Add(time.Minute)); err != nil || len(due) != 0 {
		t.Errorf("due right after an audit: %v, %v", due, err)
	}
	if due, err := k.Due(t.Context(), soon); err != nil || len(due) != 1 {
		t.Fatalf("the policy changed, and due: %v, %v", due, err)
	}
	k.now = soon
	state, posts, err := k.audit()
	if err != nil || posts != 0 {
		t.Fatalf("%d requests for objects, %v", posts, err)
	}
	latest := state.Latest
	if latest.Policy != "strict 1" || latest.Result.Policy != "strict 1" {
		t.Errorf("judged by %q and %q", latest.Policy, latest.Result.Policy)
	}
	own := answerOf(t, latest.Result, "file-there")
	if own.Verdict.Answer != audit.AnswerNotMet || own.Check.Severity != audit.Blocker || !own.Check.Rule {
		t.Errorf("%+v", own)
	}
	if r := answerOf(t, latest.Result, "readme-useful"); r.Check.Severity != audit.Minor {
		t.Errorf("readme-useful is %s", r.Check.Severity)
	}
	if r := answerOf(t, latest.Result, "framework-followed"); r.Verdict.Answer != audit.AnswerNotMet {
		t.Errorf("framework-followed: %+v", r.Verdict)
	}
	text, err := own.Check.Text(audit.French)
	if err != nil || text.Title != "Le fichier est là" || !strings.Contains(text.Explain(own.Verdict.Reason, audit.French), "Chart.yaml") {
		t.Errorf("what is kept says %+v, %v", text, err)
	}
	if i := slices.IndexFunc(latest.Result.Actions, func(a audit.Action) bool { return a.Check.ID == "file-there" }); i < 0 || !latest.Result.Actions[i].Blocking {
		t.Errorf("no action: %+v", latest.Result.Actions)
	}
	if due, err := k.Due(t.Context(), k.now.Add(20*time.Minute)); err != nil || len(due) != 0 {
		t.Errorf("due again: %v, %v", due, err)
	}

	// The rules go: an audit is left that tells what they were.
	first := latest.ID
	challenge.Rules = nil
	k.now = k.now.Add(time.Hour)
	state, _, err = k.audit()
	if err != nil || state.Latest.ID == first || state.Latest.Policy != "default" {
		t.Errorf("%+v, %v", state.Latest, err)
	}
	before, err := k.Store.Audit(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := answerOf(t, before.Result, "file-there").Check.Text(audit.English); err != nil || text.Fix != "The file is there" {
		t.Errorf("%+v, %v", text, err)
	}
}
