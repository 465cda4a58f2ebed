package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/internal/acquire/gitserve"
	"github.com/perenne-audit/perenne/internal/store"
	"github.com/perenne-audit/perenne/internal/store/ledger"
	"github.com/perenne-audit/perenne/internal/store/postgres"
	"github.com/perenne-audit/perenne/internal/store/sqlite"
	"github.com/perenne-audit/perenne/internal/store/storetest"
)

// patience is how long a test waits for what takes a second or two on a quiet
// machine.
const patience = 30 * time.Second

// until waits for something to become true.
func until(t *testing.T, what string, true func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if true() {
			return
		}
	}
	t.Fatalf("waited %s for %s", patience, what)
}

// said is what a process has printed so far.
type said struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// child is perenne in a process of its own.
type child struct {
	t        *testing.T
	cmd      *exec.Cmd
	out, err said
	url      string
}

var readyLine = regexp.MustCompile(`perenne is at (http://\S+)|Auditing \d+ repositories`)

// command starts perenne with its settings in the environment.
func command(t *testing.T, env []string, args ...string) *child {
	t.Helper()
	c := &child{t: t, cmd: exec.Command("perenne", append(args, "--lang", "en")...)}
	c.cmd.Env = append(append(os.Environ(), "LANG=C.UTF-8", "PERENNE_CONFIG="), env...)
	c.cmd.Stdout, c.cmd.Stderr = &c.out, &c.err
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if c.cmd.ProcessState == nil {
			_ = c.cmd.Process.Kill() // a test that failed left it running
			_ = c.cmd.Wait()
		}
		if t.Failed() {
			t.Logf("perenne %v printed:\n%s%s", args, &c.out, &c.err)
		}
	})
	return c
}

// started is command for one that serves or works, and waits until it does.
func started(t *testing.T, env []string, args ...string) *child {
	t.Helper()
	c := command(t, env, args...)
	c.ready()
	return c
}

// ready waits until the process serves or works.
func (c *child) ready() {
	c.t.Helper()
	until(c.t, "the service to start", func() bool { return readyLine.MatchString(c.out.String()) })
	c.url = readyLine.FindStringSubmatch(c.out.String())[1]
}

// ends waits for the process and returns its exit code.
func (c *child) ends() int {
	c.t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- c.cmd.Wait() }()
	select {
	case err := <-ended:
		var failed *exec.ExitError
		if err != nil && !errors.As(err, &failed) {
			c.t.Fatal(err)
		}
	case <-time.After(patience):
		c.t.Fatalf("the process goes on after %s", patience)
	}
	return c.cmd.ProcessState.ExitCode()
}

// terminated tells the process to stop and returns its exit code.
func (c *child) terminated() int {
	c.t.Helper()
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		c.t.Fatal(err)
	}
	return c.ends()
}

// get returns the status and the body of a page.
func (c *child) get(path string) (int, string) {
	c.t.Helper()
	response, err := http.Get(c.url + path)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// read decodes a document of the API.
func (c *child) read(path string, into any) {
	c.t.Helper()
	status, body := c.get("/api/v1" + path)
	if status != http.StatusOK {
		c.t.Fatalf("GET %s: %d %s", path, status, body)
	}
	if err := json.Unmarshal([]byte(body), into); err != nil {
		c.t.Fatalf("GET %s: %v", path, err)
	}
}

// ask asks for an audit of a challenge and returns the status.
func (c *child) ask(challenge, secret string) int {
	c.t.Helper()
	request, err := http.NewRequest(http.MethodPost, c.url+"/api/v1/audits", strings.NewReader(`{"challenge":"`+challenge+`"}`))
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if secret != "" {
		request.Header.Set("Authorization", "Bearer "+secret)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	return response.StatusCode
}

type challengeList struct {
	Total      int
	Challenges []struct {
		ID         string
		AuditedAt  time.Time `json:"audited_at"`
		Failing    int
		Continuity *float64
	}
}

// audited waits until every challenge has been audited since a time.
func (c *child) audited(challenges int, since time.Time) {
	c.t.Helper()
	until(c.t, fmt.Sprintf("the audits of %d challenges", challenges), func() bool {
		var all challengeList
		c.read("/challenges", &all)
		for _, one := range all.Challenges {
			if one.AuditedAt.Before(since) || one.Failing > 0 {
				return false
			}
		}
		return all.Total == challenges
	})
}

// gitHost is a git server that counts.
type gitHost struct {
	t      *testing.T
	folder string
	url    string
	mu     sync.Mutex
	posts  map[string]int
	hold   map[string]chan struct{}
}

// newForge serves that many repositories, r0.git and so on, and each differs.
func newForge(t *testing.T, repositories int) *gitHost {
	t.Helper()
	f := &gitHost{t: t, folder: t.TempDir(), posts: map[string]int{}, hold: map[string]chan struct{}{}}
	for n := range repositories {
		f.git(nil, "init", "-q", "--bare", "-b", "main", f.path(n))
		f.push(n, "README.md", fmt.Sprintf("# Application %d\n\nElle oriente les personnes vers le bon guichet.\n", n))
	}
	backend, err := gitserve.Handler(f.folder, true)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		if r.Method == http.MethodPost {
			f.mu.Lock()
			f.posts[name]++
			held := f.hold[name]
			f.mu.Unlock()
			if held != nil {
				<-held
			}
		}
		backend.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	f.url = server.URL
	return f
}

func (f *gitHost) path(n int) string { return filepath.Join(f.folder, fmt.Sprintf("r%d.git", n)) }

func (f *gitHost) git(stdin io.Reader, args ...string) string {
	f.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull)
	cmd.Stdin = stdin
	out, err := cmd.CombinedOutput()
	if err != nil {
		f.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// push adds a commit with one file and returns its name.
func (f *gitHost) push(n int, file, content string) string {
	f.t.Helper()
	from := ""
	if refs := f.git(nil, "-C", f.path(n), "for-each-ref"); refs != "" {
		from = "from refs/heads/main^0\n"
	}
	stream := fmt.Sprintf("commit refs/heads/main\ncommitter Ada <ada@example.org> %d +0000\ndata 1\nx\n%sM 100644 inline %s\ndata %d\n%s\n",
		1_790_000_000+n, from, file, len(content), content)
	f.git(strings.NewReader(stream), "-C", f.path(n), "fast-import", "--quiet")
	return f.git(nil, "-C", f.path(n), "rev-parse", "main")
}

// fetches returns how many requests for objects there were, by repository.
func (f *gitHost) fetches() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := map[string]int{}
	for name, n := range f.posts {
		all[name] = n
	}
	return all
}

// holds keeps requests for a repository's objects waiting until the returned
// function is called.
func (f *gitHost) holds(n int) (release func()) {
	gate := make(chan struct{})
	f.mu.Lock()
	f.hold[fmt.Sprintf("r%d.git", n)] = gate
	f.mu.Unlock()
	once := sync.OnceFunc(func() { close(gate) })
	f.t.Cleanup(once)
	return once
}

// portfolio writes a portfolio with one challenge for each pair of repositories.
func (f *gitHost) portfolio(file string, repositories int) {
	f.t.Helper()
	var b strings.Builder
	b.WriteString("challenges:\n")
	for n := 0; n < repositories; n += 2 {
		fmt.Fprintf(&b, "  - id: c%d\n    name: Challenge %d\n    repositories:\n", n/2, n/2)
		for k := n; k < min(n+2, repositories); k++ {
			fmt.Fprintf(&b, "      - url: %s/r%d.git\n", f.url, k)
		}
	}
	write(f.t, file, b.String())
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// secret is the token "open sesame", of an editor.
const secret, secretHash = "open sesame", "41ef4bb0b23661e66301aac36066912dac037827b4ae63a7b1165a5aa93ed4eb"

// database is one of the two, for a service that is a child.
type testDatabase struct {
	env  []string
	open func() (store.Store, error)
	raw  func() (*sql.DB, error)
}

// onBoth runs a test on SQLite and on PostgreSQL.
func onBoth(t *testing.T, test func(t *testing.T, db testDatabase)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		folder := t.TempDir()
		file := filepath.Join(folder, "perenne.db")
		test(t, testDatabase{
			env:  []string{"PERENNE_DATA=" + folder},
			open: func() (store.Store, error) { return sqlite.Open(t.Context(), file, checks.ByID) },
			raw:  func() (*sql.DB, error) { return sql.Open("sqlite", file) },
		})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		url := storetest.Postgres(t)
		test(t, testDatabase{
			env:  []string{"PERENNE_DATA=" + t.TempDir(), "PERENNE_DATABASE_URL=" + url},
			open: func() (store.Store, error) { return postgres.Open(t.Context(), url, checks.ByID) },
			raw:  func() (*sql.DB, error) { return sql.Open("pgx", url) },
		})
	})
}

func (db testDatabase) states(t *testing.T) []store.State {
	t.Helper()
	s, err := db.open()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	states, err := s.States(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, state := range states {
		points, err := s.Curve(t.Context(), state.Key, time.Time{})
		if err != nil || state.Latest == nil {
			t.Fatalf("%v: %v, %+v", state.Key, err, state)
		}
		commits := map[string]bool{}
		for _, p := range points {
			if commits[p.Commit] {
				t.Errorf("%v: commit %s was audited twice", state.Key, p.Commit)
			}
			commits[p.Commit] = true
		}
	}
	return states
}

// With nothing configured, there is something true to see within half a minute,
// and it says what it is.
func TestServeDemonstration(t *testing.T) {
	t.Parallel()
	begin := time.Now().Truncate(time.Second)
	c := started(t, []string{"PERENNE_DATA=" + filepath.Join(t.TempDir(), "data")}, "serve", "--listen", "127.0.0.1:0")
	c.audited(8, begin)
	t.Logf("populated after %s", time.Since(begin).Round(100*time.Millisecond))
	if !strings.Contains(c.out.String(), "demonstration") {
		t.Errorf("the terminal does not say that it is a demonstration: %s", &c.out)
	}
	var portfolio struct{ Demonstration bool }
	if c.read("/portfolio", &portfolio); !portfolio.Demonstration {
		t.Error("the API does not say that it is a demonstration")
	}
	var all challengeList
	c.read("/challenges", &all)
	for _, path := range []string{"/", "/challenges/" + all.Challenges[0].ID} {
		status, page := c.get(path)
		if words := strings.ToLower(page); status != http.StatusOK || !strings.Contains(words, "démonstration") && !strings.Contains(words, "demonstration") {
			t.Errorf("%s: %d, and does not say that it is a demonstration", path, status)
		}
	}
	var history struct{ Curve []struct{ At time.Time } }
	if c.read("/challenges/"+all.Challenges[0].ID+"/history", &history); len(history.Curve) < 3 {
		t.Errorf("the curve of %s has %d points", all.Challenges[0].ID, len(history.Curve))
	}
	for path, want := range map[string]string{
		"/metrics": "perenne_axis_score_ratio{", "/readyz": "ready", "/healthz": "ok", "/openapi.json": `"openapi"`,
	} {
		if status, body := c.get(path); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d without %q", path, status, want)
		}
	}
	if code := c.terminated(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// The life of a portfolio: audited, asked for again, changed, changed wrongly,
// and an audit under way when the service is told to stop.
func TestServePortfolio(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, db testDatabase) {
		f := newForge(t, 6)
		folder := t.TempDir()
		file, settings := filepath.Join(folder, "portfolio.yaml"), filepath.Join(folder, "perenne.yaml")
		f.portfolio(file, 4)
		write(t, settings, "access: {tokens: [{name: test, role: editor, sha256: "+secretHash+"}]}\n")
		begin := time.Now().Truncate(time.Second)
		c := started(t, db.env, "serve", "--config", settings, "--portfolio", file, "--listen", "127.0.0.1:0")
		c.audited(2, begin)
		first := f.fetches()
		if len(first) != 4 {
			t.Errorf("fetched %v", first)
		}

		if status := c.ask("c0", ""); status != http.StatusUnauthorized {
			t.Errorf("asked without a token: %d", status)
		}
		if status := c.ask("nowhere", secret); status != http.StatusNotFound {
			t.Errorf("asked for a challenge that is not there: %d", status)
		}
		time.Sleep(time.Second) // times are kept to the second
		begin = time.Now().Truncate(time.Second)
		for _, id := range []string{"c0", "c1"} {
			if status := c.ask(id, secret); status != http.StatusAccepted {
				t.Errorf("asked for %s: %d", id, status)
			}
		}
		c.audited(2, begin)
		if again := f.fetches(); fmt.Sprint(again) != fmt.Sprint(first) {
			t.Errorf("nothing changed, and fetched %v after %v", again, first)
		}

		f.portfolio(file, 6)
		until(t, "the changed portfolio", func() bool {
			var all challengeList
			c.read("/challenges", &all)
			return all.Total == 3
		})
		c.ask("c2", secret)
		c.audited(3, begin)

		write(t, file, "challenges:\n  - id: c0\n    name: A\n    mision: {}\n")
		until(t, "a word about the fault", func() bool { return strings.Contains(c.err.String(), "portfolio is not used") })
		if log := c.err.String(); !strings.Contains(log, "portfolio.yaml:4") || !strings.Contains(log, "mision") {
			t.Errorf("the log does not say where the fault is:\n%s", log)
		}
		c.audited(3, begin)

		release := f.holds(1)
		commit := f.push(1, "NOTES.md", "# Notes\n")
		before := f.fetches()["r1.git"]
		c.ask("c0", secret)
		until(t, "the fetch of r1.git", func() bool { return f.fetches()["r1.git"] > before })
		if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		time.Sleep(500 * time.Millisecond)
		release()
		if code := c.ends(); code != 0 {
			t.Errorf("exit code %d after an audit was under way", code)
		}
		states := db.states(t)
		if len(states) != 6 {
			t.Errorf("%d repositories are kept", len(states))
		}
		for _, s := range states {
			if strings.HasSuffix(s.Repository, "/r1.git") && (s.Latest.Result.Repository.Commit != commit || s.Failure != "") {
				t.Errorf("the audit under way was lost: %s, want %s; failure %q", s.Latest.Result.Repository.Commit, commit, s.Failure)
			}
		}
	})
}

// Two processes serve and four work, on one database, all started at once and
// asked for the same at the same moment: each repository is fetched and kept once,
// and the schedule is one. internal/soak does so for longer.
func TestServeAndWork(t *testing.T) {
	t.Parallel()
	url := storetest.Postgres(t)
	db := testDatabase{
		env:  []string{"PERENNE_DATA=" + t.TempDir(), "PERENNE_DATABASE_URL=" + url},
		open: func() (store.Store, error) { return postgres.Open(t.Context(), url, checks.ByID) },
	}
	const repositories = 20
	f := newForge(t, repositories)
	file := filepath.Join(t.TempDir(), "portfolio.yaml")
	f.portfolio(file, repositories)
	begin := time.Now().Truncate(time.Second)
	settings := filepath.Join(t.TempDir(), "perenne.yaml")
	write(t, settings, "access: {tokens: [{name: test, role: editor, sha256: "+secretHash+"}]}\n")
	var all []*child
	for range 2 {
		all = append(all, command(t, db.env, "serve", "--workers", "0", "--config", settings, "--portfolio", file, "--listen", "127.0.0.1:0"))
	}
	for range 4 {
		all = append(all, command(t, db.env, "work", "--workers", "2", "--portfolio", file))
	}
	for _, c := range all {
		c.ready()
	}
	for id := range repositories / 2 {
		var both sync.WaitGroup
		for _, c := range all[:2] {
			both.Go(func() { c.ask(fmt.Sprintf("c%d", id), secret) })
		}
		both.Wait()
	}
	all[0].audited(repositories/2, begin)
	all[1].audited(repositories/2, begin)
	for name, n := range f.fetches() {
		// The files and the history.
		if n != 2 {
			t.Errorf("%s was asked for objects %d times", name, n)
		}
	}
	for _, c := range all {
		if code := c.terminated(); code != 0 {
			t.Errorf("exit code %d", code)
		}
	}
	if n := len(db.states(t)); n != repositories {
		t.Errorf("%d repositories are kept, want %d", n, repositories)
	}
	raw, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	// One as the first leader begins, and one a minute.
	var schedules, overlaps int
	minutes := int(time.Since(begin)/time.Minute) + 1
	if err := raw.QueryRow(`SELECT count(*) FROM river_job WHERE kind = 'schedule'`).Scan(&schedules); err != nil || schedules < 1 || schedules > minutes {
		t.Errorf("the schedule fired %d times in %d minutes, %v", schedules, minutes, err)
	}
	// Where two jobs of one repository ran, the second began after the first.
	if err := raw.QueryRow(`
		SELECT count(*) FROM river_job a JOIN river_job b ON a.kind = 'audit' AND b.kind = 'audit' AND a.args = b.args AND a.id < b.id
			AND b.attempted_at < a.finalized_at AND a.attempted_at < b.finalized_at`).Scan(&overlaps); err != nil || overlaps > 0 {
		t.Errorf("%d pairs of jobs audited a repository at the same time, %v", overlaps, err)
	}
}

// Somebody who logged in with one process is known to every other, and after a
// restart; until they log out with any.
func TestSessionsAreShared(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, db testDatabase) {
		folder := t.TempDir()
		file, settings := filepath.Join(folder, "portfolio.yaml"), filepath.Join(folder, "perenne.yaml")
		write(t, file, "challenges: [{id: a, name: A, repositories: [{url: "+folder+"}]}]\n")
		write(t, settings, "access: {reading: restricted, tokens: [{name: test, role: editor, sha256: "+secretHash+"}]}\n")
		serve := func() *child {
			return started(t, db.env, "serve", "--workers", "0", "--config", settings, "--portfolio", file, "--listen", "127.0.0.1:0")
		}
		client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		send := func(c *child, method, path, body string, cookie *http.Cookie) *http.Response {
			request, err := http.NewRequest(method, c.url+path, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if cookie != nil {
				request.AddCookie(cookie)
			}
			response, err := client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			return response
		}
		one, two := serve(), serve()
		login := send(one, "POST", "/login", url.Values{"token": {secret}}.Encode(), nil)
		if login.StatusCode != http.StatusSeeOther || len(login.Cookies()) == 0 {
			t.Fatalf("login: %s", login.Status)
		}
		cookie := login.Cookies()[0]
		if code := one.terminated(); code != 0 {
			t.Errorf("exit code %d", code)
		}
		again := serve()
		for _, c := range []*child{two, again} {
			if r := send(c, "GET", "/", "", cookie); r.StatusCode != http.StatusOK {
				t.Errorf("logged in elsewhere: %s", r.Status)
			}
		}
		send(two, "POST", "/logout", "", cookie)
		if r := send(again, "GET", "/", "", cookie); r.StatusCode != http.StatusSeeOther {
			t.Errorf("logged out elsewhere: %s", r.Status)
		}
	})
}

// A process that only works says how it is and what it did, when it is told where.
func TestWorkProbes(t *testing.T) {
	t.Parallel()
	f := newForge(t, 2)
	file, env := filepath.Join(t.TempDir(), "portfolio.yaml"), []string{"PERENNE_DATA=" + t.TempDir()}
	f.portfolio(file, 2)
	c := started(t, env, "work", "--portfolio", file, "--listen", "127.0.0.1:0")
	c.url = regexp.MustCompile(`probes are at (http://\S+)`).FindStringSubmatch(c.out.String())[1]
	until(t, "the audits to be counted", func() bool {
		status, body := c.get("/metrics")
		return status == http.StatusOK && strings.Contains(body, `perenne_audits_total{outcome="succeeded"} 2`)
	})
	_, body := c.get("/metrics")
	for _, name := range []string{"perenne_audit_duration_seconds_count", "perenne_fetched_bytes_total", "perenne_queue_jobs"} {
		if !strings.Contains(body, name) {
			t.Errorf("/metrics lacks %s:\n%s", name, body)
		}
	}
	if strings.Contains(body, "perenne_axis_score_ratio") {
		t.Error("the portfolio is shown by who serves it, and not by every worker too")
	}
	for path, want := range map[string]string{"/healthz": "ok\n", "/readyz": "ready\n"} {
		if status, body := c.get(path); status != http.StatusOK || body != want {
			t.Errorf("%s: %d %q", path, status, body)
		}
	}
	probe := command(t, nil, "probe", c.url+"/healthz")
	if code := probe.ends(); code != 0 {
		t.Errorf("probe ended with %d", code)
	}
	taken := command(t, env, "work", "--portfolio", file, "--listen", strings.TrimPrefix(c.url, "http://"))
	if code := taken.ends(); code != exitNotAudited || !strings.Contains(taken.err.String(), "--listen") {
		t.Errorf("an address that is taken: %d %s", code, &taken.err)
	}
	if code := c.terminated(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// A stop that comes while the service starts ends it as any other.
func TestServeStopsWhileItStarts(t *testing.T) {
	t.Parallel()
	c := started(t, []string{"PERENNE_DATA=" + filepath.Join(t.TempDir(), "data")}, "serve", "--listen", "127.0.0.1:0")
	if code := c.terminated(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestServeRefuses(t *testing.T) {
	t.Parallel()
	refuses := func(t *testing.T, env, args []string, want ...string) {
		t.Helper()
		c := command(t, env, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
		if code := c.ends(); code != exitNotAudited {
			t.Errorf("exit code %d, want %d", code, exitNotAudited)
		}
		for _, words := range want {
			if !strings.Contains(c.err.String(), words) {
				t.Errorf("the message does not say %q: %s", words, &c.err)
			}
		}
	}
	t.Run("a newer database", func(t *testing.T) {
		onBoth(t, func(t *testing.T, db testDatabase) {
			s, err := db.open()
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			raw, err := db.raw()
			if err != nil {
				t.Fatal(err)
			}
			defer raw.Close()
			if _, err := raw.Exec(`INSERT INTO ` + ledger.Versions + ` (version_id, is_applied) VALUES (999, true)`); err != nil {
				t.Fatal(err)
			}
			refuses(t, db.env, []string{"--demo"}, "version 999", "restore a backup")
		})
	})
	t.Run("an address that is taken", func(t *testing.T) {
		t.Parallel()
		taken, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer taken.Close()
		refuses(t, []string{"PERENNE_DATA=" + t.TempDir()}, []string{"--listen", taken.Addr().String()}, "address already in use", "--listen")
	})
	t.Run("a data folder that is a file", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "file")
		write(t, file, "")
		refuses(t, nil, []string{"--data", file}, "not a directory", "--data")
	})
	t.Run("a faulty portfolio", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "portfolio.yaml")
		write(t, file, "challenges:\n  - id: a\n    name: A\n    repos: []\n  - id: a\n    name: B\n")
		refuses(t, []string{"PERENNE_DATA=" + t.TempDir()}, []string{"--portfolio", file}, "portfolio.yaml:4", "portfolio.yaml:5")
	})
	t.Run("no portfolio of that name", func(t *testing.T) {
		t.Parallel()
		refuses(t, []string{"PERENNE_DATA=" + t.TempDir()}, []string{"--portfolio", filepath.Join(t.TempDir(), "missing.yaml")}, "no such file")
	})
	t.Run("a database that does not answer", func(t *testing.T) {
		t.Parallel()
		refuses(t, []string{"PERENNE_DATA=" + t.TempDir(), "PERENNE_DATABASE_URL=postgres://someone:hidden@127.0.0.1:1/none"}, nil, "127.0.0.1", "no answer")
	})
}
