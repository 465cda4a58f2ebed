package judge

import (
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

var noon = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

func waiver(paths ...string) audit.Waiver {
	return audit.Waiver{Check: "a-check", Paths: paths, Reason: "agreed", Author: "DSI", Expires: noon.AddDate(0, 1, 0)}
}

func gapIn(answer audit.Answer, paths ...string) audit.Judged {
	v := audit.Verdict{Answer: answer}
	for _, p := range paths {
		v = v.At(audit.Place{Path: p})
	}
	return audit.Judged{Check: &audit.Check{ID: "a-check"}, Verdict: v}
}

func TestWaive(t *testing.T) {
	t.Parallel()
	expired, today, forever, other, requested := waiver(), waiver(), waiver(), waiver(), waiver()
	expired.Expires, today.Expires, forever.Expires = noon.AddDate(0, 0, -1), noon, time.Time{}
	other.Check, requested.Requested = "another-check", true
	for name, tc := range map[string]struct {
		judged            audit.Judged
		waiver            audit.Waiver
		waived, requested bool
	}{
		"a gap":                            {gapIn(audit.AnswerNotMet), waiver(), true, false},
		"half a gap":                       {gapIn(audit.AnswerPartlyMet), waiver(), true, false},
		"nothing to waive":                 {gapIn(audit.AnswerMet), waiver(), false, false},
		"unknown is not waived":            {gapIn(audit.AnswerUnknown), waiver(), false, false},
		"expired":                          {gapIn(audit.AnswerNotMet), expired, false, false},
		"expires on this very instant":     {gapIn(audit.AnswerNotMet), today, false, false},
		"without an expiry":                {gapIn(audit.AnswerNotMet), forever, false, false},
		"another check":                    {gapIn(audit.AnswerNotMet), other, false, false},
		"requested by the repository":      {gapIn(audit.AnswerNotMet), requested, false, true},
		"every place covered":              {gapIn(audit.AnswerNotMet, "old/a", "old/b/c"), waiver("old/**"), true, false},
		"a folder covers what is below":    {gapIn(audit.AnswerNotMet, "old/b/c"), waiver("old"), true, false},
		"one place left":                   {gapIn(audit.AnswerNotMet, "old/a", "new/a"), waiver("old"), false, false},
		"two patterns together":            {gapIn(audit.AnswerNotMet, "old/a", "new/a"), waiver("old", "new/*"), true, false},
		"paths, and a verdict without any": {gapIn(audit.AnswerNotMet), waiver("old"), false, false},
	} {
		given := []audit.Judged{tc.judged}
		got := Waive(given, []audit.Waiver{tc.waiver}, noon)[0]
		if (got.Waiver != nil) != tc.waived || (got.Requested != nil) != tc.requested {
			t.Errorf("%s: waiver %v, requested %v", name, got.Waiver, got.Requested)
		}
		if given[0].Waiver != nil || given[0].Requested != nil {
			t.Errorf("%s: what was given has changed", name)
		}
	}
}

func TestWaiveTakesTheFirst(t *testing.T) {
	t.Parallel()
	first, second, asked := waiver(), waiver(), waiver()
	first.Reason, second.Reason, asked.Requested = "first", "second", true
	got := Waive([]audit.Judged{gapIn(audit.AnswerNotMet)}, []audit.Waiver{asked, first, second}, noon)[0]
	if got.Waiver == nil || got.Waiver.Reason != "first" || got.Requested == nil {
		t.Errorf("got %+v", got)
	}
}

func TestCovers(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		pattern, path string
		want          bool
	}{
		{"a.py", "a.py", true}, {"a.py", "b/a.py", false}, {"**/a.py", "b/c/a.py", true}, {"**/a.py", "a.py", true},
		{"*.py", "a.py", true}, {"*.py", "b/a.py", false}, {"b/*", "b/c/d", true}, {"b/**/d", "b/d", true},
		{"b/**/d", "b/c/e/d", true}, {"b/**/d", "b/c/e", false}, {"/b/", "b/c", true}, {"b", "bb", false},
		{"**", "a", true}, {"[", "[", false}, {"", "a", false},
	} {
		if got := covers(tc.pattern, tc.path); got != tc.want {
			t.Errorf("%q covers %q: %t", tc.pattern, tc.path, got)
		}
	}
}

func FuzzCovers(f *testing.F) {
	f.Add("**/a/**/b*[c", "a/b/c")
	f.Fuzz(func(_ *testing.T, pattern, name string) { covers(pattern, name) })
}

func TestAttest(t *testing.T) {
	t.Parallel()
	fact := audit.Attestation{Check: "a-check", Says: "backup restored", Author: "DSI", Date: noon.AddDate(0, -1, 0), Expires: noon.AddDate(0, 1, 0)}
	expired, later, other := fact, fact, fact
	expired.Expires, later.Date, other.Check = noon.AddDate(0, 0, -1), noon.AddDate(0, 0, 1), "another-check"
	for name, tc := range map[string]struct {
		answer       audit.Answer
		fact         audit.Attestation
		want         audit.Answer
		key          string
		contradicted bool
	}{
		"answers what is unknown":         {audit.AnswerUnknown, fact, audit.AnswerMet, "attested", false},
		"agrees with the evidence":        {audit.AnswerMet, fact, audit.AnswerMet, "", false},
		"the evidence says otherwise":     {audit.AnswerNotMet, fact, audit.AnswerNotMet, "", true},
		"expired":                         {audit.AnswerUnknown, expired, audit.AnswerUnknown, "attestation-expired", false},
		"expired, but the evidence holds": {audit.AnswerMet, expired, audit.AnswerMet, "", false},
		"not yet declared":                {audit.AnswerUnknown, later, audit.AnswerUnknown, "", false},
		"about another check":             {audit.AnswerUnknown, other, audit.AnswerUnknown, "", false},
		"about what does not apply":       {audit.AnswerNotApplicable, fact, audit.AnswerNotApplicable, "", false},
	} {
		got := Attest([]audit.Judged{gapIn(tc.answer)}, []audit.Attestation{tc.fact}, noon)[0]
		if got.Verdict.Answer != tc.want || got.Verdict.Reason.Key != tc.key || got.Contradicted != tc.contradicted {
			t.Errorf("%s: %+v", name, got)
		}
	}
	// The newest that counts speaks, whatever expired before it.
	got := Attest([]audit.Judged{gapIn(audit.AnswerUnknown)}, []audit.Attestation{expired, fact}, noon)[0]
	if got.Verdict.Answer != audit.AnswerMet {
		t.Errorf("renewed: %+v", got)
	}
}
