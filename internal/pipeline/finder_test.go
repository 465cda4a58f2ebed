package pipeline_test

import (
	"errors"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/forge/forgetest"
	"github.com/perenne-audit/perenne/internal/forge/gitlab"
	"github.com/perenne-audit/perenne/internal/guard"
	"github.com/perenne-audit/perenne/internal/pipeline"
	"github.com/perenne-audit/perenne/internal/store/sqlite"
)

// finding is a portfolio that searches a stand-in, and a clock.
type finding struct {
	*pipeline.Finder
	t       *testing.T
	server  *forgetest.Server
	written *audit.Portfolio
	now     time.Time
	key     string
}

func find(t *testing.T) *finding {
	t.Helper()
	f := &finding{t: t, server: forgetest.New(t, forge.GitLab), now: time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)}
	f.server.Hold(forgetest.Holding("dsi", 3)...)
	f.key = f.server.URL + "/dsi"
	f.written = &audit.Portfolio{Challenges: []audit.Challenge{{
		ID: "accueil", Name: "Accueil", Searches: []audit.Search{{In: f.key, Most: 200, Role: audit.RoleApplication}},
	}}}
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "perenne.db"), checks.ByID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	f.Finder = &pipeline.Finder{
		Written: func() *audit.Portfolio { return f.written }, Store: db, Every: 6 * time.Hour,
		Now: func() time.Time { return f.now }, Logger: slog.New(slog.DiscardHandler),
		Forges: forge.NewDesk(forge.Config{
			Open: map[forge.Kind]forge.Open{forge.GitLab: gitlab.Open}, Hosts: []forge.Setting{{Host: f.server.Host(), Kind: forge.GitLab}},
			Tokens: func(string) []string { return []string{"example-token"} }, Variable: func(string) string { return "PERENNE_GIT_TOKEN_X" },
			Refresh: 7 * 24 * time.Hour, Timeout: 5 * time.Second, Guard: guard.New(nil), Now: func() time.Time { return f.now },
		}),
	}
	return f
}

// names are those of the repositories in force.
func (f *finding) names(of *pipeline.Finder) []string {
	var all []string
	for _, s := range of.Portfolio().Challenges[0].Repositories {
		all = append(all, strings.TrimSuffix(strings.TrimPrefix(s.URL, f.server.URL+"/dsi/"), ".git"))
	}
	return all
}

func (f *finding) due(want bool) {
	f.t.Helper()
	due, err := f.Due(f.t.Context(), f.now)
	if err != nil || slices.Contains(due, f.key) != want {
		f.t.Errorf("at %s due %v, %v", f.now, due, err)
	}
}

func (f *finding) expect(want ...string) {
	f.t.Helper()
	if got := f.names(f.Finder); !slices.Equal(got, want) {
		f.t.Errorf("%v, want %v", got, want)
	}
}

// failure is the reason that is shown.
func (f *finding) failure() string {
	if l := f.Portfolio().Challenges[0].Findings[0].Listing; l != nil && l.Failure != nil {
		return l.Failure.Key
	}
	return ""
}

func TestFinder(t *testing.T) {
	f := find(t)
	f.expect()
	f.due(true)
	before := f.Portfolio()
	if err := f.Find(t.Context(), f.key); err != nil {
		t.Fatal(err)
	}
	f.expect("r1", "r2", "r3")
	if found := f.Portfolio(); found == before || f.Portfolio() != found {
		t.Error("a portfolio is another one when it changed, and only then")
	}
	f.due(false)
	// Another process sees the same, without asking.
	f.server.Requests()
	other := &pipeline.Finder{Written: f.Written, Store: f.Store, Every: f.Every, Now: f.Now, Logger: f.Logger}
	if err := other.Look(t.Context()); err != nil || !slices.Equal(f.names(other), []string{"r1", "r2", "r3"}) || len(f.server.Requests()) > 0 {
		t.Errorf("%v %v", err, f.names(other))
	}

	// A limit: what was found stays, with the reason, and the job comes back.
	f.now = f.now.Add(6 * time.Hour)
	f.due(true)
	f.server.Fail(func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Retry-After", "90")
		w.WriteHeader(http.StatusTooManyRequests)
		return true
	})
	err := f.Find(t.Context(), f.key)
	var wait interface{ RetryAfter() time.Duration }
	if !errors.Is(err, audit.ErrRateLimited) || !errors.As(err, &wait) || wait.RetryAfter() != 90*time.Second || f.failure() != "forge-limited" {
		t.Errorf("%v %s", err, f.failure())
	}
	f.expect("r1", "r2", "r3")
	// Forbidden, empty or gone is no reason to forget, however long it lasts.
	for key, answer := range map[string]func(http.ResponseWriter){
		"search-forbidden": func(w http.ResponseWriter) { w.WriteHeader(http.StatusForbidden) },
		"search-not-found": func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotFound) },
		"search-emptied":   func(w http.ResponseWriter) { _, _ = w.Write([]byte("[]")) },
		"forge-damaged":    func(w http.ResponseWriter) { _, _ = w.Write([]byte("{")) },
	} {
		f.now = f.now.Add(100 * 24 * time.Hour)
		f.due(true)
		f.server.Fail(func(w http.ResponseWriter, _ *http.Request) bool { answer(w); return true })
		if err := f.Find(t.Context(), f.key); err == nil || f.failure() != key {
			t.Errorf("%s: %v, shown %q", key, err, f.failure())
		}
		f.expect("r1", "r2", "r3")
		f.due(false)
		f.now = f.now.Add(time.Hour)
		f.due(true)
	}
	// It answers again: one is gone for now, one is new.
	f.server.Fail(nil)
	f.server.Hold(append(forgetest.Holding("dsi", 4)[:1], forgetest.Holding("dsi", 4)[2:]...)...)
	if err := f.Find(t.Context(), f.key); err != nil || f.failure() != "" {
		t.Errorf("%v %s", err, f.failure())
	}
	f.expect("r1", "r2", "r3", "r4")
	if s := f.Portfolio().Challenges[0].Repositories[1]; s.Missing.IsZero() {
		t.Error("what is missing is not marked")
	}
	f.now = f.now.Add(15 * 24 * time.Hour)
	if err := f.Find(t.Context(), f.key); err != nil {
		t.Error(err)
	}
	f.expect("r1", "r3", "r4")
	// A search that nobody wrote any more is asked for by nobody.
	f.written = &audit.Portfolio{Challenges: []audit.Challenge{{ID: "accueil", Name: "Accueil"}}}
	f.due(false)
	if err := f.Find(t.Context(), f.key); err != nil || len(f.Portfolio().Challenges[0].Repositories) > 0 {
		t.Errorf("%v", err)
	}
}

// Somebody names a repository by the name that it had: it is not found beside it.
func TestFinderKnowsFormerNames(t *testing.T) {
	f := find(t)
	repos := forgetest.Holding("dsi", 3)
	f.server.Hold(repos...)
	f.server.Every(func(path string) (forgetest.Repository, bool) {
		// The forge sends from the old name to the repository.
		if path == "dsi/former" {
			return repos[1], true
		}
		return forgetest.Repository{}, false
	})
	f.written.Challenges[0].Repositories = []audit.Source{{URL: f.server.URL + "/dsi/former.git"}}
	if err := f.Find(t.Context(), f.key); err != nil {
		t.Fatal(err)
	}
	f.expect("former", "r1", "r3")
	// Whoever does not answer any more is not taken for another repository.
	f.server.Fail(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.String(), "former") {
			return false
		}
		w.WriteHeader(http.StatusBadGateway)
		return true
	})
	f.now = f.now.Add(30 * 24 * time.Hour)
	if err := f.Find(t.Context(), f.key); err != nil {
		t.Fatal(err)
	}
	f.expect("former", "r1", "r3")
}
