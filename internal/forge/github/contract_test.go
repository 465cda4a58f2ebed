//go:build contract

package github_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/forge/forgetest"
	"github.com/perenne-audit/perenne/internal/forge/github"
	"github.com/perenne-audit/perenne/internal/guard"
)

// tools is where 'make contract' puts GitHub's descriptions.
var tools = filepath.Join("..", "..", "..", "tools", "contract")

// prism starts a server that answers by GitHub's description and refuses requests
// that it does not know.
func prism(t *testing.T) *url.URL {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	_ = free.Close()
	_, port, _ := net.SplitHostPort(address)
	cmd := exec.Command(filepath.Join(tools, "node_modules", ".bin", "prism"), "mock", "-p", port,
		filepath.Join(tools, "node_modules", "@octokit", "openapi", "generated", "api.github.com.json"))
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatalf("start prism: %v; run make contract", err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for begun := time.Now(); time.Since(begun) < 3*time.Minute; time.Sleep(time.Second) {
		if c, err := net.Dial("tcp", address); err == nil {
			_ = c.Close()
			return &url.URL{Scheme: "http", Host: address}
		}
	}
	t.Fatal("prism does not start")
	return nil
}

// published is a GitHub that answers by its published descriptions: Prism for the
// API; for the query, which no OpenAPI describes, the schema judges the question
// and the stand-in answers.
type published struct {
	t     *testing.T
	prism *httputil.ReverseProxy
	mu    sync.Mutex
	seen  map[string]int
}

// ServeHTTP implements [http.Handler].
func (p *published) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/api/graphql" {
		p.query(w, r)
		return
	}
	p.mu.Lock()
	p.seen[strings.TrimPrefix(r.URL.Path, "/api/v3")]++
	p.seen[r.Method+" "+strings.TrimPrefix(r.URL.Path, "/api/v3")]++
	p.mu.Unlock()
	r.URL.Path = strings.TrimPrefix(r.URL.Path, "/api/v3")
	// Prism chooses an example by the type, and knows none of GitHub's own.
	r.Header.Set("Accept", "application/json")
	p.prism.ServeHTTP(w, r)
}

func (p *published) query(w http.ResponseWriter, r *http.Request) {
	content, _ := io.ReadAll(r.Body)
	var asked struct{ Query string }
	if err := json.Unmarshal(content, &asked); err != nil {
		p.t.Error(err)
	}
	cmd := exec.Command("node", filepath.Join(tools, "query.js"))
	cmd.Stdin = strings.NewReader(asked.Query)
	if out, err := cmd.CombinedOutput(); err != nil {
		p.t.Errorf("GitHub's schema refuses the query: %v\n%s", err, bytes.TrimSpace(out))
	}
	_ = json.NewEncoder(w).Encode(forgetest.GitHubQuery(forgetest.Example()))
}

// describedDesk starts a GitHub that answers by its descriptions, and a desk that asks it.
func describedDesk(t *testing.T, target *url.URL, tokens []string) (*published, *httptest.Server, *forge.Desk) {
	t.Helper()
	p := &published{t: t, seen: map[string]int{}, prism: httputil.NewSingleHostReverseProxy(target)}
	p.prism.ModifyResponse = func(r *http.Response) error {
		if r.StatusCode >= 300 {
			body, _ := io.ReadAll(r.Body)
			t.Errorf("%s: %d %s", r.Request.URL.Path, r.StatusCode, body)
		}
		return nil
	}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	host := strings.TrimPrefix(server.URL, "http://")
	return p, server, forge.NewDesk(forge.Config{
		Open: map[forge.Kind]forge.Open{forge.GitHub: github.Open}, Hosts: []forge.Setting{{Host: host, Kind: forge.GitHub}},
		Tokens: func(string) []string { return tokens }, Variable: func(string) string { return "" }, Always: true,
		Refresh: time.Hour, Timeout: time.Minute, Guard: guard.New([]string{host}),
	})
}

// The same for what is written: issues, and statuses beside commits.
func TestPublishedWrites(t *testing.T) {
	p, server, desk := describedDesk(t, prism(t), []string{"example-token"})
	r, _ := forge.ParseRepo(server.URL + "/octocat/Hello-World")
	issues, err := desk.Issues(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	// The example among GitHub's issues is a pull request.
	if all, _, err := issues.ListIssues(t.Context(), r, "perenne", 1); err != nil || len(all) > 0 {
		t.Errorf("%+v %v", all, err)
	}
	// That of a single issue is a reference which leads nowhere: only the request is
	// held against the description.
	if _, err := issues.Issue(t.Context(), r, 1347); !errors.Is(err, audit.ErrDamaged) {
		t.Errorf("GitHub's description is mended: compare the answer too; %v", err)
	}
	body, closed := "text", true
	made, err := issues.CreateIssue(t.Context(), r, forge.Issue{Title: "title", Body: body, Labels: []string{"perenne"}})
	edited, err2 := issues.EditIssue(t.Context(), r, 1347, forge.Edit{Body: &body, Closed: &closed})
	for i, err := range []error{err, err2} {
		if one := []*forge.Issue{made, edited}[i]; err != nil || one.Number != 1347 || one.Body == "" || one.Title == "" || one.URL == "" || len(one.Labels) == 0 {
			t.Errorf("%+v %v", one, err)
		}
	}
	statuses, err := desk.Statuses(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	const commit = "6dcb09b5b57875f334f61aebed695e2e4193db5e"
	if last, err := statuses.Status(t.Context(), r, commit, "continuous-integration/jenkins"); err != nil || last == nil || last.Words == "" || last.URL == "" {
		t.Errorf("%+v %v", last, err)
	}
	for _, failed := range []bool{true, false} {
		if err := statuses.SetStatus(t.Context(), r, commit, forge.Status{Name: "perenne/a", Failed: failed, Words: "words", URL: "https://perenne.example/"}); err != nil {
			t.Error(err)
		}
	}
	for path, times := range map[string]int{
		"GET /repos/octocat/Hello-World/issues": 1, "POST /repos/octocat/Hello-World/issues": 1,
		"GET /repos/octocat/Hello-World/issues/1347": 1, "PATCH /repos/octocat/Hello-World/issues/1347": 1,
		"GET /repos/octocat/Hello-World/commits/" + commit + "/status": 1, "POST /repos/octocat/Hello-World/statuses/" + commit: 2,
	} {
		if p.seen[path] != times {
			t.Errorf("%s was asked %d times", path, p.seen[path])
		}
	}
}

// Every request that the client sends is one that GitHub describes, and it reads
// every answer that GitHub gives as an example.
func TestPublishedDescription(t *testing.T) {
	target := prism(t)
	t.Run("proposals", func(t *testing.T) { proposals(t, target) })
	for _, tokens := range [][]string{{"example-token"}, nil} {
		p, server, desk := describedDesk(t, target, tokens)
		f, why, err := desk.Ask(t.Context(), server.URL+"/octocat/Hello-World")
		if f == nil || err != nil {
			t.Fatalf("%v %v", why, err)
		}
		t.Logf("%+v", *f)
		if f.Path != "octocat/Hello-World" || f.OwnerType != "user" || f.DefaultBranch != "master" || f.Licence == "" || len(f.Topics) == 0 || f.ID == "" {
			t.Errorf("%+v", f)
		}
		for _, path := range []string{"/repos/octocat/Hello-World", "/repos/octocat/Hello-World/private-vulnerability-reporting"} {
			if p.seen[path] != 1 {
				t.Errorf("%s was asked %d times", path, p.seen[path])
			}
		}
		if tokens == nil && (f.Releases == 0 || f.LatestRelease.IsZero()) {
			t.Errorf("the releases are not read: %+v", f)
		}
	}
}
