package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/perenne-audit/perenne/internal/forge/forgetest"
	"github.com/perenne-audit/perenne/internal/store/storetest"
)

var gitPath = regexp.MustCompile(`^/[^/]+/[^/]+/`)

// holding is a host that holds repositories, all with the same content.
func holding(t *testing.T, repos ...forgetest.Repository) *forgetest.Server {
	t.Helper()
	server := hostedAs(t, func(path string) string { return gitPath.ReplaceAllString(path, "/dinum/guichet.git/") })
	server.Hold(repos...)
	return server
}

// searching writes a portfolio that searches the host, and returns its name and the
// settings that make perenne ask it.
func searching(t *testing.T, server *forgetest.Server, challenges string) (file string, env map[string]string) {
	t.Helper()
	dir := t.TempDir()
	file = filepath.Join(dir, "portfolio.yaml")
	configured := filepath.Join(dir, "perenne.yaml")
	for name, content := range map[string]string{
		file:       "challenges:\n" + strings.ReplaceAll(challenges, "SERVER", server.URL),
		configured: fmt.Sprintf("forges: {discover_every: 1s, hosts: [{host: %q, kind: github}]}\n", server.Host()),
	} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return file, map[string]string{"PERENNE_CONFIG": configured, "XDG_CACHE_HOME": filepath.Join(dir, "cache"), "LANG": "C"}
}

const twoChallenges = `
  - id: named
    name: Named
    repositories: [{url: "SERVER/dinum/r1"}]
  - id: rest
    name: Rest
    discover: [{in: "SERVER/dinum", exclude: ["r4*"]}]
`

// odd are five repositories of which the third is archived and the fifth a fork.
func odd() []forgetest.Repository {
	repos := forgetest.Holding("dinum", 5)
	repos[2].Archived, repos[4].Fork = true, true
	return repos
}

func TestDiscover(t *testing.T) {
	server := holding(t, odd()...)
	file, env := searching(t, server, twoChallenges)
	out, errors, code := commanded(t, env, "portfolio", "check", file)
	if code != exitFine || !strings.Contains(out, "Searches on forges: 1") || len(server.Requests()) > 0 {
		t.Errorf("check asks nobody: %d %s%s", code, out, errors)
	}
	out, errors, code = commanded(t, env, "portfolio", "discover", file)
	want := "Rest: " + server.URL + "/dinum – 1 of 5\n  + dinum/r2\n  - dinum/r1  named elsewhere in the portfolio\n  - dinum/r3  archived\n  - dinum/r4  the name does not fit\n  - dinum/r5  a fork\n"
	if code != exitFine || out != want || errors != "" {
		t.Errorf("%d %s%s, want %s", code, out, errors, want)
	}
	out, _, code = commanded(t, env, "portfolio", "discover", file, "--format", "json")
	var document struct {
		Schema   string
		Searches []struct {
			Challenge, In string
			Taken         int
			Repositories  []struct{ ID, Path, URL, Left string }
		}
	}
	if err := json.Unmarshal([]byte(out), &document); err != nil || code != exitFine {
		t.Fatalf("%d %v %s", code, err, out)
	}
	if s := document.Searches; document.Schema != "perenne.discovery/v1" || len(s) != 1 || s[0].Taken != 1 || len(s[0].Repositories) != 5 || s[0].Repositories[1].URL != server.URL+"/dinum/r2.git" {
		t.Errorf("%+v", document)
	}
	// The forge refuses: that is said, with what to do.
	file, env = searching(t, server, strings.ReplaceAll(twoChallenges, "/dinum\"", "/nobody\""))
	env["LANG"] = "fr_FR.UTF-8"
	out, errors, code = commanded(t, env, "portfolio", "discover", file)
	if code != exitNotAudited || !strings.Contains(out, "non listé") || !strings.Contains(errors, "vérifiez l'orthographe") {
		t.Errorf("%d %s%s", code, out, errors)
	}
}

func TestAuditOfWhatAForgeLists(t *testing.T) {
	server := holding(t, odd()...)
	file, env := searching(t, server, twoChallenges)
	audited := func() (challenges []string, errors string, code int) {
		out, errors, code := commanded(t, env, "audit", "--portfolio", file, "--checks", "readme-useful", "--format", "json")
		var document struct {
			Audits []struct{ Challenge, Target string }
		}
		if err := json.Unmarshal([]byte(out), &document); err != nil {
			t.Fatalf("%v: %s%s", err, out, errors)
		}
		for _, a := range document.Audits {
			challenges = append(challenges, a.Challenge+" "+strings.TrimPrefix(a.Target, server.URL))
		}
		return challenges, errors, code
	}
	got, errors, code := audited()
	if !slices.Equal(got, []string{"named /dinum/r1", "rest /dinum/r2.git"}) || code != exitFine {
		t.Errorf("%v %d %s", got, code, errors)
	}
	server.Hold(forgetest.Holding("other", 1)...)
	got, errors, code = audited()
	if !slices.Equal(got, []string{"named /dinum/r1"}) || code != exitNotAudited || !strings.Contains(errors, "could not be listed") {
		t.Errorf("%v %d %s", got, code, errors)
	}
}

// The service finds, audits, and goes on with the history of a repository that was
// renamed; what a forge will not list any more stays, and it is said why. Two
// processes agree.
func TestServiceFinds(t *testing.T) {
	for name, url := range map[string]func() string{
		"sqlite": func() string { return "" }, "postgres": func() string { return storetest.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			server := holding(t, odd()...)
			file, settings := searching(t, server, twoChallenges)
			env := []string{"PERENNE_DATABASE_URL=" + url(), "PERENNE_DATA=" + t.TempDir(), "PERENNE_LISTEN=127.0.0.1:0", "PERENNE_PORTFOLIO=" + file}
			for name, value := range settings {
				env = append(env, name+"="+value)
			}
			shown := func(c *child, words ...string) {
				t.Helper()
				until(t, fmt.Sprint(words), func() bool {
					_, page := c.get("/challenges/rest")
					return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(page, w) })
				})
			}
			start := func() (pages *child, stop func()) {
				if name == "sqlite" {
					pages = started(t, env, "serve")
					return pages, func() { pages.terminated() }
				}
				// One serves, another one works: what it finds is shown by the first.
				pages, works := started(t, env, "serve", "--workers", "0"), command(t, env, "work")
				return pages, func() { works.terminated(); pages.terminated() }
			}
			c, stop := start()
			shown(c, ">r2<", "1 des 5 dépôts", "readme-useful")
			stop()

			repos := odd()
			repos[1].Path = "dinum/renamed"
			server.Hold(repos...)
			c, stop = start()
			shown(c, ">renamed<")
			if _, page := c.get("/challenges/rest"); !strings.Contains(page, "readme-useful") || strings.Contains(page, ">r2<") {
				t.Errorf("the history did not follow: %s", page)
			}
			stop()

			server.Hold(forgetest.Holding("empty", 0)...)
			server.Fail(func(w http.ResponseWriter, r *http.Request) bool {
				if !strings.HasPrefix(r.URL.Path, "/api/") {
					w.WriteHeader(http.StatusServiceUnavailable)
					return true
				}
				if strings.Contains(r.URL.Path, "/dinum/repos") {
					_, _ = w.Write([]byte("[]"))
					return true
				}
				return false
			})
			c, stop = start()
			defer stop()
			shown(c, ">renamed<", "ne liste plus aucun dépôt", "readme-useful")
		})
	}
}
