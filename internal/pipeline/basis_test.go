package pipeline_test

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// What is judged again on a day on which the repository was judged already: all
// that has changed, and nothing that has not.
func TestKeeperJudgesOnceADayWhatDoesNotChange(t *testing.T) {
	k := keep(t)
	k.push("publiccode.yml", underContract)
	judged := func() bool {
		t.Helper()
		k.now = k.now.Add(time.Minute)
		_, posts := k.audited()
		_, judged := k.last.Stages["judge"]
		if !judged && (posts != 0 || !k.last.Unchanged) {
			t.Errorf("%d requests for objects: %+v", posts, k.last)
		}
		return judged
	}
	k.audited()
	if judged() {
		t.Error("nothing changed, and it was judged again")
	}
	day := func(n int) time.Time { return k.now.AddDate(0, 0, n).Truncate(24 * time.Hour) }
	challenge := &k.Portfolio().Challenges[0]
	for _, step := range []struct {
		what   string
		change func()
	}{
		{"who works on it", func() {
			challenge.People = append(challenge.People, audit.Person{Name: "Ada", Emails: []string{"ada@example.org"}})
		}},
		{"when somebody leaves", func() { challenge.People[0].Leaving, challenge.People[0].Leaves = true, day(30) }},
		{"an exception", func() {
			challenge.Waivers = append(challenge.Waivers, audit.Waiver{Check: "licence-present", Reason: "later", Author: "Bea", Expires: day(60)})
		}},
		{"until when the exception counts", func() { challenge.Waivers[0].Expires = day(90) }},
		{"what somebody declared", func() {
			challenge.Attestations = append(challenge.Attestations, audit.Attestation{Check: "backup-restorable", Says: "restored", Author: "Bea", Date: day(-9)})
		}},
		{"how much depends on it", func() { challenge.Criticality = audit.CriticalityA }},
		{"what is stated to be delivered", func() { challenge.Repositories[0].Kinds = []audit.Kind{audit.Library} }},
		{"the end of the mission", func() { challenge.MissionEnd = day(100) }},
		{"the rules", func() {
			challenge.Rules = &audit.Policy{Name: "other", Version: "1", Thresholds: audit.DefaultThresholds}
		}},
		{"the same rules, otherwise", func() {
			challenge.Rules = &audit.Policy{Name: "other", Version: "2", Thresholds: audit.DefaultThresholds}
		}},
		{"the catalogue", func() { k.Options.Catalogue = "newer" }},
		{"how much is read", func() { k.Options.Acquire.Limits.Tags += 7 }},
		{"the vulnerabilities that are known", func() { k.Options.Advisories = audit.NewAdvisories(nil, day(-1)) }},
		{"a tag", func() {
			k.git("-C", k.work, "tag", "-a", "-m", "first", "v1.0")
			k.git("-C", k.work, "push", "-q", "origin", "v1.0")
		}},
		{"the day", func() { k.now = day(1) }},
	} {
		step.change()
		if !judged() {
			t.Errorf("another: %s; and it was not judged again", step.what)
		}
		if judged() {
			t.Errorf("%s: judged a second time", step.what)
		}
	}
}

// The commit is the same, but what was kept of it may not be all that counts now: a
// secret that a commit removed is found once so much of the past is read.
func TestKeeperFetchesAgainWhatMayHoldMore(t *testing.T) {
	k := keep(t)
	k.audited()
	k.Options.Acquire.Limits.PastCommits = 100
	for turn, fetches := range []bool{true, false} {
		k.now = k.now.AddDate(0, 0, 1)
		if _, posts := k.audited(); posts > 0 != fetches {
			t.Errorf("%d requests for objects in turn %d", posts, turn+1)
		}
	}
}

// The default branch gets another name at the same commit: what runs the tests on
// the old one alone runs them on the default branch no more.
func TestKeeperJudgesAnotherNameOfTheBranch(t *testing.T) {
	k := keep(t)
	if err := os.MkdirAll(filepath.Join(k.work, ".github", "workflows"), 0o755); err != nil {
		t.Fatal(err)
	}
	k.push("app_test.py", "def test_app():\n    assert True\n")
	k.push(".github/workflows/test.yml", "on:\n  push:\n    branches: [main]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pytest\n")
	before, _ := k.audited()
	k.git("-C", k.work, "push", "-q", "origin", "HEAD:refs/heads/trunk")
	k.git("-C", k.bare, "symbolic-ref", "HEAD", "refs/heads/trunk")
	k.now = k.now.Add(time.Minute)
	after, posts := k.audited()
	old, now := reasonFor(t, before, "ci-runs-tests"), reasonFor(t, after, "ci-runs-tests")
	if old == now || posts != 0 || after.Latest.Result.Repository.Branch != "trunk" {
		t.Errorf("%s, then %s on %s, with %d requests for objects", old, now, after.Latest.Result.Repository.Branch, posts)
	}
}

// The history did not come, because the line broke: what rests on it is unknown
// for now, and the next turn asks for it again although the commit is the same.
func TestKeeperAsksAgainForWhatDidNotCome(t *testing.T) {
	k := keep(t)
	k.answers(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost {
			return false
		}
		asked, err := io.ReadAll(r.Body)
		if err != nil {
			return false
		}
		r.Body = io.NopCloser(bytes.NewReader(asked))
		if bytes.Contains(asked, []byte("deepen 1")) {
			return false
		}
		http.Error(w, "bad gateway", http.StatusBadGateway)
		return true
	})
	first, _ := k.audited()
	if got := reasonFor(t, first, "several-people-know"); got != "unknown missing-evidence" {
		t.Errorf("without a history: %s", got)
	}
	k.answers(nil)
	k.now = k.now.Add(time.Minute)
	second, posts := k.audited()
	if got := reasonFor(t, second, "several-people-know"); got == "unknown missing-evidence" || posts == 0 {
		t.Errorf("with the history, %d requests for objects: %s", posts, got)
	}
}
