package publish_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/board"
	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/forge/forgejo"
	"github.com/perenne-audit/perenne/internal/forge/forgetest"
	"github.com/perenne-audit/perenne/internal/forge/github"
	"github.com/perenne-audit/perenne/internal/forge/gitlab"
	"github.com/perenne-audit/perenne/internal/guard"
	"github.com/perenne-audit/perenne/internal/plan"
	"github.com/perenne-audit/perenne/internal/publish"
	"github.com/perenne-audit/perenne/internal/queue"
	"github.com/perenne-audit/perenne/internal/score"
	"github.com/perenne-audit/perenne/internal/store"
	"github.com/perenne-audit/perenne/internal/store/sqlite"
)

const commit = "3f786850e387550fdab836ed7e6dc881de23001b"

// world is one challenge on a stand-in, audited into a real database.
type world struct {
	t      *testing.T
	server *forgetest.Server
	store  store.Store
	p      *audit.Portfolio
	at     time.Time
}

func newWorld(t *testing.T, kind forge.Kind) *world {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "perenne.db"), checks.ByID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	server := forgetest.New(t, kind)
	return &world{t: t, server: server, store: s, at: time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC), p: &audit.Portfolio{Challenges: []audit.Challenge{{
		ID: "gobelins", Name: "Gobelins", Criticality: audit.CriticalityB, Repositories: []audit.Source{{URL: server.Address(), Role: audit.RoleApplication}},
		Issues: &audit.IssueSetting{}, Status: audit.StatusReport,
	}}}}
}

// audited keeps an audit in which these checks are lacking.
func (w *world) audited(lacking ...string) {
	w.t.Helper()
	w.auditedAt(w.server.Address(), lacking...)
}

func (w *world) auditedAt(address string, lacking ...string) {
	w.t.Helper()
	r := &audit.Result{Target: address, Catalogue: checks.Version, TakenAt: w.at, Repository: audit.Repository{URL: address, Commit: commit, CommittedAt: w.at}}
	for _, id := range []string{"licence-present", "tests-present", "readme-useful"} {
		v := audit.Met("found")
		for _, one := range lacking {
			if one == id {
				v = audit.NotMet("none")
			}
		}
		check, _ := checks.ByID(id)
		r.Judged = append(r.Judged, audit.Judged{Check: check, Verdict: v})
	}
	r.Score, r.Actions = score.Of(r.Judged), plan.Of(r.Judged, score.Of)
	if _, err := w.store.Save(w.t.Context(), store.Audit{Key: store.Key{Challenge: "gobelins", Repository: address}, Result: r, SeenAt: w.at}); err != nil {
		w.t.Fatal(err)
	}
}

// publisher is one process of the service.
func (w *world) publisher() *publish.Publisher {
	now := func() time.Time { return w.at }
	desk := forge.NewDesk(forge.Config{
		Open:   map[forge.Kind]forge.Open{forge.GitHub: github.Open, forge.GitLab: gitlab.Open, forge.Forgejo: forgejo.Open},
		Hosts:  []forge.Setting{{Host: w.server.Host(), Kind: w.server.Kind}},
		Tokens: func(string) []string { return []string{"example-1"} }, Variable: func(string) string { return "PERENNE_GIT_TOKEN_X" },
		Refresh: time.Hour, Timeout: 5 * time.Second, Guard: guard.New([]string{w.server.Host()}), Now: now,
	})
	return &publish.Publisher{
		Board: board.NewLive(func() *audit.Portfolio { return w.p }, w.store, checks.ByID, 24*time.Hour, now), Store: w.store, Desk: desk, Every: 24 * time.Hour,
		Page: func(id string) string { return "https://perenne.example/challenges/" + id }, Now: now, Logger: slog.New(slog.DiscardHandler),
	}
}

// round is what the queue does each minute, and returns how many requests it took.
func (w *world) round(p *publish.Publisher) int {
	w.t.Helper()
	w.server.Requests()
	publications, err := p.Unpublished(w.t.Context(), w.at)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, n := range publications {
		if err := p.Publish(w.t.Context(), n); err != nil {
			w.t.Fatal(err)
		}
	}
	return len(w.server.Requests())
}

func TestServiceWrites(t *testing.T) {
	for _, kind := range []forge.Kind{forge.GitHub, forge.GitLab, forge.Forgejo} {
		t.Run(string(kind), func(t *testing.T) {
			w := newWorld(t, kind)
			p := w.publisher()
			if n := w.round(p); n != 0 {
				t.Errorf("%d requests before the first audit", n)
			}
			w.audited("licence-present", "tests-present")
			w.round(p)
			all := w.server.Issues()
			if len(all) != 1 || !strings.Contains(all[0].Body, "perenne:item tests-present") || !strings.Contains(all[0].Body, "https://perenne.example/challenges/gobelins") {
				t.Fatalf("%+v", all)
			}
			times, said := w.server.Statuses(commit, "perenne/gobelins")
			if times != 1 || said.Failed || !strings.Contains(said.Words, "points bloquants ouverts 1") || said.URL == "" {
				t.Errorf("%d times, %+v", times, said)
			}
			for range 3 {
				w.at = w.at.AddDate(0, 0, 2)
				if n := w.round(p); n != 0 {
					t.Errorf("unchanged, it takes %d requests", n)
				}
			}
			// The same commit found the same again.
			w.audited("licence-present", "tests-present")
			if n := w.round(p); n != 0 {
				t.Errorf("audited without a change, it takes %d requests", n)
			}
			w.audited("tests-present")
			w.round(p)
			if body := w.server.Issues()[0].Body; !strings.Contains(body, "- [x] ~~") {
				t.Errorf("not updated:\n%s", body)
			}
			// Too soon, then later.
			w.at = w.at.Add(time.Hour)
			w.audited()
			w.round(p)
			if w.server.Issues()[0].Closed {
				t.Error("written twice in a day")
			}
			w.at = w.at.Add(23 * time.Hour)
			w.round(p)
			if all = w.server.Issues(); len(all) != 1 || !all[0].Closed {
				t.Errorf("not closed: %+v", all)
			}
			w.at = w.at.AddDate(0, 0, 1)
			w.audited("readme-useful")
			w.round(p)
			if all = w.server.Issues(); len(all) != 1 || all[0].Closed {
				t.Errorf("not opened again: %+v", all)
			}
			view, err := p.Board.Challenge(t.Context(), "gobelins")
			if err != nil || len(view.Postings) != 2 || view.Postings[0].URL != all[0].URL {
				t.Errorf("%+v %v", view.Postings, err)
			}
		})
	}
}

func TestOnlyWhoAsksIsWrittenTo(t *testing.T) {
	w := newWorld(t, forge.GitHub)
	w.p.Challenges[0].Issues, w.p.Challenges[0].Status = nil, ""
	w.audited("tests-present")
	if n := w.round(w.publisher()); n != 0 {
		t.Errorf("%d requests", n)
	}
	if err := w.publisher().Publish(t.Context(), queue.Publication{Challenge: "gobelins"}); err != nil || len(w.server.Issues()) != 0 {
		t.Errorf("%v %+v", err, w.server.Issues())
	}
}

func TestGateFails(t *testing.T) {
	w := newWorld(t, forge.GitHub)
	w.p.Challenges[0].Issues, w.p.Challenges[0].Status = nil, audit.StatusGate
	w.audited("tests-present")
	w.round(w.publisher())
	if times, said := w.server.Statuses(commit, "perenne/gobelins"); times != 1 || !said.Failed {
		t.Errorf("%d %+v", times, said)
	}
}

// A repository that was found is renamed: it keeps the issue that is about it alone.
func TestRenamedKeepsItsIssue(t *testing.T) {
	w := newWorld(t, forge.GitHub)
	c := &w.p.Challenges[0]
	c.Status, c.Issues = "", &audit.IssueSetting{Each: true}
	c.Repositories[0].ForgeID = w.server.Host() + "#4217"
	called := func() {
		t.Helper()
		at := store.Identity{Key: store.Key{Challenge: c.ID, Repository: w.server.Address()}, ForgeID: c.Repositories[0].ForgeID}
		if err := w.store.KeepListing(t.Context(), &audit.Listing{Search: w.server.URL, At: w.at, TriedAt: w.at}, []store.Identity{at}); err != nil {
			t.Fatal(err)
		}
	}
	called()
	w.audited("licence-present", "tests-present")
	p := w.publisher()
	w.round(p)
	w.server.Change(func(r *forgetest.Repository) { r.Path = "dinum/accueil" })
	w.p = &audit.Portfolio{Challenges: []audit.Challenge{*c}}
	w.p.Challenges[0].Repositories = []audit.Source{{URL: w.server.Address(), Role: audit.RoleApplication, ForgeID: c.Repositories[0].ForgeID}}
	called()
	w.at = w.at.AddDate(0, 0, 2)
	w.audited("tests-present")
	w.round(p)
	if all := w.server.Issues(); len(all) != 1 || !strings.Contains(all[0].Body, "- [x] ~~") {
		t.Errorf("%d issues: %+v", len(all), all)
	}
}

// What the portfolio says of a challenge stands in the issue as well.
func TestNewDates(t *testing.T) {
	w := newWorld(t, forge.GitHub)
	w.audited("tests-present")
	p := w.publisher()
	w.round(p)
	for name, change := range map[string]func(*audit.Challenge){
		"the end of the mission": func(c *audit.Challenge) { c.MissionEnd = w.at.AddDate(0, 0, 20) },
		"production":             func(c *audit.Challenge) { c.PlannedProduction = w.at.AddDate(0, 0, 40) },
		"the criticality":        func(c *audit.Challenge) { c.Criticality = audit.CriticalityA },
		"the name":               func(c *audit.Challenge) { c.Name = "Les Gobelins" },
	} {
		w.at = w.at.AddDate(0, 0, 2)
		c := w.p.Challenges[0]
		change(&c)
		w.p = &audit.Portfolio{Challenges: []audit.Challenge{c}}
		if publications, err := p.Unpublished(t.Context(), w.at); err != nil || len(publications) != 1 {
			t.Errorf("%s changed: %v %v", name, publications, err)
		}
		w.round(p)
	}
}

// A folder has no issue, and is no failure of those that have one.
func TestFolderAmongRepositories(t *testing.T) {
	w := newWorld(t, forge.GitHub)
	c := &w.p.Challenges[0]
	folder := t.TempDir()
	c.Issues, c.Repositories = &audit.IssueSetting{Each: true}, append(c.Repositories, audit.Source{URL: folder, Role: audit.RoleApplication})
	w.audited("tests-present")
	w.auditedAt(folder, "tests-present")
	if err := w.publisher().Publish(t.Context(), queue.Publication{Challenge: "gobelins"}); err != nil || len(w.server.Issues()) != 1 {
		t.Errorf("%d issues, %v", len(w.server.Issues()), err)
	}
}

// Several processes do the same job at once, as when one was thought dead.
func TestProcessesTogether(t *testing.T) {
	w := newWorld(t, forge.GitHub)
	w.audited("tests-present")
	var together sync.WaitGroup
	for range 4 {
		p := w.publisher()
		together.Go(func() {
			if err := p.Publish(context.Background(), queue.Publication{Challenge: "gobelins"}); err != nil {
				t.Error(err)
			}
		})
	}
	together.Wait()
	if all := w.server.Issues(); len(all) != 1 {
		t.Errorf("%d issues", len(all))
	}
	if times, _ := w.server.Statuses(commit, "perenne/gobelins"); times != 1 {
		t.Errorf("%d statuses", times)
	}
}

// The answer to the creation is lost with the process: the next one finds the issue.
func TestLostAnswer(t *testing.T) {
	w := newWorld(t, forge.Forgejo)
	w.p.Challenges[0].Status = ""
	w.audited("tests-present")
	w.server.Lose(http.MethodPost, "/issues")
	if err := w.publisher().Publish(t.Context(), queue.Publication{Challenge: "gobelins"}); !errors.Is(err, audit.ErrUnreachable) {
		t.Errorf("%v", err)
	}
	if err := w.publisher().Publish(t.Context(), queue.Publication{Challenge: "gobelins"}); err != nil {
		t.Error(err)
	}
	if all := w.server.Issues(); len(all) != 1 {
		t.Errorf("%d issues", len(all))
	}
}

// What a forge refuses is kept for people to see, and not tried each minute.
func TestRefused(t *testing.T) {
	for status, meaning := range map[int]error{
		http.StatusForbidden: audit.ErrForbidden, http.StatusUnprocessableEntity: audit.ErrDamaged, http.StatusConflict: audit.ErrDamaged,
	} {
		w := newWorld(t, forge.GitHub)
		w.p.Challenges[0].Status = ""
		w.audited("tests-present")
		w.server.Refuse(http.MethodPost, "/issues", status)
		p := w.publisher()
		if err := p.Publish(t.Context(), queue.Publication{Challenge: "gobelins"}); !errors.Is(err, meaning) {
			t.Errorf("%d: %v", status, err)
		}
		if n := w.round(p); n != 0 {
			t.Errorf("%d: tried again at once: %d requests", status, n)
		}
		if view, err := p.Board.Challenge(t.Context(), "gobelins"); err != nil || len(view.Postings) != 1 || view.Postings[0].Failure == "" {
			t.Errorf("%d: %v", status, err)
		}
		w.server.Fail(nil)
		w.at = w.at.Add(2 * time.Hour)
		if w.round(p); len(w.server.Issues()) != 1 {
			t.Errorf("%d: not tried again after an hour", status)
		}
	}
}

// A service that stops in the middle blames no forge.
func TestStopping(t *testing.T) {
	w := newWorld(t, forge.GitHub)
	w.p.Challenges[0].Status = ""
	w.audited("tests-present")
	ctx, stop := context.WithCancel(t.Context())
	w.server.Fail(func(_ http.ResponseWriter, r *http.Request) bool {
		stop()
		<-r.Context().Done()
		return true
	})
	p := w.publisher()
	if err := p.Publish(ctx, queue.Publication{Challenge: "gobelins"}); err == nil {
		t.Error("it was written")
	}
	w.server.Fail(nil)
	if all, err := w.store.Postings(t.Context(), "gobelins"); err != nil || len(all) != 1 || all[0].Failure != "" {
		t.Errorf("%v %+v", err, all)
	}
	if w.round(p); len(w.server.Issues()) != 1 {
		t.Error("the next start does not write it")
	}
}

// An issue whose part somebody took out, or that was moved to another repository by the
// portfolio.
func TestOtherPlaces(t *testing.T) {
	w := newWorld(t, forge.GitHub)
	w.p.Challenges[0].Status = ""
	w.audited("tests-present")
	p := w.publisher()
	w.round(p)
	w.server.EditByHand(1, func(i *forge.Issue) { i.Body = "à nous" })
	w.at = w.at.AddDate(0, 0, 7)
	w.audited("licence-present")
	w.round(p)
	if all := w.server.Issues(); len(all) != 1 || all[0].Body != "à nous" {
		t.Errorf("%+v", all)
	}
}
