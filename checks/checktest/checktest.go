// Package checktest runs a check against its cases: one txtar file each, in
// testdata/<check id>/, named met*.txtar, partly-met*.txtar, not-met*.txtar,
// not-applicable*.txtar, unknown*.txtar or trap-*.txtar. A trap looks like one
// answer and is another.
//
// The comment at the top of a case tells its story. Its members are the files of
// the repository, but for two:
//
//	-- @want --
//	partly-met stub
//	at README.md:3
//	fact sections ["install"]
//	-- @facts --
//	kinds: [web-application]
//	taken_at: 2026-10-01
//	history:
//	  - {by: "Ada <ada@finances.gouv.fr>", on: 2026-03-01, commits: 40}
//
// @want holds the answer and the key of the reason, then places that must be
// among the verdict's, then facts that must be equal, as JSON. "at" and "fact"
// lines may be absent. @facts is everything that is not a file; see [facts].
package checktest

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/judge"
)

// Run runs every case of the check, and fails when the check lacks a met, a
// not-met or a trap case.
func Run(t *testing.T, check *audit.Check) {
	t.Helper()
	if faults := audit.Validate([]*audit.Check{check}); len(faults) > 0 {
		t.Fatal(faults)
	}
	cases, err := filepath.Glob(filepath.Join("testdata", check.ID, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, wanted := range []string{"met", "not-met", "trap-"} {
		if !slices.ContainsFunc(cases, func(c string) bool { return strings.HasPrefix(filepath.Base(c), wanted) }) {
			t.Errorf("testdata/%s has no case whose name begins with %q", check.ID, wanted)
		}
	}
	for _, file := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			runCase(t, check, file)
		})
	}
}

func runCase(t *testing.T, check *audit.Check, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(strings.TrimSpace(string(archive.Comment))) == 0 {
		t.Error("the case tells no story: say above the first file what it shows")
	}
	verdict, want := answer(t, check, archive)
	want.compare(t, verdict)
	explained(t, check, verdict.Reason)
	if !check.Dated {
		undated(t, check, archive, verdict)
	}
}

// Verdict returns what the check answers to a case.
func Verdict(t *testing.T, check *audit.Check, file string) audit.Verdict {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	verdict, _ := answer(t, check, archive)
	return verdict
}

func answer(t *testing.T, check *audit.Check, archive *txtar.Archive) (audit.Verdict, want) {
	t.Helper()
	snapshot, want, err := read(archive)
	if err != nil {
		t.Fatal(err)
	}
	judged, err := judge.Run(t.Context(), snapshot, []*audit.Check{check})
	if err != nil {
		t.Fatal(err)
	}
	return judged[0].Verdict, want
}

// undated fails when a check that is not said to depend on the day, or on who
// stays, does: an unchanged commit is not asked again about it.
func undated(t *testing.T, check *audit.Check, archive *txtar.Archive, verdict audit.Verdict) {
	t.Helper()
	later, _, err := read(archive)
	if err != nil {
		t.Fatal(err)
	}
	if check.Needs.Has(audit.NeedPortfolio) && len(later.Attestations) > 0 {
		return
	}
	later.TakenAt, later.People = later.TakenAt.AddDate(5, 0, 0), nil
	judged, err := judge.Run(t.Context(), later, []*audit.Check{check})
	if err != nil {
		t.Fatal(err)
	}
	if again := judged[0].Verdict; again.Answer != verdict.Answer || again.Reason.Key != verdict.Reason.Key {
		t.Errorf("five years later it is %s %s, not %s %s: say that the check is Dated",
			again.Answer, again.Reason.Key, verdict.Answer, verdict.Reason.Key)
	}
}

// explained fails when a reader would see a bare key or an unfilled placeholder.
func explained(t *testing.T, check *audit.Check, reason audit.Reason) {
	t.Helper()
	for _, lang := range []audit.Lang{audit.French, audit.English} {
		text, err := check.Text(lang)
		if err != nil {
			t.Fatal(err)
		}
		sentence := text.Explain(reason, lang)
		if sentence == reason.Key || strings.ContainsAny(sentence, "{}") {
			t.Errorf("reason in %s: %q is not a whole sentence", lang, sentence)
		}
	}
}

// want is the parsed @want member.
type want struct {
	answer audit.Answer
	key    string
	places []audit.Place
	facts  map[string]any
}

func parseWant(content string) (want, error) {
	w := want{facts: map[string]any{}}
	lines := strings.Split(strings.TrimSpace(content), "\n")
	answer, key, _ := strings.Cut(lines[0], " ")
	w.answer, w.key = audit.Answer(answer), key
	if !slices.Contains(audit.Answers, w.answer) {
		return w, fmt.Errorf("@want: no such answer %q", answer)
	}
	for _, line := range lines[1:] {
		verb, rest, _ := strings.Cut(line, " ")
		switch verb {
		case "at":
			w.places = append(w.places, parsePlace(rest))
		case "fact":
			name, value, _ := strings.Cut(rest, " ")
			var decoded any
			if err := json.Unmarshal([]byte(value), &decoded); err != nil {
				return w, fmt.Errorf("@want: fact %s: %w", name, err)
			}
			w.facts[name] = decoded
		default:
			return w, fmt.Errorf("@want: line %q begins with neither at nor fact", line)
		}
	}
	return w, nil
}

func parsePlace(s string) audit.Place {
	if i := strings.LastIndexByte(s, ':'); i >= 0 {
		if line, err := strconv.Atoi(s[i+1:]); err == nil {
			return audit.Place{Path: s[:i], Line: line}
		}
	}
	return audit.Place{Path: s}
}

func (w want) compare(t *testing.T, got audit.Verdict) {
	t.Helper()
	if got.Answer != w.answer || got.Reason.Key != w.key {
		t.Errorf("got %s %s %v, want %s %s", got.Answer, got.Reason.Key, got.Reason.Args, w.answer, w.key)
	}
	for _, place := range w.places {
		if !slices.ContainsFunc(got.Places, func(p audit.Place) bool { return p.Path == place.Path && p.Line == place.Line }) {
			t.Errorf("places %v lack %s:%d", got.Places, place.Path, place.Line)
		}
	}
	encoded, err := json.Marshal(got.Facts)
	if err != nil {
		t.Fatalf("facts do not fit into JSON: %v", err)
	}
	var facts map[string]any
	if err := json.Unmarshal(encoded, &facts); err != nil {
		t.Fatal(err)
	}
	for name, value := range w.facts {
		if diff := cmp.Diff(value, facts[name]); diff != "" {
			t.Errorf("fact %s (-want +got):\n%s", name, diff)
		}
	}
}
