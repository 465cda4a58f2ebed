package issue_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/issue"
	"github.com/perenne-audit/perenne/internal/plan"
	"github.com/perenne-audit/perenne/internal/score"
)

var now = time.Date(2026, 11, 28, 13, 0, 0, 0, time.UTC)

const (
	app   = "https://forge.example/culture/gobelins"
	infra = "https://forge.example/culture/gobelins-infra"
)

// world is a challenge of two repositories with these answers.
type world struct {
	setting audit.IssueSetting
	answers map[string]map[string]audit.Verdict // by repository, then check
	placed  []audit.Placement
	lost    []string // repositories without a result
	found   []audit.Finding
	at      time.Time
}

func gap(key string, args ...any) audit.Verdict {
	return audit.NotMet(key, args...).At(audit.Place{Path: "src/`a`.py", Line: 3, Text: "ada@example.org wrote this"})
}

func example() *world {
	return &world{
		setting: audit.IssueSetting{Lang: audit.English}, at: now,
		answers: map[string]map[string]audit.Verdict{
			app: {
				"licence-present": gap("none"), "no-secrets-committed": gap("found", "paths", "secrets.env"),
				"tests-present": gap("none"), "maintainer-staying": gap("nobody", "names", "Ada Martin"),
			},
			infra: {"licence-present": gap("none"), "tests-present": audit.Met("found")},
		},
	}
}

// subjects is what there is to write about it.
func (w *world) subjects(t *testing.T) []*issue.Subject {
	t.Helper()
	c := &audit.Challenge{ID: "gobelins", Name: "Gobelins <b>", MissionEnd: now.AddDate(0, 1, 0), Criticality: audit.CriticalityB, Issues: &w.setting}
	for _, f := range w.found {
		c.Searches, c.Findings = append(c.Searches, f.Search), append(c.Findings, f)
	}
	made := &plan.Challenge{Dates: c.Dates(), Criticality: c.Criticality, Placements: w.placed, Whole: score.OfChallenge, Now: w.at,
		Roll: func(all []audit.Audited) audit.ChallengeResult { return score.Roll(c, all, w.at) }}
	for _, address := range []string{app, infra} {
		source := audit.Source{URL: address, Role: audit.RoleApplication}
		c.Repositories = append(c.Repositories, source)
		r := &audit.Result{TakenAt: w.at}
		for _, check := range checks.All() {
			if v, asked := w.answers[address][check.ID]; asked {
				r.Judged = append(r.Judged, audit.Judged{Check: check, Verdict: v})
			}
		}
		r.Score = score.Of(r.Judged)
		r.Actions = plan.Of(r.Judged, score.Of)
		if slices.Contains(w.lost, address) {
			r = nil
		}
		made.Repositories = append(made.Repositories, audit.Audited{Source: source, Result: r})
	}
	return issue.Of(c, made, made.Items(), "https://perenne.example/challenges/gobelins")
}

func (w *world) subject(t *testing.T) *issue.Subject {
	t.Helper()
	all := w.subjects(t)
	if len(all) != 1 {
		t.Fatalf("%d subjects", len(all))
	}
	return all[0]
}

// opened is the body of the issue that the world's plan opens.
func (w *world) opened(t *testing.T) string {
	t.Helper()
	c, err := w.subject(t).First()
	if err != nil || c.Step != issue.Create {
		t.Fatalf("%v %v", c.Step, err)
	}
	return c.Body
}

// next is what follows, a week later unless the world says otherwise.
func (w *world) next(t *testing.T, body string, closed bool) issue.Change {
	t.Helper()
	c, err := w.subject(t).Next(body, closed, 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (w *world) later() { w.at = w.at.AddDate(0, 0, 7) }

// all makes every answer of a check the same.
func (w *world) all(check string, v audit.Verdict) {
	for _, answers := range w.answers {
		if _, asked := answers[check]; asked {
			answers[check] = v
		}
	}
}

func (w *world) finish() {
	for _, answers := range w.answers {
		for check := range answers {
			answers[check] = audit.Met("found")
		}
	}
}

func TestGolden(t *testing.T) {
	for _, lang := range []audit.Lang{audit.French, audit.English} {
		w := example()
		w.setting.Lang = lang
		c, err := w.subject(t).First()
		if err != nil {
			t.Fatal(err)
		}
		got := c.Title + "\n\n" + c.Body
		file := filepath.Join("testdata", "first."+string(lang)+".md")
		if os.Getenv("UPDATE") != "" {
			if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), got); d != "" {
			t.Errorf("%s (UPDATE=1 writes it anew): %s", file, d)
		}
	}
}

// Whoever may read the issue learns nothing about people, about how to attack the
// service, or about another repository than the one in which it lies.
func TestDiscretion(t *testing.T) {
	body := example().opened(t)
	for _, secret := range []string{"secrets.env", "no-secrets-committed", "Ada", "example.org", "Martin", "<b>", "(https://forge.example"} {
		if strings.Contains(body, secret) {
			t.Errorf("the body holds %q:\n%s", secret, body)
		}
	}
	if !strings.Contains(body, "security or on personal data: 1") {
		t.Errorf("the finding is not counted:\n%s", body)
	}
	if n := strings.Count(body, "src/'a'.py:3"); n != 2 {
		t.Errorf("%d places shown; two gaps of the issue's own repository may have them:\n%s", n, body)
	}
}

func TestSameIsNotWritten(t *testing.T) {
	w := example()
	body := w.opened(t)
	w.later()
	for name, found := range map[string]string{
		"as it was": body, "between words of people": "Bonjour\n\n" + body + "\n\nMerci", "edited in a browser": strings.ReplaceAll(body, "\n", "\r\n"),
	} {
		if c := w.next(t, found, false); c.Step != issue.Same {
			t.Errorf("%s: %s\n%s", name, c.Step, cmp.Diff(found, c.Body))
		}
	}
}

// A file's name cannot end perenne's part, or open another.
func TestFilesNamedAsMarks(t *testing.T) {
	w := example()
	name := "a<!-- perenne:end -->b<!-- perenne:plan gobelins -->.py"
	w.answers[app]["licence-present"] = audit.NotMet("none", "paths", name).At(audit.Place{Path: name, Line: 3})
	body := w.opened(t)
	if strings.Count(body, "<!-- perenne:end") != 1 || strings.Count(body, "<!-- perenne:plan") != 1 || !strings.Contains(body, "perenne:end -->b") {
		t.Fatalf("a name is taken for a mark:\n%s", body)
	}
	w.later()
	if c := w.next(t, body, false); c.Step != issue.Same {
		t.Errorf("%s\n%s", c.Step, cmp.Diff(body, c.Body))
	}
}

func TestPeoplesWordsStay(t *testing.T) {
	w := example()
	body := "Avant  \r\n" + w.opened(t) + "\r\n- [x] notre tâche\n<!-- perenne:end -->"
	w.later()
	w.all("tests-present", audit.Met("found"))
	c := w.next(t, body, false)
	if c.Step != issue.Update || !strings.HasPrefix(c.Body, "Avant  \r\n<!-- perenne:plan") || !strings.HasSuffix(c.Body, "\n\r\n- [x] notre tâche\n<!-- perenne:end -->") {
		t.Errorf("%s\n%s", c.Step, c.Body)
	}
	if !strings.HasPrefix(box(c.Body, "tests-present"), "- [x] ~~Automated tests") {
		t.Errorf("what is done is not shown:\n%s", c.Body)
	}
}

func TestWhereTheEndIsLostNothingOfPeopleIs(t *testing.T) {
	w := example()
	body := strings.Replace(w.opened(t), "<!-- perenne:end -->", "", 1) + "\nà nous"
	w.later()
	c := w.next(t, body, false)
	if c.Step != issue.Update || !strings.HasSuffix(c.Body, "\nà nous") || strings.Count(c.Body, "<!-- perenne:plan") != 1 {
		t.Errorf("%s\n%s", c.Step, c.Body)
	}
	w.later()
	if again := w.next(t, c.Body, false); again.Step != issue.Same {
		t.Errorf("it is written again: %s\n%s", again.Step, cmp.Diff(c.Body, again.Body))
	}
}

// tick ticks the box of a check.
func tick(t *testing.T, body, check string) string {
	t.Helper()
	lines := strings.Split(body, "\n")
	for i, line := range lines {
		if strings.Contains(line, "perenne:item "+check+" ") {
			lines[i] = strings.Replace(line, "[ ]", "[x]", 1)
			return strings.Join(lines, "\n")
		}
	}
	t.Fatalf("no box for %s:\n%s", check, body)
	return ""
}

// box returns the line of the last box of a check.
func box(body, check string) (found string) {
	for line := range strings.Lines(body) {
		if strings.Contains(line, "perenne:item "+check+" ") {
			found = line
		}
	}
	return found
}

func TestBoxes(t *testing.T) {
	w := example()
	body := tick(t, w.opened(t), "tests-present")
	w.later()
	c := w.next(t, body, false)
	if !strings.HasPrefix(box(c.Body, "tests-present"), "- [x] **") || !strings.Contains(c.Body, "Ticked by hand") {
		t.Errorf("what somebody ticked does not stay: %s\n%s", c.Step, c.Body)
	}
	w.later()
	if again := w.next(t, c.Body, false); again.Step != issue.Same {
		t.Errorf("%s", again.Step)
	}
	// In order, then lacking again: that tick was perenne's.
	w.all("tests-present", audit.Met("found"))
	c = w.next(t, c.Body, false)
	if !strings.HasPrefix(box(c.Body, "tests-present"), "- [x] ~~") {
		t.Errorf("%s", c.Body)
	}
	w.later()
	w.all("tests-present", gap("none"))
	c = w.next(t, c.Body, false)
	if !strings.HasPrefix(box(c.Body, "tests-present"), "- [ ] **") {
		t.Errorf("what fell is still ticked:\n%s", c.Body)
	}
}

func TestUnknownIsNotDone(t *testing.T) {
	w := example()
	body := w.opened(t)
	w.later()
	w.finish()
	w.answers[app]["tests-present"] = audit.Unknown("not-all-read")
	c := w.next(t, body, false)
	if c.Step != issue.Update || !strings.HasPrefix(box(c.Body, "tests-present"), "- [ ] ") || !strings.Contains(c.Body, "Cannot be judged") {
		t.Errorf("%s\n%s", c.Step, c.Body)
	}
	w.later()
	w.answers[app]["tests-present"] = audit.Met("found")
	if c = w.next(t, c.Body, false); c.Step != issue.Close {
		t.Errorf("%s", c.Step)
	}
	w = example()
	body = w.opened(t)
	w.later()
	w.finish()
	w.lost = []string{infra}
	if c = w.next(t, body, false); c.Step == issue.Close {
		t.Error("closed although a repository could not be audited")
	}
	w.lost = nil
	for _, never := range []*audit.Listing{nil, {Failure: &audit.Reason{Key: "forge-limited"}}} {
		w.found = []audit.Finding{{Listing: never}}
		if c = w.next(t, body, false); c.Step == issue.Close {
			t.Error("closed although nobody knows which repositories there are")
		}
	}
	w.found = []audit.Finding{{Listing: &audit.Listing{At: now}}}
	if c = w.next(t, body, false); c.Step != issue.Close {
		t.Errorf("all is finished and listed: %s", c.Step)
	}
}

func TestClosingAndOpening(t *testing.T) {
	w := example()
	body := w.opened(t)
	if c := w.next(t, body, true); c.Step != issue.Respect {
		t.Errorf("somebody closed it: %s", c.Step)
	}
	w.later()
	w.finish()
	if c, err := w.subject(t).First(); err != nil || c.Step != issue.Rest {
		t.Errorf("nothing to do: %s %v", c.Step, err)
	}
	closed := w.next(t, body, false)
	if closed.Step != issue.Close || !strings.Contains(closed.Body, "Nothing is left") {
		t.Fatalf("%s\n%s", closed.Step, closed.Body)
	}
	w.later()
	for _, isClosed := range []bool{true, false} {
		if c := w.next(t, closed.Body, isClosed); c.Step != issue.Same {
			t.Errorf("finished, closed %t: %s", isClosed, c.Step)
		}
	}
	w.all("licence-present", gap("none"))
	again := w.next(t, closed.Body, true)
	if again.Step != issue.Reopen || !strings.HasPrefix(box(again.Body, "licence-present"), "- [ ] **") {
		t.Errorf("%s\n%s", again.Step, again.Body)
	}
	if c := w.next(t, again.Body, true); c.Step != issue.Respect {
		t.Errorf("somebody closed it after that: %s", c.Step)
	}
}

func TestNotTooOften(t *testing.T) {
	w := example()
	body := w.opened(t)
	w.at = w.at.Add(23 * time.Hour)
	w.all("tests-present", audit.Met("found"))
	if c := w.next(t, body, false); c.Step != issue.Early || !c.After.Equal(now.Add(24*time.Hour)) {
		t.Errorf("%s, after %s", c.Step, c.After)
	}
	w.at = w.at.Add(time.Hour)
	if c := w.next(t, body, false); c.Step != issue.Update {
		t.Errorf("%s", c.Step)
	}
}

func TestDecisions(t *testing.T) {
	w := example()
	w.placed = []audit.Placement{
		{Challenge: "gobelins", Repository: app, Check: "tests-present", Progress: audit.Done, Author: "Ada Martin", At: now},
		{Challenge: "gobelins", Repository: app, Check: "maintainer-staying", Progress: audit.Dropped, Reason: "Ada stays", Author: "Ada Martin", At: now},
	}
	body := w.opened(t)
	if !strings.HasPrefix(box(body, "tests-present"), "- [x] **") || strings.Contains(body, "Ada") {
		t.Errorf("%s", body)
	}
	w.placed = nil
	w.later()
	if c := w.next(t, body, false); !strings.HasPrefix(box(c.Body, "tests-present"), "- [ ] **") {
		t.Errorf("what nobody says any more is still ticked:\n%s", c.Body)
	}
}

func TestOneForEachRepository(t *testing.T) {
	w := example()
	w.setting.Each = true
	all := w.subjects(t)
	if len(all) != 2 || all[0].In != app || all[1].In != infra || all[0].Marker() == all[1].Marker() {
		t.Fatalf("%+v", all)
	}
	c, err := all[1].First()
	if err != nil || c.Step != issue.Create || strings.Contains(c.Body, "tests-present") || strings.Contains(c.Body, "production") && strings.Contains(c.Body, "blockers") {
		t.Errorf("%v\n%s", err, c.Body)
	}
	if !strings.Contains(c.Title, "gobelins-infra") {
		t.Errorf("%q", c.Title)
	}
	w.lost = []string{infra}
	if all := w.subjects(t); len(all) != 1 {
		t.Errorf("%d subjects, one of which was never audited", len(all))
	}
	w.lost = []string{app, infra}
	w.setting.Each = false
	if all := w.subjects(t); len(all) != 0 {
		t.Errorf("there is something to write about what was never audited: %+v", all)
	}
}

// What is long stays below what a forge takes.
func TestBounded(t *testing.T) {
	w := example()
	for _, address := range []string{app, infra} {
		for _, c := range checks.All() {
			w.answers[address][c.ID] = gap("none", "paths", strings.Repeat("a/very/long/path.py, ", 1000))
		}
	}
	const github = 65536
	if body := w.opened(t); len(body) > github/2 {
		t.Errorf("%d bytes", len(body))
	}
}

func TestDigest(t *testing.T) {
	digest := func(w *world) string {
		t.Helper()
		d, err := w.subject(t).Digest()
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	w := example()
	before := digest(w)
	w.at = w.at.Add(time.Minute)
	if digest(w) != before {
		t.Error("time alone changes it")
	}
	w.all("tests-present", audit.Met("found"))
	if digest(w) == before {
		t.Error("an answer does not change it")
	}
}

func FuzzNext(f *testing.F) {
	f.Add("<!-- perenne:plan gobelins -->\n<!-- perenne:state 2026-11-01T00:00:00Z open -->\n- [x] a <!-- perenne:item licence-present 0 -->\n<!-- perenne:end -->", true)
	f.Add("<!-- perenne:end --><!-- perenne:plan gobelins -->", false)
	f.Fuzz(func(t *testing.T, body string, closed bool) {
		w := example()
		w.later()
		c, err := w.subject(t).Next(body, closed, 0)
		if err != nil {
			t.Fatal(err)
		}
		if !c.Step.Writes() {
			return
		}
		w.later()
		if again := w.next(t, c.Body, c.Step == issue.Close); again.Step.Writes() {
			t.Errorf("what was just written is written again: %s\n%q\n%s", again.Step, body, cmp.Diff(c.Body, again.Body))
		}
	})
}
