package report

import (
	"errors"
	"fmt"
	"testing/fstest"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// hostile is a file name that git allows and a terminal must never see as it is:
// a line break, an escape sequence, an override of the writing direction, a byte
// that is not UTF-8, and what Markdown and HTML would take for their own.
const hostile = "a\nb\x1b[31m\u202e\xff|<b>_x_@y`.md"

// sampleTexts are the texts of the sample's checks, in the format of real ones.
func sampleTexts(ids ...string) fstest.MapFS {
	texts := fstest.MapFS{}
	write := func(id, lang, content string) {
		texts["text/"+id+"."+lang+".md"] = &fstest.MapFile{Data: []byte(content)}
	}
	for _, id := range ids {
		write(id, "en", fmt.Sprintf("# The good state of %s holds\n\nWithout it, whoever takes the project over does not know where to begin and loses days.\n\n"+
			"## Fix\n\nWrite down what is missing, in one page.\n\n## Reasons\n\n- seen: Seen in {paths}.\n- share: {share} of it, on {date}.\n", id))
		write(id, "fr", fmt.Sprintf("# Le bon état de %s est atteint\n\nSans cela, la personne qui reprend le projet ne sait pas par où commencer et perd des journées.\n\n"+
			"## Fix\n\nÉcrire ce qui manque, en une page.\n\n## Reasons\n\n- seen: Vu dans {paths}.\n- share: {share} du tout, le {date}.\n", id))
	}
	return texts
}

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 9, 30, 0, 0, time.UTC) }

func ptr(x float64) *float64 { return &x }

// sample is a result with every answer, band and kind of note in it.
func sample() *audit.Result {
	ids := []string{"first-blocker", "second-gap", "third-half", "fourth-unknown", "fifth-met", "sixth-apart", "seventh-bonus", "eighth-waived"}
	texts := sampleTexts(ids...)
	check := func(i int, axis audit.Axis, severity audit.Severity) *audit.Check {
		return &audit.Check{ID: ids[i], Axis: axis, Severity: severity, Needs: audit.NeedTree, EffortHours: 3.5, Side: audit.Team, Source: "https://example.org", Texts: texts}
	}
	blocker := check(0, audit.Deployment, audit.Blocker)
	gap := check(1, audit.Transmission, audit.Major)
	gap.LeadDays, gap.Side = 90, audit.DSI
	half := check(2, audit.Transmission, audit.Moderate)
	half.Side = audit.Mentor
	bonus := check(6, audit.Community, audit.Bonus)
	seen := func(answer func(string, ...any) audit.Verdict) audit.Verdict {
		return answer("seen", "paths", []string{hostile, "README.md"})
	}
	attested := audit.Attestation{Check: ids[2], Says: "Restored on a second machine", Author: "Bob b.ob@dsi.example", Link: "https://intranet.example/@1", Date: day(2026, 9, 1), Expires: day(2027, 9, 1)}
	waiver := audit.Waiver{Check: ids[7], Paths: []string{"old/**", hostile}, Reason: "Rebuilt each night " + hostile, Author: "Ada <ada@dsi.example>", Expires: day(2026, 12, 31)}
	requested := audit.Waiver{Check: ids[1], Reason: "Soon replaced", Requested: true}
	return &audit.Result{
		Target: "https://forge.example/équipe/" + hostile, Catalogue: "2026.11",
		Repository: audit.Repository{URL: "https://forge.example/team/name.git", Branch: "main\x1b]0;x\a", Commit: "0123456789abcdef0123456789abcdef01234567", CommittedAt: day(2026, 9, 30)},
		TakenAt:    day(2026, 10, 1),
		Deliverables: []audit.Deliverable{
			{Kind: audit.WebApplication, Root: "app", Because: "app/package.json"},
			{Kind: audit.WebApplication, Root: "admin", Because: "admin/package.json"},
			{Kind: audit.DataPipeline},
		},
		Languages:             map[string]float64{"Go": 0.61, "TypeScript": 0.333333, "HTML": 0.05, "Shell": 0.006667},
		DocumentationLanguage: audit.French,
		Score: audit.Score{
			Axes: []audit.AxisScore{
				{Axis: audit.Deployment, Score: ptr(0.59), WithoutWaivers: ptr(0.41), Coverage: 1, Band: audit.NotReady, OpenBlockers: []string{"first-blocker"}},
				{Axis: audit.Transmission, Score: ptr(0.7999), WithoutWaivers: ptr(0.7999), Coverage: 0.5, Provisional: true, Band: audit.ToComplete},
				{Axis: audit.Reliability, Score: ptr(0.8), WithoutWaivers: ptr(0.8), Coverage: 0.95, Band: audit.Ready},
				{Axis: audit.Community, Coverage: 0},
			},
			Continuity: ptr(0.59), WithoutWaivers: ptr(0.41),
		},
		Judged: []audit.Judged{
			{Check: blocker, Verdict: seen(audit.NotMet).At(
				audit.Place{Path: hostile, Line: 12, Text: "x = \"\x1b[2J…\""}, audit.Place{Path: "b"}, audit.Place{Path: "c", Line: 3},
				audit.Place{Path: "d"}, audit.Place{Path: "e"}, audit.Place{Path: "f"}).Fact("files", []string{"b", "c"})},
			{Check: gap, Verdict: audit.NotMet("share", "share", 0.125, "date", day(2026, 3, 2)), Requested: &requested},
			{Check: half, Verdict: seen(audit.PartlyMet), Attestation: &attested, Contradicted: true},
			{Check: check(3, audit.Transmission, audit.Major), Verdict: audit.Unknown("missing-evidence", "needs", []string{"authors", "forge"})},
			{Check: check(4, audit.Reliability, audit.Major), Verdict: seen(audit.Met).At(audit.Place{Path: "README.md", Line: 1})},
			{Check: check(5, audit.Reliability, audit.Minor), Verdict: audit.NotApplicable("no-kind")},
			{Check: bonus, Verdict: audit.Unknown("timeout", "seconds", 30)},
			{Check: check(7, audit.Deployment, audit.Blocker), Verdict: seen(audit.NotMet), Waiver: &waiver},
		},
		Actions: []audit.Action{
			{Check: blocker, Gain: 0.31, Blocking: true, Side: blocker.Side, Quadrant: audit.Do, Start: day(2026, 10, 1), Due: day(2026, 10, 31)},
			{Check: gap, Gain: 0.2, Side: gap.Side, Quadrant: audit.Undated}, {Check: half, Gain: 0.001, Side: half.Side},
		},
		Maintainers: &audit.Maintainers{People: 12, BusFactor: 1, TopShare: 0.853, LastHumanCommit: day(2026, 9, 29)},
		Limits:      []audit.Limit{{Name: "blob_bytes", Value: 8388608, What: hostile}},
		Uncommitted: []string{hostile, "…"},
	}
}

// bare is a result with as little in it as there can be.
func bare() *audit.Result {
	return &audit.Result{
		Target: ".", Catalogue: "2026.11", TakenAt: day(2026, 10, 1),
		Repository: audit.Repository{Commit: "0123456789abcdef0123456789abcdef01234567", CommittedAt: day(2026, 9, 30)},
	}
}

// samples are what each format is tested on.
func samples() map[string][]Outcome {
	failed := Outcome{Target: "../" + hostile, Err: errors.New("audit ../" + hostile + ": not found; check the spelling")}
	return map[string][]Outcome{
		"full":    {{Target: "full", Result: sample()}},
		"bare":    {{Target: ".", Result: bare()}},
		"several": {{Target: "full", Result: sample()}, failed, {Target: ".", Result: bare()}},
		"failed":  {failed},
	}
}
