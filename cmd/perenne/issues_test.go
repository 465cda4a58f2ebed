package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/forge/forgetest"
)

// asking writes a portfolio with one challenge that asks for issues, and one that
// does not.
func asking(t *testing.T, server *forgetest.Server) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "portfolio.yaml")
	content := "challenges:\n  - {id: guichet, name: Guichet, repositories: [{url: '" + server.Address() + "'}], issues: {lang: en, labels: [perenne, dsi]}}\n" +
		"  - {id: autre, name: Autre, repositories: [{url: '" + server.Address() + "'}]}\n"
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// writes are the requests that change something.
func writes(server *forgetest.Server) (n int) {
	for _, r := range api(server) {
		if r.Method != http.MethodGet && !strings.HasSuffix(r.Path, "/graphql") {
			n++
		}
	}
	return n
}

func TestIssues(t *testing.T) {
	server := hosted(t)
	file := asking(t, server)
	env := map[string]string{"XDG_CACHE_HOME": t.TempDir()}
	issues := func(want int, more ...string) string {
		t.Helper()
		out, errors, code := commanded(t, env, append([]string{"issues", "--portfolio", file, "--lang", "en"}, more...)...)
		if code != want {
			t.Errorf("%v: code %d, want %d\n%s%s", more, code, want, out, errors)
		}
		if strings.Contains(out+errors, "example-1") {
			t.Errorf("the token is shown: %s%s", out, errors)
		}
		return out + errors
	}
	variable := acquire.TokenVariable(server.Host())
	if out := issues(0); !strings.Contains(out, variable) || !strings.Contains(out, "would open an issue") {
		t.Errorf("without a token:\n%s", out)
	}
	if out := issues(3, "--send"); !strings.Contains(out, variable) {
		t.Errorf("without a token:\n%s", out)
	}
	env[variable] = "example-1"
	tried := issues(0)
	for _, want := range []string{"Guichet", "would open an issue", "Making Guichet last", "labels: perenne, dsi", "perenne:item licence-present"} {
		if !strings.Contains(tried, want) {
			t.Errorf("a trial does not show %q:\n%s", want, tried)
		}
	}
	if n := writes(server); n != 0 || strings.Contains(tried, "Autre") {
		t.Errorf("a trial writes %d times:\n%s", n, tried)
	}
	if out := issues(0, "--send"); !strings.Contains(out, "opened an issue") || !strings.Contains(out, "/dinum/guichet/issues/1") {
		t.Errorf("%s", out)
	}
	all := server.Issues()
	if len(all) != 1 || writes(server) != 1 {
		t.Fatalf("%+v", all)
	}
	shown := tried[strings.Index(tried, "<!-- perenne:plan"):]
	if body := all[0].Body; withoutTimes(body) != withoutTimes(shown[:strings.Index(shown, "<!-- perenne:end -->")+len("<!-- perenne:end -->")]+"\n") {
		t.Errorf("what was shown is not what was sent:\n%s\n%s", shown, body)
	}
	server.EditByHand(1, func(i *forge.Issue) { i.Body, i.Title = "Nous :\n\n"+i.Body, "À nous" })
	if out := issues(0, "--send"); !strings.Contains(out, "up to date") || writes(server) != 0 {
		t.Errorf("%s", out)
	}
	server.EditByHand(1, func(i *forge.Issue) { i.Closed = true })
	if out := issues(0, "--send"); !strings.Contains(out, "stays as it is") || writes(server) != 0 {
		t.Errorf("%s", out)
	}
	for _, args := range [][]string{{"--send", "--dry-run"}, {"--challenge", "nobody"}} {
		issues(2, args...)
	}
	if _, errors, code := commanded(t, env, "issues", "--send", server.Address()); code != 2 || !strings.Contains(errors, "--portfolio") {
		t.Errorf("%d %s", code, errors)
	}
	if out := issues(0, "--challenge", "autre"); !strings.Contains(out, "docs/teams.md") {
		t.Errorf("%s", out)
	}
}

// What a search finds belongs to the plan; where a forge does not list it, nothing is
// written, since the plan would lack it.
func TestIssuesOfFoundRepositories(t *testing.T) {
	server := holding(t, forgetest.Holding("dinum", 2)...)
	file, env := searching(t, server, `
  - {id: autre, name: Autre, repositories: [{url: "SERVER/dinum/r1"}]}
  - {id: guichet, name: Guichet, issues: {repository: "SERVER/dinum/guichet", lang: en}, discover: [{in: "SERVER/dinum"}]}
`)
	env[acquire.TokenVariable(server.Host())] = "example-1"
	out, errors, code := commanded(t, env, "issues", "--portfolio", file, "--lang", "en", "--challenge", "guichet")
	if code != exitFine || !strings.Contains(out, "would open an issue") || !strings.Contains(out, "r2") {
		t.Errorf("%d %s%s", code, out, errors)
	}
	server.Refuse(http.MethodGet, "/repos", http.StatusForbidden)
	out, errors, code = commanded(t, env, "issues", "--portfolio", file, "--lang", "en", "--send")
	if code != exitNotAudited || !strings.Contains(errors, "dinum") || writes(server) != 0 {
		t.Errorf("%d %s%s", code, out, errors)
	}
}

// withoutTimes leaves out when a part was written.
func withoutTimes(body string) string {
	var kept []string
	for line := range strings.Lines(body) {
		if !strings.Contains(line, "perenne:state") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

// A repository that takes no issues, or a token that may not write them: the error
// says what to do.
func TestIssuesThatCannotBeWritten(t *testing.T) {
	server := hosted(t)
	file := asking(t, server)
	env := map[string]string{"XDG_CACHE_HOME": t.TempDir(), acquire.TokenVariable(server.Host()): "example-1"}
	server.Refuse(http.MethodPost, "/issues", http.StatusForbidden)
	out, errors, code := commanded(t, env, "issues", "--portfolio", file, "--lang", "en", "--send")
	if code != 3 || !strings.Contains(errors, "right to write issues") || strings.Contains(out, "opened") {
		t.Errorf("%d %s%s", code, out, errors)
	}
	server.Refuse(http.MethodGet, "/issues", http.StatusGone)
	_, errors, code = commanded(t, env, "issues", "--portfolio", file, "--lang", "fr", "--send")
	if code != 3 || !strings.Contains(errors, "activez les tickets") {
		t.Errorf("%d %s", code, errors)
	}
}

// The service writes what its portfolio asks for, once, and shows where; what it says
// itself of a commit does not count among the commit's checks.
func TestServeWrites(t *testing.T) {
	server := hosted(t)
	file := asking(t, server)
	env := []string{
		"PERENNE_DATA=" + t.TempDir(), "PERENNE_PUBLISH_SEND=true", "PERENNE_PUBLISH_URL=https://perenne.example/", acquire.TokenVariable(server.Host()) + "=example-1",
	}
	// The time of an audit is a whole second.
	begun := time.Now().Truncate(time.Second)
	// Each start looks at once what there is to write; the first finds nothing audited.
	for start := range 3 {
		c := started(t, env, "serve", "--portfolio", file, "--listen", "127.0.0.1:0")
		c.audited(2, begun)
		switch start {
		case 1:
			until(t, "the issue", func() bool { return len(server.Issues()) > 0 })
		case 2:
			// Long enough for another one.
			time.Sleep(3 * time.Second)
		}
		if code := c.terminated(); code != 0 {
			t.Errorf("code %d", code)
		}
		if strings.Contains(c.out.String()+c.err.String(), "example-1") {
			t.Error("the token is printed")
		}
	}
	all := server.Issues()
	if len(all) != 1 || !strings.Contains(all[0].Body, "https://perenne.example/challenges/guichet") {
		t.Fatalf("%d issues: %+v", len(all), all)
	}
	if n := writes(server); n != 1 {
		t.Errorf("written %d times", n)
	}
	c := started(t, env, "serve", "--portfolio", file, "--listen", "127.0.0.1:0")
	if _, page := c.get("/challenges/guichet"); !strings.Contains(page, all[0].URL) {
		t.Errorf("the page does not link to %s", all[0].URL)
	}
}
