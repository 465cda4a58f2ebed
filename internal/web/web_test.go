package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/board"
	"github.com/perenne-audit/perenne/internal/roadmap"
	"github.com/perenne-audit/perenne/internal/store"
)

var update = flag.Bool("update", false, "write the golden pages again")

// secretOf is the token of a role in these tests.
func secretOf(r Role) string { return "secret-of-" + string(r) }

func tokens() []Token {
	var all []Token
	for _, r := range Roles {
		sum := sha256.Sum256([]byte(secretOf(r)))
		all = append(all, Token{Name: "test " + string(r), SHA256: hex.EncodeToString(sum[:]), Role: r})
	}
	return all
}

// settings is a service over the cohort, in which everything is possible.
func settings() Config {
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	return Config{
		Board: cohort(), Checks: checks.All(), Catalogue: "2026.11", Version: "1.0.0", Now: func() time.Time { return today },
		Ask:     func(_ context.Context, keys []store.Key) (int, error) { return len(keys), nil },
		Place:   func(_ context.Context, p audit.Placement) (audit.Placement, error) { p.ID = 7; return p, nil },
		Hours:   roadmap.Hours{audit.Team: 7, audit.DSI: 3, audit.Mentor: 1},
		Metrics: page, Admin: page, Access: Access{Tokens: tokens()},
	}
}

func newSite(t *testing.T, c Config) http.Handler {
	t.Helper()
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// get asks for a path; headers are alternating names and values.
func get(t *testing.T, h http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	return do(t, h, http.MethodGet, path, "", headers...)
}

func do(t *testing.T, h http.Handler, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func bearer(r Role) []string {
	if r == Nobody {
		return nil
	}
	return []string{"Authorization", "Bearer " + secretOf(r)}
}

func TestGoldenPages(t *testing.T) {
	h := newSite(t, settings())
	for name, path := range map[string]string{
		"portfolio": "/", "challenge": "/challenges/carte-des-aides", "several": "/challenges/plume",
		"repository": "/challenges/plume/repositories/2", "roadmap": "/challenges/carte-des-aides/roadmap",
	} {
		for _, lang := range []string{"fr", "en"} {
			w := get(t, h, path+"?lang="+lang)
			if w.Code != http.StatusOK {
				t.Fatalf("%s: %d\n%s", path, w.Code, w.Body)
			}
			file := filepath.Join("testdata", name+"."+lang+".html")
			if *update {
				if err := os.WriteFile(file, w.Body.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), w.Body.String()); diff != "" {
				t.Errorf("%s (go test -update writes it again):\n%s", file, diff)
			}
		}
	}
}

func TestLanguage(t *testing.T) {
	h := newSite(t, settings())
	for _, c := range []struct {
		path, cookie, accept, want string
	}{
		{"/", "", "", "fr"},
		{"/", "", "en-GB,en;q=0.9,fr;q=0.5", "en"},
		{"/", "", "de, fr;q=0.2, en;q=0.1", "fr"},
		{"/", "", "en;q=oops", "fr"},
		{"/", "en", "fr", "en"},
		{"/?lang=fr", "en", "en", "fr"},
		{"/?lang=xx", "", "en", "en"},
		{"/nowhere?lang=en", "", "", "en"},
	} {
		headers := []string{"Accept-Language", c.accept}
		if c.cookie != "" {
			headers = append(headers, "Cookie", langCookie+"="+c.cookie)
		}
		if got := get(t, h, c.path, headers...).Header().Get("Content-Language"); got != c.want {
			t.Errorf("%+v: got %s", c, got)
		}
	}
	if w := get(t, h, "/?lang=en"); !strings.Contains(w.Header().Get("Set-Cookie"), langCookie+"=en") {
		t.Errorf("the choice is not kept: %q", w.Header().Get("Set-Cookie"))
	}
}

func TestPortfolioQuery(t *testing.T) {
	h := newSite(t, settings())
	for path, want := range map[string]string{
		"/?ministry=sante&lang=en":     "Challenges 1 to 1 of 1",
		"/?search=PLU&lang=en":         "Challenges 1 to 1 of 1",
		"/?search=nothing&lang=en":     "No challenge matches.",
		"/?offset=-3&sort=no&lang=en":  "Challenges 1 to 4 of 4",
		"/?offset=99&lang=en":          "No challenge matches.",
		"/?offset=2&sort=name&lang=en": "Challenges 3 to 4 of 4",
	} {
		if w := get(t, h, path); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d, no %q", path, w.Code, want)
		}
	}
}

func TestPagesOfALongPortfolio(t *testing.T) {
	f, c := cohort(), settings()
	for len(f.portfolio.Challenges) < 120 {
		one := f.portfolio.Challenges[3]
		one.ID = "copy-" + string(rune('a'+len(f.portfolio.Challenges)%26)) + strings.Repeat("x", len(f.portfolio.Challenges))
		f.portfolio.Challenges = append(f.portfolio.Challenges, one)
	}
	c.Board = f
	body := get(t, newSite(t, c), "/?offset=50&search=&sort=name&lang=en").Body.String()
	for _, want := range []string{"Challenges 51 to 100 of 120", `href="/?sort=name"`, `href="/?offset=100&amp;sort=name"`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s", want)
		}
	}
}

// Names of people, and addresses in what people wrote, are for readers with a
// role.
func TestPeopleAreNamedToRolesOnly(t *testing.T) {
	h := newSite(t, settings())
	personal := []string{"Alix", "Noa", "Camille", "alix-exemple", "alix@dev.example", "formation@sante.example", "admin@git.exemple.fr"}
	paths := []string{
		"/challenges/carte-des-aides", "/challenges/carte-des-aides/repositories/1", "/challenges/plume", "/challenges/plume/repositories/3",
		"/api/v1/challenges/carte-des-aides", "/api/v1/challenges/carte-des-aides/audits", "/api/v1/challenges/carte-des-aides/verdicts",
		"/api/v1/challenges/carte-des-aides/actions", "/api/v1/challenges/plume", "/api/v1/challenges/plume/audits",
	}
	var public, known strings.Builder
	for _, path := range paths {
		public.WriteString(get(t, h, path).Body.String())
		known.WriteString(get(t, h, path, bearer(Viewer)...).Body.String())
	}
	for _, secret := range personal {
		if strings.Contains(public.String(), secret) {
			t.Errorf("%q is shown to anybody", secret)
		}
		if !strings.Contains(known.String(), secret) {
			t.Errorf("%q is not shown to a viewer", secret)
		}
	}
	if !strings.Contains(public.String(), "Départs connus : 2, au plus tard le 31/12/2026") {
		t.Error("nothing says how many leave")
	}
}

// The page leads to the issue, and says why there is none to those with a role.
func TestIssuesAreLinked(t *testing.T) {
	c := settings()
	board := cohort()
	const url, why = "https://forge.example/plume/issues/12", "the forge answers 403"
	board.postings = []store.Posting{
		{Challenge: "plume", Kind: store.PostedIssue, Number: 12, URL: url, Failure: why},
		{Challenge: "plume", Kind: store.PostedStatus, URL: "https://forge.example/status"},
		{Challenge: "carte-des-aides", Kind: store.PostedIssue, Number: 1, URL: "javascript:alert(1)"},
	}
	c.Board = board
	h := newSite(t, c)
	for role, told := range map[Role]bool{Nobody: false, Viewer: true} {
		page := get(t, h, "/challenges/plume", bearer(role)...).Body.String()
		if !strings.Contains(page, `href="`+url+`"`) || strings.Contains(page, "forge.example/status") || strings.Contains(page, why) != told {
			t.Errorf("role %q: %t", role, strings.Contains(page, why))
		}
	}
	if page := get(t, h, "/challenges/carte-des-aides").Body.String(); strings.Contains(page, "javascript:") {
		t.Error("what is no web page is linked to")
	}
	var d struct {
		Issues []struct {
			Number int
			URL    string
		}
	}
	if err := json.Unmarshal(get(t, h, "/api/v1/challenges/plume").Body.Bytes(), &d); err != nil || len(d.Issues) != 1 || d.Issues[0].URL != url {
		t.Errorf("%+v %v", d, err)
	}
}

func TestProbes(t *testing.T) {
	c := settings()
	c.Access.Restricted = true
	f := cohort()
	c.Board = f
	h := newSite(t, c)
	if w := get(t, h, "/readyz"); w.Code != http.StatusOK {
		t.Errorf("readyz: %d", w.Code)
	}
	f.down = errDown
	if w := get(t, h, "/readyz"); w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), errDown.Error()) {
		t.Errorf("readyz: %d %q", w.Code, w.Body)
	}
	if w := get(t, h, "/healthz"); w.Code != http.StatusOK {
		t.Errorf("healthz: %d", w.Code)
	}
	// What went wrong inside is not told.
	for _, path := range []string{"/", "/challenges/plume", "/api/v1/portfolio", "/api/v1/challenges/plume"} {
		if w := get(t, h, path, bearer(Viewer)...); w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "database") {
			t.Errorf("%s: %d %q", path, w.Code, w.Body)
		}
	}
}

func TestAskFromThePage(t *testing.T) {
	var asked []store.Key
	c := settings()
	c.Ask = func(_ context.Context, keys []store.Key) (int, error) { asked = keys; return 2, nil }
	h := newSite(t, c)
	if body := get(t, h, "/challenges/plume").Body.String(); strings.Contains(body, "/challenges/plume/audit\"") {
		t.Error("the button is shown to somebody who may not press it")
	}
	if body := get(t, h, "/challenges/plume", bearer(Editor)...).Body.String(); !strings.Contains(body, `action="/challenges/plume/audit"`) {
		t.Error("no button for an editor")
	}
	w := do(t, h, http.MethodPost, "/challenges/plume/audit", "", bearer(Editor)...)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/challenges/plume?asked=2" || len(asked) != 3 {
		t.Errorf("%d %s, asked for %v", w.Code, w.Header().Get("Location"), asked)
	}
	if w := do(t, h, http.MethodPost, "/challenges/nope/audit", "", bearer(Editor)...); w.Code != http.StatusNotFound {
		t.Errorf("unknown challenge: %d", w.Code)
	}
	if body := get(t, h, "/challenges/plume?asked=2&lang=en").Body.String(); !strings.Contains(body, "added to the queue: 2") {
		t.Error("nothing says that it was asked for")
	}
	if body := get(t, h, "/challenges/plume?asked=%3Cb%3E").Body.String(); strings.Contains(body, "role=\"status\"") {
		t.Error("anything is taken for a number")
	}
}

// slow answers when it is too late.
type slow struct{ *fake }

func (slow) Rows(ctx context.Context, _ board.Query) ([]board.Row, int, error) {
	<-ctx.Done()
	return nil, 0, ctx.Err()
}

type broken struct{ *fake }

func (broken) Rows(context.Context, board.Query) ([]board.Row, int, error) {
	panic("secret inside")
}

func TestSlowAndBroken(t *testing.T) {
	c := settings()
	c.Board, c.Timeout = slow{cohort()}, time.Millisecond
	if w := get(t, newSite(t, c), "/"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("slow: %d", w.Code)
	}
	var log bytes.Buffer
	c = settings()
	c.Board, c.Logger = broken{cohort()}, slog.New(slog.NewTextHandler(&log, nil))
	for _, path := range []string{"/", "/api/v1/challenges"} {
		w := get(t, newSite(t, c), path)
		if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "secret inside") {
			t.Errorf("%s: %d %q", path, w.Code, w.Body)
		}
	}
	if !strings.Contains(log.String(), "secret inside") {
		t.Error("the panic is not logged")
	}
}

func TestRequestsAreLoggedWithoutSecrets(t *testing.T) {
	var log bytes.Buffer
	c := settings()
	c.Logger = slog.New(slog.NewTextHandler(&log, nil))
	h := newSite(t, c)
	get(t, h, "/challenges/alix@dev.example?search=alix@dev.example&token=hush", bearer(Viewer)...)
	do(t, h, http.MethodPost, "/login", "token="+secretOf(Viewer), "Content-Type", "application/x-www-form-urlencoded")
	for _, secret := range []string{"alix@", "hush", secretOf(Viewer)} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, &log)
		}
	}
	if !strings.Contains(log.String(), "method=GET path=/challenges/a…@dev.example status=404 duration=") {
		t.Errorf("got %s", &log)
	}
}

func TestHeaders(t *testing.T) {
	h := newSite(t, settings())
	for _, path := range []string{"/", "/nowhere", "/login", "/static/style.css", "/api/v1/portfolio", "/metrics", "/healthz"} {
		header := get(t, h, path).Header()
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Content-Security-Policy": "frame-ancestors 'none'",
		} {
			if !strings.Contains(header.Get(name), want) {
				t.Errorf("%s: %s is %q", path, name, header.Get(name))
			}
		}
		if strings.Contains(header.Get("Content-Security-Policy"), "unsafe") {
			t.Errorf("%s: %s", path, header.Get("Content-Security-Policy"))
		}
	}
	if got := get(t, h, "/static/style.css?v=1").Header().Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("static: Cache-Control %q", got)
	}
	for _, path := range []string{"/static/nope.css", "/static/..%2fweb.go"} {
		if w := get(t, h, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestConfigurationFaults(t *testing.T) {
	for name, access := range map[string]Access{
		"sha256": {Tokens: []Token{{Name: "x", SHA256: "abc", Role: Viewer}}},
		"role":   {Tokens: []Token{{Name: "x", SHA256: strings.Repeat("ab", 32), Role: "king"}}},
		"issuer": {OIDC: &OIDC{ClientID: "x", RedirectURL: "y", Default: Viewer}},
		"nobody": {OIDC: &OIDC{Issuer: "i", ClientID: "x", RedirectURL: "y"}},
		"viewer": {OIDC: &OIDC{Issuer: "i", ClientID: "x", RedirectURL: "y", RoleClaim: "r", Roles: map[string]Role{"a": "b"}}},
	} {
		c := settings()
		c.Access = access
		_, err := New(c)
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := New(Config{}); err == nil {
		t.Error("no board, and no error")
	}
	s := Server("x", nil)
	if s.ReadTimeout == 0 || s.WriteTimeout == 0 || s.IdleTimeout == 0 || s.ReadHeaderTimeout == 0 {
		t.Errorf("a time-out is missing: %+v", s)
	}
}

// counted says how often it was asked for the first challenge.
type counted struct {
	*fake
	asked chan struct{}
}

func (c counted) Rows(ctx context.Context, q board.Query) ([]board.Row, int, error) {
	if q.Limit == board.MaxLimit {
		c.asked <- struct{}{}
	}
	return c.fake.Rows(ctx, q)
}

// Adding a large portfolio up takes longer than a page may; only the first
// reader waits for it.
func TestSummaryIsMadeAgainBehindTheReader(t *testing.T) {
	var s summary
	from := counted{cohort(), make(chan struct{}, 10)}
	ask := func(after time.Duration) int {
		ministries, all, err := s.of(t.Context(), from, today.Add(after))
		if err != nil || len(ministries) != 3 {
			t.Fatalf("%d ministries, %v", len(ministries), err)
		}
		return all.Challenges
	}
	ask(0)
	ask(summaryFresh - time.Second)
	if len(from.asked) != 1 {
		t.Fatalf("added up %d times, want once", len(from.asked))
	}
	if got := ask(summaryFresh); got != 4 {
		t.Errorf("%d challenges", got)
	}
	for deadline := time.Now().Add(10 * time.Second); len(from.asked) < 2; {
		if time.Now().After(deadline) {
			t.Fatal("it is not made again")
		}
		time.Sleep(time.Millisecond)
	}
	if ask(2 * summaryKept); len(from.asked) != 3 {
		t.Errorf("a summary of an hour ago is shown: added up %d times", len(from.asked))
	}
}
