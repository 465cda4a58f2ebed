package forgetest

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/guard"
)

// Suite is what a client has to pass.
type Suite struct {
	Kind forge.Kind
	Open forge.Open
	// Conditional says that the forge does not count the request that finds nothing
	// changed; a client of another may spend one.
	Conditional bool
	// Untold is what the forge never says, to whoever has all rights.
	Untold []audit.ForgeFact
}

// token is what the suite shows; it must appear nowhere else.
const token = "example-token-1"

// clock is a time that tests move.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.at.Store(time.Date(2026, 10, 2, 9, 0, 0, 0, time.UTC).Unix())
	return c
}

func (c *clock) Now() time.Time          { return time.Unix(c.at.Load(), 0).UTC() }
func (c *clock) forward(d time.Duration) { c.at.Add(int64(d / time.Second)) }

const refresh = 7 * 24 * time.Hour

// desk asks the stand-in with these tokens. What is configured is allowed.
func (s Suite) desk(t *testing.T, server *Server, c *clock, tokens ...string) *forge.Desk {
	return forge.NewDesk(forge.Config{
		Open: map[forge.Kind]forge.Open{s.Kind: s.Open}, Hosts: []forge.Setting{{Host: server.Host(), Kind: s.Kind}},
		Tokens: func(string) []string { return tokens }, Variable: func(string) string { return "PERENNE_GIT_TOKEN_X" },
		Refresh: refresh, Timeout: 4 * time.Second, Cache: forge.NewCache(t.TempDir(), 1<<20),
		Guard: guard.New([]string{server.Host()}), Now: c.Now,
	})
}

// Run runs the suite.
func (s Suite) Run(t *testing.T) {
	for name, test := range s.discovery() {
		t.Run(name, test)
	}
	for name, test := range map[string]func(*testing.T){
		"says what it knows":                  s.says,
		"says what is not so":                 s.saysNot,
		"costs three requests, then nothing":  s.costs,
		"asks again when something changed":   s.changes,
		"asks again when time has passed":     s.ages,
		"asks again while checks run":         s.runs,
		"does not read its own status":        s.own,
		"names why nothing is known":          s.reasons,
		"honours every kind of limit":         s.limits,
		"survives broken answers":             s.faults,
		"keeps its last answer":               s.keeps,
		"shows no token to others":            s.redirects,
		"goes on with another token":          s.turns,
		"finds the token that may read":       s.finds,
		"is recognised":                       s.recognised,
		"counts what it asks":                 s.counts,
		"asks several repositories at a time": s.together,
	} {
		t.Run(name, test)
	}
}

func (s Suite) ask(t *testing.T, d *forge.Desk, address string) *audit.Forge {
	t.Helper()
	f, why, err := d.Ask(t.Context(), address)
	if f == nil || err != nil {
		t.Fatalf("no facts: %v %v", why, err)
	}
	return f
}

func (s Suite) says(t *testing.T) {
	server, c := New(t, s.Kind), newClock()
	server.Secret = []string{token}
	got := s.ask(t, s.desk(t, server, c, token), server.Address())
	want := audit.Forge{
		Fork: true, Parent: "etalab/guichet", OwnerType: "organisation", Releases: 3, ID: "4217", Path: "dinum/guichet",
		DefaultBranch: "main", Protected: true, Topics: []string{"eig", "usagers"}, Homepage: "https://guichet.example",
		Description: "Un guichet", Licence: "AGPL-3.0", Tags: 5, LatestRelease: Example().LatestRelease, TakesIssues: true, OpenIssues: 7,
		Answers: audit.IssueAnswers{Asked: 3, Answered: 2, Median: 2 * time.Hour}, PrivateReports: true, CI: audit.CIPassed, Admins: 2,
		AskedAt: c.Now(),
	}
	for _, fact := range s.Untold {
		if got.Told(fact) {
			t.Errorf("%s is told; the suite expects that it is not", fact)
		}
		hide(&want, fact)
		hide(got, fact)
	}
	if len(got.Untold) > len(s.Untold) {
		t.Errorf("untold: %v", got.Untold)
	}
	if s.Kind == forge.GitLab {
		want.Homepage = "" // GitLab has no such field
	}
	if s.Kind == forge.Forgejo {
		want.LatestRelease = time.Time{}
	}
	want.Untold, got.Untold = nil, nil
	if d := cmp.Diff(&want, got); d != "" {
		t.Error(d)
	}
}

// hide takes out a fact, so that two forges can be compared by what both say.
func hide(f *audit.Forge, fact audit.ForgeFact) {
	switch fact {
	case audit.FactTags:
		f.Tags = 0
	case audit.FactAnswers:
		f.Answers = audit.IssueAnswers{}
	case audit.FactProtected:
		f.Protected = false
	case audit.FactPrivateReports:
		f.PrivateReports = false
	case audit.FactAdmins:
		f.Admins = 0
	}
}

func (s Suite) saysNot(t *testing.T) {
	server := New(t, s.Kind)
	server.Change(func(r *Repository) {
		r.Organisation, r.Fork, r.Protected, r.Archived, r.Releases, r.CI = false, false, false, true, 0, "failed"
	})
	f := s.ask(t, s.desk(t, server, newClock(), token), server.Address())
	if f.OwnerType != "user" || f.Fork || f.Parent != "" || f.Protected || !f.Archived || f.Releases != 0 || f.CI != audit.CIFailed {
		t.Errorf("%+v", f)
	}
}

// spent counts what is held against a quota.
func spent(requests []Request) (n int) {
	for _, r := range requests {
		if r.Spent {
			n++
		}
	}
	return n
}

func (s Suite) costs(t *testing.T) {
	server, c := New(t, s.Kind), newClock()
	d := s.desk(t, server, c, token)
	first := s.ask(t, d, server.Address())
	if got := server.Requests(); len(got) > 3 {
		t.Errorf("the first audit takes %d requests: %v", len(got), got)
	}
	for range 3 {
		c.forward(24 * time.Hour)
		again := s.ask(t, d, server.Address())
		requests := server.Requests()
		if s.Conditional && spent(requests) != 0 || len(requests) > 1 {
			t.Errorf("an unchanged repository costs %v", requests)
		}
		if d := cmp.Diff(first, again); d != "" {
			t.Error(d)
		}
	}
}

func (s Suite) changes(t *testing.T) {
	server, c := New(t, s.Kind), newClock()
	d := s.desk(t, server, c, token)
	s.ask(t, d, server.Address())
	c.forward(time.Hour)
	server.Change(func(r *Repository) { r.Archived, r.Releases, r.Updated = true, 4, r.Updated.Add(time.Hour) })
	if f := s.ask(t, d, server.Address()); !f.Archived || f.Releases != 4 || !f.AskedAt.Equal(c.Now()) {
		t.Errorf("%+v", f)
	}
}

func (s Suite) ages(t *testing.T) {
	server, c := New(t, s.Kind), newClock()
	d := s.desk(t, server, c, token)
	s.ask(t, d, server.Address())
	server.Change(func(r *Repository) { r.CI = "failed" })
	c.forward(refresh)
	if f := s.ask(t, d, server.Address()); f.CI != audit.CIFailed || !f.AskedAt.Equal(c.Now()) {
		t.Errorf("%+v", f)
	}
}

func (s Suite) runs(t *testing.T) {
	server, c := New(t, s.Kind), newClock()
	server.Change(func(r *Repository) { r.CI = "running" })
	d := s.desk(t, server, c, token)
	if f := s.ask(t, d, server.Address()); f.CI != audit.CIRunning {
		t.Errorf("%+v", f)
	}
	server.Change(func(r *Repository) { r.CI = "passed" })
	if f := s.ask(t, d, server.Address()); f.CI != audit.CIPassed {
		t.Errorf("%+v", f)
	}
}

func (s Suite) own(t *testing.T) {
	for ci, want := range map[string]audit.CIState{"passed": audit.CIPassed, "failed": audit.CIFailed, "running": audit.CIRunning, "": audit.CINone} {
		server := New(t, s.Kind)
		server.Change(func(r *Repository) { r.CI, r.Own = ci, true })
		if f := s.ask(t, s.desk(t, server, newClock(), token), server.Address()); f.CI != want || !f.Told(audit.FactCI) {
			t.Errorf("%q beside a status of perenne's: %q", ci, f.CI)
		}
	}
}

func (s Suite) reasons(t *testing.T) {
	server, c := New(t, s.Kind), newClock()
	ask := func(d *forge.Desk, address, key string) {
		t.Helper()
		f, why, err := d.Ask(t.Context(), address)
		if f != nil || why.Key != key || err != nil {
			t.Errorf("%s: %v %v, want %s", address, why, err, key)
		}
	}
	d := s.desk(t, server, c, token)
	ask(d, server.URL+"/dinum/other", "forge-not-found")
	ask(d, "/srv/folder", "forge-none")
	ask(d, "git@"+server.Host(), "forge-none")
	ask(nil, server.Address(), "forge-not-asked")
	ask(s.desk(t, server, c), server.Address(), "forge-no-token")
	for status, key := range map[int]string{401: "forge-forbidden", 403: "forge-forbidden", 500: "forge-unreachable", 502: "forge-unreachable"} {
		server.Fail(func(w http.ResponseWriter, r *http.Request) bool {
			write(w, status, map[string]string{"message": "no, " + tokenOf(r)})
			return true
		})
		ask(d, server.Address(), key)
	}
}

func (s Suite) keeps(t *testing.T) {
	server, c := New(t, s.Kind), newClock()
	d := s.desk(t, server, c, token)
	first := s.ask(t, d, server.Address())
	server.Fail(func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(http.StatusBadGateway)
		return true
	})
	c.forward(24 * time.Hour)
	if again := s.ask(t, d, server.Address()); !again.AskedAt.Equal(first.AskedAt) {
		t.Errorf("%+v", again)
	}
	c.forward(refresh)
	if f, why, _ := d.Ask(t.Context(), server.Address()); f != nil || why.Key != "forge-unreachable" {
		t.Errorf("what was said long ago still counts: %+v", f)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := d.Ask(ctx, server.Address()); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func (s Suite) recognised(t *testing.T) {
	server := New(t, s.Kind)
	opened := forge.Kind("")
	open := func(kind forge.Kind) forge.Open {
		return func(h *forge.Host) (forge.Client, error) { opened = kind; return s.Open(h) }
	}
	d := forge.NewDesk(forge.Config{
		Open:   map[forge.Kind]forge.Open{forge.GitHub: open(forge.GitHub), forge.GitLab: open(forge.GitLab), forge.Forgejo: open(forge.Forgejo)},
		Tokens: func(string) []string { return []string{token} }, Variable: func(string) string { return "" },
		Refresh: refresh, Timeout: 2 * time.Second, Guard: guard.New([]string{server.Host()}),
	})
	s.ask(t, d, server.Address())
	if opened != s.Kind {
		t.Errorf("taken for %q", opened)
	}
	for _, r := range server.Requests() {
		if strings.HasSuffix(r.Path, "/version") && r.Token != "" {
			t.Errorf("a token was shown before it was known to whom: %v", r)
		}
	}
}

func (s Suite) counts(t *testing.T) {
	server, c := New(t, s.Kind), newClock()
	var asked, left atomic.Int64
	left.Store(-1)
	server.Limit(&Quota{Hourly: 5000, Minutely: 900, Now: c.Now})
	d := forge.NewDesk(forge.Config{
		Open: map[forge.Kind]forge.Open{s.Kind: s.Open}, Hosts: []forge.Setting{{Host: server.Host(), Kind: s.Kind}},
		Tokens: func(string) []string { return []string{token} }, Variable: func(string) string { return "" },
		Refresh: refresh, Timeout: 2 * time.Second, Guard: guard.New([]string{server.Host()}), Now: c.Now,
		Watch: forge.Watch{
			Asked: func(_ string, status int) { asked.Add(1) },
			Left:  func(_ string, n int) { left.Store(int64(n)) },
		},
	})
	s.ask(t, d, server.Address())
	if n := int64(len(server.Requests())); asked.Load() != n {
		t.Errorf("%d requests counted of %d", asked.Load(), n)
	}
	if got := left.Load(); got < 4990 || got >= 5000 {
		t.Errorf("%d left", got)
	}
}

func (s Suite) together(t *testing.T) {
	server, c := New(t, s.Kind), newClock()
	server.Every(func(path string) (Repository, bool) {
		r := Example()
		r.Path = path
		return r, true
	})
	d := s.desk(t, server, c, token, "example-token-2")
	done := make(chan string)
	paths := []string{"a/a", "a/b", "b/a", "c/d", "e/f", "g/h"}
	for _, path := range paths {
		go func() {
			f, _, _ := d.Ask(t.Context(), server.URL+"/"+path)
			if f == nil || f.Path != path {
				done <- path
				return
			}
			done <- ""
		}()
	}
	for range paths {
		if path := <-done; path != "" {
			t.Errorf("%s: wrong answer", path)
		}
	}
}
