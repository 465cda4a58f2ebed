package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/perenne-audit/perenne/config"
	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/acquire/gitserve"
	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/forge/forgetest"
)

// hosted is one host that serves git and the API of a GitHub.
func hosted(t *testing.T) *forgetest.Server {
	return hostedAs(t, func(path string) string { return path })
}

// hostedAs is hosted with paths of git that stand for others.
func hostedAs(t *testing.T, as func(path string) string) *forgetest.Server {
	t.Helper()
	root := t.TempDir()
	work := filepath.Join(t.TempDir(), "work")
	git := func(args ...string) {
		cmd := exec.Command("git", args...)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.org",
			"GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.org")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	git("init", "-q", "-b", "main", work)
	if err := os.WriteFile(filepath.Join(work, "README.md"), []byte("# Guichet\n\nIl oriente les usagers.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	git("-C", work, "add", ".")
	git("-C", work, "commit", "-q", "-m", "Premier")
	git("clone", "-q", "--bare", work, filepath.Join(root, "dinum", "guichet.git"))
	backend, err := gitserve.Handler(root, true)
	if err != nil {
		t.Fatal(err)
	}
	server := forgetest.New(t, forge.GitHub)
	server.Fail(func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasPrefix(r.URL.Path, "/api/") {
			return false
		}
		r.URL.Path = as(r.URL.Path)
		backend.ServeHTTP(w, r)
		return true
	})
	return server
}

// commanded runs perenne with these variables and returns what it prints.
func commanded(t *testing.T, env map[string]string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errors bytes.Buffer
	code = run(t.Context(), args, func(name string) string { return env[name] }, &out, &errors)
	return out.String(), errors.String(), code
}

func reasonOf(t *testing.T, report, check string) (answer, reason string) {
	t.Helper()
	var one struct {
		Checks []struct{ ID, Answer, Reason string }
	}
	if err := json.Unmarshal([]byte(report), &one); err != nil {
		t.Fatalf("%v: %s", err, report)
	}
	for _, c := range one.Checks {
		if c.ID == check {
			return c.Answer, c.Reason
		}
	}
	return "", ""
}

// By address, and in a clone of it: the forge is asked when there is a token, and
// then what did not change costs nothing.
func TestAuditAsksTheForge(t *testing.T) {
	server := hosted(t)
	variable := acquire.TokenVariable(server.Host())
	const check = "owned-by-organisation"
	env := map[string]string{"XDG_CACHE_HOME": t.TempDir()}
	args := []string{"audit", server.Address(), "--format", "json", "--checks", check, "--lang", "en"}

	out, errors, code := commanded(t, env, args...)
	answer, reason := reasonOf(t, out, check)
	if answer != "unknown" || !strings.Contains(reason, variable) || code != 0 || errors != "" {
		t.Errorf("without a token: %s %q %d %s", answer, reason, code, errors)
	}
	if got := api(server); len(got) > 0 {
		t.Errorf("asked without a token: %v", got)
	}

	env[variable] = "example-1, example-2"
	out, errors, _ = commanded(t, env, args...)
	if answer, reason = reasonOf(t, out, check); answer != "met" || strings.Contains(out+errors, "example-1") {
		t.Errorf("with a token: %s %q %s", answer, reason, errors)
	}
	first := api(server)
	out, _, _ = commanded(t, env, args...)
	if answer, _ = reasonOf(t, out, check); answer != "met" {
		t.Errorf("again: %s", answer)
	}
	spent := 0
	for _, r := range api(server) {
		if r.Spent && !strings.HasSuffix(r.Path, "/version") && !strings.HasSuffix(r.Path, "/meta") {
			spent++
		}
	}
	if spent != 0 {
		t.Errorf("unchanged, it spends %d; at first: %v", spent, first)
	}

	clone := filepath.Join(t.TempDir(), "clone")
	if out, err := exec.Command("git", "clone", "-q", server.Address(), clone).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	out, _, _ = commanded(t, env, "audit", clone, "--format", "json", "--checks", check)
	if answer, reason = reasonOf(t, out, check); answer != "met" {
		t.Errorf("a clone: %s %q", answer, reason)
	}

	delete(env, variable)
	env["XDG_CACHE_HOME"] = t.TempDir()
	out, _, _ = commanded(t, env, append(args, "--forge")...)
	if answer, reason = reasonOf(t, out, check); answer != "met" {
		t.Errorf("--forge: %s %q", answer, reason)
	}
	env["PERENNE_FORGES_ASK"] = "never"
	t.Setenv("PERENNE_FORGES_ASK", "never")
	env[variable] = "example-1"
	out, _, _ = commanded(t, env, args...)
	if answer, reason = reasonOf(t, out, check); answer != "unknown" || reason != "The forge was not asked." {
		t.Errorf("never: %s %q", answer, reason)
	}
}

// api returns the requests that were not git's.
func api(server *forgetest.Server) (all []forgetest.Request) {
	for _, r := range server.Requests() {
		if strings.HasPrefix(r.Path, "/api/") {
			all = append(all, r)
		}
	}
	return all
}

// A token with a comma in it, or with a user before it, is several, or one, for git
// too.
func TestGitShowsTheFirstToken(t *testing.T) {
	env := map[string]string{"PERENNE_GIT_TOKEN_FORGE_EXAMPLE": "user:one,two", "PERENNE_GIT_TOKEN_FORGE_EXAMPLE_2": "three"}
	p := &program{getenv: func(name string) string { return env[name] }}
	if got := p.network(settingsOf(t), "", nil).token("forge.example"); got != "user:one" {
		t.Errorf("%q", got)
	}
	if got := p.network(settingsOf(t), "", nil).token("other.example"); got != "" {
		t.Errorf("%q", got)
	}
}

func settingsOf(t *testing.T) config.Config {
	t.Helper()
	settings, err := config.Load("")
	if err != nil {
		t.Fatal(err)
	}
	return settings
}
