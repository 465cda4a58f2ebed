package score

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/perenne-audit/perenne/internal/audit"
)

var today = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)

const (
	met, half, gap = audit.AnswerMet, audit.AnswerPartlyMet, audit.AnswerNotMet
	dim, apart     = audit.AnswerUnknown, audit.AnswerNotApplicable
)

// repository answers one check of the reliability axis.
func repository(url string, role audit.Role, id string, severity audit.Severity, answer audit.Answer) audit.Audited {
	j := judged(id, audit.Reliability, severity, answer)
	j.Verdict.Reason = audit.Because("seen")
	j.Verdict.Places = []audit.Place{{Path: "README.md", Line: 3}}
	return audit.Audited{Source: audit.Source{URL: url, Role: role}, Result: &audit.Result{Judged: []audit.Judged{j}}}
}

func TestRollOneCheck(t *testing.T) {
	app, lib, data, doc := audit.RoleApplication, audit.RoleLibrary, audit.RoleData, audit.RoleDocumentation
	type row struct {
		role   audit.Role
		answer audit.Answer
	}
	for name, tc := range map[string]struct {
		id       string
		severity audit.Severity
		rows     []row
		answer   audit.Answer
		score    float64 // below 0: none
		coverage float64
		by       string
	}{
		"a blocker takes the weakest":                {"no-secrets-committed", audit.Blocker, []row{{app, met}, {doc, gap}}, gap, 0, 1, "b"},
		"half a blocker":                             {"no-secrets-committed", audit.Blocker, []row{{app, half}, {app, met}}, half, 0.5, 1, "a"},
		"a blocker unknown somewhere":                {"no-secrets-committed", audit.Blocker, []row{{app, met}, {app, dim}}, dim, -1, 0, "b"},
		"a gap is certain whatever is unknown":       {"no-secrets-committed", audit.Blocker, []row{{app, dim}, {app, gap}}, gap, 0, 1, "b"},
		"equal roles share":                          {"tests-present", audit.Major, []row{{app, met}, {lib, gap}}, half, 0.5, 1, "b"},
		"data weighs three quarters":                 {"tests-present", audit.Major, []row{{app, met}, {data, gap}}, half, 1 / 1.75, 1, "b"},
		"documentation weighs half":                  {"tests-present", audit.Major, []row{{app, gap}, {doc, met}}, half, 0.5 / 1.5, 1, "a"},
		"a role that nobody stated":                  {"tests-present", audit.Major, []row{{app, met}, {"", gap}}, half, 0.5, 1, "b"},
		"unknown in one of two":                      {"tests-present", audit.Major, []row{{app, met}, {doc, dim}}, dim, 1, 1 / 1.5, "b"},
		"what does not apply counts for nothing":     {"tests-present", audit.Major, []row{{app, met}, {doc, apart}}, met, 1, 1, "a"},
		"applies nowhere":                            {"tests-present", audit.Major, []row{{app, apart}, {doc, apart}}, apart, -1, 1, ""},
		"missing wherever it could be judged":        {"tests-present", audit.Major, []row{{app, gap}, {app, dim}}, gap, 0, 0.5, "a"},
		"a guide in one serves all":                  {"operations-guide", audit.Major, []row{{app, gap}, {doc, met}}, met, 1, 1, "b"},
		"half a guide":                               {"operations-guide", audit.Major, []row{{app, gap}, {doc, half}}, half, 0.5, 1, "b"},
		"no guide, and one repository in the dark":   {"operations-guide", audit.Major, []row{{app, gap}, {doc, dim}}, dim, -1, 0, "b"},
		"a maintainer in one, although it's blocker": {"maintainer-staying", audit.Blocker, []row{{app, gap}, {app, met}}, met, 1, 1, "b"},
		"no maintainer anywhere":                     {"maintainer-staying", audit.Blocker, []row{{app, gap}, {app, gap}}, gap, 0, 1, "a"},
	} {
		var all []audit.Audited
		for i, r := range tc.rows {
			all = append(all, repository(string(rune('a'+i)), r.role, tc.id, tc.severity, r.answer))
		}
		got := Roll(&audit.Challenge{ID: "x"}, all, today)
		check, axis := got.Checks[0], got.Score.Axes[0]
		if check.Verdict.Answer != tc.answer || check.Repository != tc.by {
			t.Errorf("%s: answer %s by %q", name, check.Verdict.Answer, check.Repository)
		}
		if (axis.Score == nil) != (tc.score < 0) || axis.Score != nil && math.Abs(*axis.Score-tc.score) > 1e-9 || math.Abs(axis.Coverage-tc.coverage) > 1e-9 {
			t.Errorf("%s: %+v", name, axis)
		}
	}
}

func TestRollSaysWhere(t *testing.T) {
	all := []audit.Audited{
		repository("https://forge.example/app", audit.RoleApplication, "operations-guide", audit.Major, gap),
		repository("https://forge.example/docs", audit.RoleDocumentation, "operations-guide", audit.Major, met),
	}
	got := Roll(&audit.Challenge{}, all, today).Checks[0]
	want := audit.Verdict{
		Answer: met, Reason: audit.Because("sibling", "repository", "https://forge.example/docs"),
		Places: []audit.Place{{Path: "README.md", Line: 3, Repository: "https://forge.example/docs"}},
	}
	if diff := cmp.Diff(want, got.Verdict); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if all[1].Result.Judged[0].Verdict.Places[0].Repository != "" {
		t.Error("the repository's own verdict has changed")
	}
	for _, lang := range []audit.Lang{audit.French, audit.English} {
		if said := audit.CommonText(lang).Explain(got.Verdict.Reason, lang); said == "sibling" {
			t.Errorf("no %s sentence", lang)
		}
	}
	// Where every repository has it, there is nothing to point at.
	all[0] = repository("https://forge.example/app", audit.RoleApplication, "operations-guide", audit.Major, met)
	if got := Roll(&audit.Challenge{}, all, today).Checks[0]; got.Verdict.Reason.Key != "seen" {
		t.Errorf("reason %v", got.Verdict.Reason)
	}
}

func TestRollUnaudited(t *testing.T) {
	all := []audit.Audited{
		repository("a", audit.RoleApplication, "tests-present", audit.Major, met),
		{Source: audit.Source{URL: "b", Role: audit.RoleApplication}},
	}
	got := Roll(&audit.Challenge{}, all, today)
	if !slices.Equal(got.Unaudited, []string{"b"}) || got.Score.Axes[0].Coverage != 0.5 || *got.Score.Axes[0].Score != 1 {
		t.Errorf("got %+v", got)
	}
	if got := Roll(&audit.Challenge{}, all[1:], today); len(got.Score.Axes) != 0 || got.Gate.Open {
		t.Errorf("nothing audited: %+v", got)
	}
	if got := Roll(&audit.Challenge{}, nil, today); len(got.Gate.LowScores) != 3 || len(got.Gate.LowCoverages) != 3 {
		t.Errorf("no repository: %+v", got.Gate)
	}
}

func TestRollWaived(t *testing.T) {
	all := []audit.Audited{
		repository("a", audit.RoleApplication, "no-secrets-committed", audit.Blocker, met),
		repository("b", audit.RoleApplication, "no-secrets-committed", audit.Blocker, gap),
	}
	all[1].Result.Judged[0].Waiver = &audit.Waiver{Reason: "agreed"}
	got := Roll(&audit.Challenge{}, all, today)
	axis := got.Score.Axes[0]
	if *axis.Score != 1 || *axis.WithoutWaivers != 0 || len(axis.OpenBlockers) != 0 {
		t.Errorf("axis %+v", axis)
	}
	if c := got.Checks[0]; c.Waiver == nil || !c.Answers[1].Waived || c.Answers[1].Answer != gap {
		t.Errorf("check %+v", c)
	}
	// A waived gap alone stays the gap that it is.
	got = Roll(&audit.Challenge{}, all[1:], today)
	if c := got.Checks[0]; c.Verdict.Answer != gap || c.Waiver == nil || got.Score.Axes[0].Score != nil || len(got.Gate.Blockers) != 0 {
		t.Errorf("alone: %+v, %+v", c, got.Score.Axes[0])
	}
}

// challenge answers one check on each of the three axes.
func challenge(answers ...audit.Answer) []audit.Audited {
	r := &audit.Result{}
	for i, a := range answers {
		r.Judged = append(r.Judged, judged(fmt.Sprint("check-", i), audit.Axes[i%3], audit.Major, a))
	}
	return []audit.Audited{{Source: audit.Source{URL: "a"}, Result: r}}
}

func TestGate(t *testing.T) {
	consent := audit.Attestation{Check: audit.SignOff, Says: "handover accepted", Author: "DSI", Date: today.AddDate(0, -1, 0)}
	expired, later := consent, consent
	expired.Expires, later.Date = today, today.AddDate(0, 0, 1)
	blocker := challenge(met, met, met, met)
	blocker[0].Result.Judged[3].Check.Severity = audit.Blocker
	blocked, unsure := challenge(met, met, met, gap), challenge(met, met, met, dim)
	blocked[0].Result.Judged[3].Check.Severity = audit.Blocker
	// Weight enough stands beside the unknown blocker for the coverage.
	for range 8 {
		unsure[0].Result.Judged = append(unsure[0].Result.Judged, judged(fmt.Sprint("more-", len(unsure[0].Result.Judged)), audit.Deployment, audit.Major, met))
	}
	unsure[0].Result.Judged[3].Check.Severity = audit.Blocker
	bonus := challenge(met, met, met)
	bonus[0].Result.Judged = append(bonus[0].Result.Judged, judged("bonus", audit.Community, audit.Bonus, gap))
	for name, tc := range map[string]struct {
		all   []audit.Audited
		facts []audit.Attestation
		open  bool
	}{
		"everything":             {blocker, []audit.Attestation{consent}, true},
		"nobody signed":          {blocker, nil, false},
		"the consent expired":    {blocker, []audit.Attestation{expired}, false},
		"not yet signed":         {blocker, []audit.Attestation{later}, false},
		"an open blocker":        {blocked, []audit.Attestation{consent}, false},
		"a blocker in the dark":  {unsure, []audit.Attestation{consent}, false},
		"an axis below 0.80":     {challenge(met, met, half), []audit.Attestation{consent}, false},
		"little is covered":      {challenge(met, met, met, dim), []audit.Attestation{consent}, false},
		"an axis without checks": {challenge(met, met), []audit.Attestation{consent}, false},
		"the bonus is lacking":   {bonus, []audit.Attestation{consent}, true},
	} {
		got := Roll(&audit.Challenge{Attestations: tc.facts}, tc.all, today)
		if got.Gate.Open != tc.open {
			t.Errorf("%s: %+v", name, got.Gate)
		}
	}
}

func TestRollMinistry(t *testing.T) {
	result := func(id string, scores ...float64) audit.ChallengeResult {
		r := audit.ChallengeResult{Challenge: id}
		for i, s := range scores {
			r.Score.Axes = append(r.Score.Axes, audit.AxisScore{Axis: audit.Axes[i], Score: &s})
		}
		r.Score = withContinuity(r.Score)
		return r
	}
	all := []audit.ChallengeResult{result("b", 0.5, 1, 1), result("a", 0.5, 0.8, 0.9), result("c")}
	all[0].Gate.Open = true
	got := RollMinistry(audit.Ministry{ID: "m"}, all)
	want := audit.MinistryResult{
		Ministry: audit.Ministry{ID: "m"}, Challenges: []string{"b", "a", "c"}, Ready: 1,
		Axes: []audit.Spread{
			{Axis: audit.Deployment, Lowest: number(0.5), Mean: number(0.5), LowestIn: "a", Scored: 2},
			{Axis: audit.Transmission, Lowest: number(0.8), Mean: number(0.9), LowestIn: "a", Scored: 2},
			{Axis: audit.Reliability, Lowest: number(0.9), Mean: number(0.95), LowestIn: "a", Scored: 2},
		},
		Continuity: audit.Spread{Lowest: number(0.5), Mean: number(0.5), LowestIn: "a", Scored: 2},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := RollMinistry(audit.Ministry{}, nil); got.Continuity.Lowest != nil || got.Axes != nil {
		t.Errorf("no challenge: %+v", got)
	}
}

// draw makes a repository that answers all of a small catalogue.
func draw(t *rapid.T, url string, answers []audit.Answer, waivers bool) audit.Audited {
	r := audit.Audited{Source: audit.Source{URL: url, Role: rapid.SampledFrom(audit.Roles).Draw(t, "role")}, Result: &audit.Result{}}
	for i, id := range []string{"no-secrets-committed", "maintainer-staying", "operations-guide", "tests-present", "logs-structured", "licence-present"} {
		severity := []audit.Severity{audit.Blocker, audit.Blocker, audit.Major, audit.Major, audit.Minor, audit.Blocker}[i]
		j := judged(id, audit.Axes[i%3], severity, rapid.SampledFrom(answers).Draw(t, id))
		if waivers && rapid.Bool().Draw(t, "waived") {
			j.Waiver = &audit.Waiver{}
		}
		r.Result.Judged = append(r.Result.Judged, j)
	}
	if waivers && rapid.IntRange(0, 9).Draw(t, "unaudited") == 0 {
		r.Result = nil
	}
	return r
}

func drawAll(t *rapid.T) []audit.Audited {
	var all []audit.Audited
	for i := range rapid.IntRange(0, 5).Draw(t, "repositories") {
		all = append(all, draw(t, fmt.Sprint("r", i), audit.Answers, true))
	}
	return all
}

func TestRollAFailingRepositoryNeverRaisesAScore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := drawAll(t)
		before := Roll(&audit.Challenge{}, all, today)
		failing := draw(t, "failing", []audit.Answer{gap, apart}, false)
		after := Roll(&audit.Challenge{}, append(all, failing), today)
		for _, a := range after.Score.Axes {
			for _, b := range before.Score.Axes {
				if a.Axis == b.Axis && (above(a.Score, b.Score) || above(a.WithoutWaivers, b.WithoutWaivers)) {
					t.Fatalf("%s rose from %+v to %+v", a.Axis, b, a)
				}
			}
		}
		if above(after.Score.Continuity, before.Score.Continuity) || len(after.Gate.Blockers) < len(before.Gate.Blockers) {
			t.Fatalf("from %+v to %+v", before, after)
		}
	})
}

// above reports whether a score rose from one that there was.
func above(after, before *float64) bool {
	return after != nil && before != nil && *after > *before+1e-9
}

func TestRollDoesNotDependOnTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := drawAll(t)
		want := Roll(&audit.Challenge{}, all, today)
		got := Roll(&audit.Challenge{}, rapid.Permutation(all).Draw(t, "order"), today)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-one order +another):\n%s", diff)
		}
		for _, a := range got.Score.Axes {
			if a.Coverage < 0 || a.Coverage > 1+1e-9 || a.Score != nil && (*a.Score < 0 || *a.Score > 1+1e-9 || math.IsNaN(*a.Score)) {
				t.Fatalf("out of range: %+v", a)
			}
		}
	})
}

// One repository alone scores as a challenge what it scores by itself.
func TestRollOfOneIsItsScore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one := draw(t, "r", audit.Answers, true)
		if one.Result == nil {
			return
		}
		want := Of(one.Result.Judged)
		got := Roll(&audit.Challenge{}, []audit.Audited{one}, today).Score
		if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })); diff != "" {
			t.Fatalf("(-alone +rolled):\n%s", diff)
		}
	})
}
