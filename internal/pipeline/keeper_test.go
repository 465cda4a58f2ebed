package pipeline_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/config"
	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/acquire/gitserve"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/pipeline"
	"github.com/perenne-audit/perenne/internal/queue"
	"github.com/perenne-audit/perenne/internal/store"
	"github.com/perenne-audit/perenne/internal/store/sqlite"
)

// underContract names a contractor whose contract ends with the year.
const underContract = `publiccodeYmlVersion: "0.4"
name: Accueil
url: https://forge.example/accueil
maintenance:
  type: contract
  contractors:
    - name: Atelier du code
      email: contact@atelier.example
      until: "2026-12-31"
`

// kept is a keeper over a real store, with one repository on a real server.
type kept struct {
	*pipeline.Keeper
	t          testing.TB
	work, bare string
	job        queue.Job
	now        time.Time
	last       pipeline.Account
	// posts counts requests for objects; a question about the HEAD is none.
	posts atomic.Int64
	// answer replaces the server's answer when it returns true.
	answer atomic.Pointer[func(http.ResponseWriter, *http.Request) bool]
}

func keep(t testing.TB) *kept {
	t.Helper()
	settings, err := config.Load("")
	if err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "perenne.db"), checks.ByID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	k := &kept{t: t, now: time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)}
	k.bare = repository(t)
	k.work = filepath.Join(t.TempDir(), "clone")
	k.git("clone", "-q", k.bare, k.work)
	server := k.serve()
	k.job = queue.Job{Challenge: "accueil", Repository: server.URL + "/bare.git"}
	portfolio := &audit.Portfolio{Challenges: []audit.Challenge{{
		ID: "accueil", Name: "Accueil", Criticality: audit.CriticalityB, Repositories: []audit.Source{{URL: k.job.Repository}},
	}}}
	k.Keeper = &pipeline.Keeper{
		Portfolio: func() *audit.Portfolio { return portfolio }, Store: db, Every: 24 * time.Hour,
		Now: func() time.Time { return k.now }, Logger: slog.New(slog.DiscardHandler),
		Options: pipeline.Options{Checks: checks.All(), Catalogue: checks.Version, Acquire: acquire.Options{Limits: settings.Limits}},
		Observe: func(a pipeline.Account) { k.last = a },
	}
	return k
}

func (k *kept) serve() *httptest.Server {
	backend, err := gitserve.Handler(filepath.Dir(k.bare), true)
	if err != nil {
		k.t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			k.posts.Add(1)
		}
		if answer := k.answer.Load(); answer != nil && (*answer)(w, r) {
			return
		}
		backend.ServeHTTP(w, r)
	}))
	k.t.Cleanup(server.Close)
	return server
}

// answers makes the server give another answer than git's until it is nil.
func (k *kept) answers(with func(http.ResponseWriter, *http.Request) bool) {
	if with == nil {
		k.answer.Store(nil)
		return
	}
	k.answer.Store(&with)
}

func (k *kept) git(args ...string) string {
	k.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.org",
		"GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.org", "GIT_AUTHOR_DATE=2026-08-01T10:00:00Z", "GIT_COMMITTER_DATE=2026-08-01T10:00:00Z")
	out, err := cmd.CombinedOutput()
	if err != nil {
		k.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// push writes a file, commits and pushes it; it returns the commit.
func (k *kept) push(name, content string, how ...string) string {
	k.t.Helper()
	if err := os.WriteFile(filepath.Join(k.work, name), []byte(content), 0o644); err != nil {
		k.t.Fatal(err)
	}
	k.git("-C", k.work, "add", "-A")
	k.git("-C", k.work, "commit", "-q", "-m", name)
	k.git(append([]string{"-C", k.work, "push", "-q", "origin", "HEAD"}, how...)...)
	return k.git("-C", k.work, "rev-parse", "HEAD")
}

// audit does the job and returns what is known afterwards, with the number of
// requests for objects that it took.
func (k *kept) audit() (store.State, int64, error) {
	k.t.Helper()
	before := k.posts.Load()
	err := k.Audit(k.t.Context(), k.job)
	state, lost := k.Store.State(k.t.Context(), store.Key(k.job))
	if lost != nil {
		k.t.Fatal(lost)
	}
	return state, k.posts.Load() - before, err
}

// audited is audit for one that must work.
func (k *kept) audited() (store.State, int64) {
	k.t.Helper()
	state, posts, err := k.audit()
	if err != nil || state.Latest == nil || state.Failure != "" || !state.SucceededAt.Equal(k.now) {
		k.t.Fatalf("audit at %s: %v; kept: failure %q, success at %s", k.now, err, state.Failure, state.SucceededAt)
	}
	return state, posts
}

func reasonFor(t testing.TB, s store.State, check string) string {
	t.Helper()
	for _, j := range s.Latest.Result.Judged {
		if j.Check.ID == check {
			return string(j.Verdict.Answer) + " " + j.Verdict.Reason.Key
		}
	}
	t.Fatalf("%s was not asked", check)
	return ""
}

// The commit has not moved, but time has: nothing is fetched, and the contract
// that has ended meanwhile shows.
func TestKeeperJudgesAnUnchangedRepositoryAgain(t *testing.T) {
	k := keep(t)
	k.push("publiccode.yml", underContract)
	first, posts := k.audited()
	if posts == 0 || k.last.Unchanged || k.last.ReceivedBytes == 0 {
		t.Fatalf("the first audit made %d requests for objects: %+v", posts, k.last)
	}
	if got := reasonFor(t, first, "maintainer-staying"); got != "met named-departures-unknown" && got != "met named" {
		t.Errorf("under contract: %s", got)
	}
	for _, step := range []struct {
		at   time.Time
		want string
	}{
		{time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC), "partly-met contract-ending"},
		{time.Date(2027, 1, 2, 8, 0, 0, 0, time.UTC), "not-met contract-over"},
	} {
		k.now = step.at
		state, posts := k.audited()
		if posts != 0 || !k.last.Unchanged || k.last.ReceivedBytes != 0 {
			t.Errorf("at %s: %d requests for objects for an unchanged commit: %+v", step.at, posts, k.last)
		}
		if got := reasonFor(t, state, "maintainer-staying"); got != step.want {
			t.Errorf("at %s: %s, want %s", step.at, got, step.want)
		}
	}
	changes, err := k.Store.Changes(t.Context(), "", time.Time{}, 10)
	if err != nil || len(changes) < 2 {
		t.Errorf("the answers that changed with the date: %+v, %v", changes, err)
	}
}

// The commit has not moved, and a version was tagged on it meanwhile: the question
// about the HEAD brings the tag, and no object is fetched.
func TestKeeperSeesATagOnAnUnchangedCommit(t *testing.T) {
	k := keep(t)
	k.push("main.py", "import flask\n")
	k.push("requirements.txt", "flask==3.0.0\n")
	first, _ := k.audited()
	if got := reasonFor(t, first, "versions-released"); got != "not-met none" {
		t.Errorf("before: %s", got)
	}
	k.git("-C", k.work, "tag", "-a", "-m", "first", "v1.0")
	k.git("-C", k.work, "push", "-q", "origin", "v1.0")
	k.now = k.now.Add(time.Hour)
	second, posts := k.audited()
	if posts != 0 || !k.last.Unchanged {
		t.Errorf("%d requests for objects for a tag: %+v", posts, k.last)
	}
	if got := reasonFor(t, second, "versions-released"); got != "partly-met no-notes" {
		t.Errorf("after: %s", got)
	}
}

// Judged again on the same day, nothing differs from the first time: one audit
// is kept, and seen again.
func TestKeeperKeepsOneAuditOfTheSame(t *testing.T) {
	k := keep(t)
	first, _ := k.audited()
	k.now = k.now.Add(time.Hour)
	second, _ := k.audited()
	if first.Latest.ID != second.Latest.ID || !second.Latest.SeenAt.Equal(k.now) {
		t.Errorf("audit %d, then %d seen at %s", first.Latest.ID, second.Latest.ID, second.Latest.SeenAt)
	}
}

func TestKeeperFollowsTheRepository(t *testing.T) {
	k := keep(t)
	k.audited()
	check := func(what, commit string) {
		t.Helper()
		k.now = k.now.Add(time.Hour)
		state, posts := k.audited()
		if got := state.Latest.Result.Repository.Commit; got != commit || posts == 0 {
			t.Errorf("%s: audited %s with %d requests for objects, want %s", what, got, posts, commit)
		}
	}
	check("a new commit", k.push("CONTRIBUTING.md", "# Contribuer\n"))

	k.git("-C", k.work, "reset", "-q", "--hard", "HEAD~1")
	check("a history that was rewritten", k.push("NOTES.md", "# Notes\n", "--force"))

	k.git("-C", k.work, "checkout", "-q", "-b", "trunk")
	commit := k.push("TRUNK.md", "# Tronc\n")
	k.git("-C", k.bare, "symbolic-ref", "HEAD", "refs/heads/trunk")
	check("another default branch", commit)
	if state, _ := k.audited(); state.Latest.Result.Repository.Branch != "trunk" {
		t.Errorf("branch %q", state.Latest.Result.Repository.Branch)
	}
}

// A forge answers for the old name of a renamed repository with a redirect.
func TestKeeperFollowsARename(t *testing.T) {
	k := keep(t)
	first, _ := k.audited()
	if err := os.Rename(k.bare, filepath.Join(filepath.Dir(k.bare), "renamed.git")); err != nil {
		t.Fatal(err)
	}
	k.answers(func(w http.ResponseWriter, r *http.Request) bool {
		rest, old := strings.CutPrefix(r.URL.Path, "/bare.git")
		if old {
			http.Redirect(w, r, "/renamed.git"+rest+"?"+r.URL.RawQuery, http.StatusMovedPermanently)
		}
		return old
	})
	k.now = k.now.Add(time.Hour)
	same, posts := k.audited()
	if posts != 0 || same.Latest.ID != first.Latest.ID {
		t.Errorf("a rename alone: %d requests for objects", posts)
	}
	k.bare = filepath.Join(filepath.Dir(k.bare), "renamed.git")
	k.git("-C", k.work, "remote", "set-url", "origin", k.bare)
	commit := k.push("NOTES.md", "# Notes\n")
	k.now = k.now.Add(time.Hour)
	if state, _ := k.audited(); state.Latest.Result.Repository.Commit != commit {
		t.Errorf("audited %s, want %s", state.Latest.Result.Repository.Commit, commit)
	}
}

// Whatever goes wrong, the last good result stays, the failure stands beside it,
// and the next success takes it away.
func TestKeeperKeepsTheLastResultWhenItFails(t *testing.T) {
	for name, one := range map[string]struct {
		answer func(http.ResponseWriter, *http.Request) bool
		means  error
	}{
		"it vanished": {func(w http.ResponseWriter, r *http.Request) bool { http.NotFound(w, r); return true }, audit.ErrNotFound},
		"it became private": {func(w http.ResponseWriter, r *http.Request) bool {
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return true
		}, audit.ErrForbidden},
		"the server is broken": {func(w http.ResponseWriter, r *http.Request) bool {
			http.Error(w, "bad gateway", http.StatusBadGateway)
			return true
		}, audit.ErrUnreachable},
		"too many requests": {func(w http.ResponseWriter, r *http.Request) bool {
			w.Header().Set("Retry-After", "120")
			http.Error(w, "slow down", http.StatusTooManyRequests)
			return true
		}, audit.ErrRateLimited},
		"the connection breaks": {func(w http.ResponseWriter, r *http.Request) bool { panic(http.ErrAbortHandler) }, audit.ErrUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			k := keep(t)
			first, _ := k.audited()
			k.answers(one.answer)
			k.now = k.now.Add(24 * time.Hour)
			state, _, err := k.audit()
			if !errors.Is(err, one.means) {
				t.Errorf("the error is %v, want %v", err, one.means)
			}
			if state.Latest == nil || state.Latest.ID != first.Latest.ID || state.Failure == "" ||
				!state.TriedAt.Equal(k.now) || !state.SucceededAt.Equal(first.SucceededAt) {
				t.Errorf("kept: %+v", state)
			}
			var wait interface{ RetryAfter() time.Duration }
			if errors.Is(one.means, audit.ErrRateLimited) && (!errors.As(err, &wait) || wait.RetryAfter() != 2*time.Minute) {
				t.Errorf("the wait that the server asked for is lost: %v", err)
			}
			k.answers(nil)
			k.now = k.now.Add(time.Hour)
			if state, _ := k.audited(); state.Latest.ID != first.Latest.ID {
				t.Errorf("audit %d after %d", state.Latest.ID, first.Latest.ID)
			}
		})
	}
}

// An audit that is cut off because the service stops has not failed: nothing is
// noted, so that the next start does not wait a day.
func TestKeeperNotesNothingWhenTheServiceStops(t *testing.T) {
	k := keep(t)
	ctx, cancel := context.WithCancel(t.Context())
	k.answers(func(http.ResponseWriter, *http.Request) bool { cancel(); return false })
	err := k.Audit(ctx, k.job)
	state, lost := k.Store.State(t.Context(), store.Key(k.job))
	if !errors.Is(err, context.Canceled) || lost != nil || !state.TriedAt.IsZero() || state.Failure != "" {
		t.Errorf("stopped: %v; kept: %+v, %v", err, state, lost)
	}
}

// A clock that ran ahead and was put right again loses nothing.
func TestKeeperSurvivesAClockThatJumps(t *testing.T) {
	k := keep(t)
	right := k.now
	k.now = right.AddDate(10, 0, 0)
	k.audited()
	k.now = right
	if due, err := k.Due(t.Context(), right); err != nil || len(due) != 1 {
		t.Errorf("due after the clock was put right: %v, %v", due, err)
	}
	state, _ := k.audited()
	if !state.SucceededAt.Equal(right) || !state.TriedAt.Equal(right) {
		t.Errorf("success at %s, tried at %s", state.SucceededAt, state.TriedAt)
	}
	if due, err := k.Due(t.Context(), right); err != nil || len(due) != 0 {
		t.Errorf("due just after: %v, %v", due, err)
	}
}

// A job for what the portfolio does not name any more ends without a trace.
func TestKeeperForgetsWhatThePortfolioDoesNotName(t *testing.T) {
	k := keep(t)
	k.job.Repository += "-gone"
	state, _, err := k.audit()
	if !errors.Is(err, audit.ErrNotFound) || !state.TriedAt.IsZero() {
		t.Errorf("%v; kept: %+v", err, state)
	}
}

// What an unchanged repository costs, the question to its server included.
func BenchmarkKeeperUnchanged(b *testing.B) {
	k := keep(b)
	k.audited()
	b.ReportAllocs()
	for b.Loop() {
		k.now = k.now.Add(time.Minute)
		if err := k.Audit(b.Context(), k.job); err != nil || !k.last.Unchanged {
			b.Fatalf("%v, %+v", err, k.last)
		}
	}
	for stage, took := range k.last.Stages {
		b.ReportMetric(float64(took.Microseconds()), stage+"-µs")
	}
}
