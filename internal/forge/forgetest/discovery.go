package forgetest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/guard"
)

// discovery is what a client that lists repositories has to pass.
func (s Suite) discovery() map[string]func(*testing.T) {
	return map[string]func(*testing.T){
		"lists what an owner has":              s.listsOwner,
		"lists what a user has":                s.listsUser,
		"lists a topic":                        s.listsTopic,
		"lists page after page":                s.listsPages,
		"lists what each token is shown":       s.listsForEach,
		"lists an unchanged owner for nothing": s.listsAgain,
		"lists without a token":                s.listsForAnybody,
		"names why there is no list":           s.unlisted,
		"honours limits while it lists":        s.listsWithinLimits,
		"survives broken lists":                s.listsBroken,
		"comes to the end of endless lists":    s.listsEndless,
		"goes to no host that a list names":    s.listsElsewhere,
	}
}

// list asks the stand-in.
func (s Suite) list(t *testing.T, d *forge.Desk, server *Server, owner, topic string) []audit.Listed {
	t.Helper()
	l, why, err := d.Discover(t.Context(), audit.Search{In: strings.TrimSuffix(server.URL+"/"+owner, "/"), Topic: topic}, nil)
	if err != nil {
		t.Fatalf("no list: %v %v", why, err)
	}
	return l.Listed
}

func paths(listed []audit.Listed) []string {
	all := make([]string, len(listed))
	for i, l := range listed {
		all[i] = l.Path
	}
	return all
}

func (s Suite) listsOwner(t *testing.T) {
	server := New(t, s.Kind)
	repos := Holding("dinum", 4)
	repos[1].Archived, repos[2].Fork, repos[3].Topics = true, true, nil
	others := Holding("dinum-labs", 1)
	others[0].ID = 99
	want := []audit.Listed{
		{ID: "1", Path: "dinum/r1", Topics: []string{"eig", "usagers"}},
		{ID: "2", Path: "dinum/r2", Archived: true, Topics: []string{"eig", "usagers"}},
		{ID: "3", Path: "dinum/r3", Fork: true, Topics: []string{"eig", "usagers"}},
		{ID: "4", Path: "dinum/r4"},
	}
	if s.Kind == forge.GitLab {
		repos[3].Path, want[3].Path = "dinum/equipes/a/r4", "dinum/equipes/a/r4"
	}
	server.Hold(append(repos, others...)...)
	d := s.desk(t, server, newClock(), token)
	if d := cmp.Diff(want, s.list(t, d, server, "dinum", "")); d != "" {
		t.Error(d)
	}
	// What an owner has is listed whatever it is about: that is chosen later.
	if got := s.list(t, d, server, "dinum", "eig"); len(got) != 4 {
		t.Errorf("with a topic: %v", got)
	}
	if s.Kind == forge.GitLab {
		if got := paths(s.list(t, d, server, "dinum/equipes", "")); !slices.Equal(got, []string{"dinum/equipes/a/r4"}) {
			t.Errorf("a sub-group: %v", got)
		}
	}
}

func (s Suite) listsUser(t *testing.T) {
	server := New(t, s.Kind)
	repos := Holding("ada", 2)
	for i := range repos {
		repos[i].Organisation = false
	}
	server.Hold(repos...)
	d := s.desk(t, server, newClock(), token)
	for range 2 {
		if got := paths(s.list(t, d, server, "ada", "")); !slices.Equal(got, []string{"ada/r1", "ada/r2"}) {
			t.Errorf("%v", got)
		}
	}
}

func (s Suite) listsTopic(t *testing.T) {
	server := New(t, s.Kind)
	repos := append(Holding("a", 2), Holding("b", 2)...)
	for i := range repos {
		repos[i].ID = int64(i + 1)
	}
	repos[2].Topics = []string{"autre"}
	server.Hold(repos...)
	if got := paths(s.list(t, s.desk(t, server, newClock(), token), server, "", "eig")); !slices.Equal(got, []string{"a/r1", "a/r2", "b/r2"}) {
		t.Errorf("%v", got)
	}
	repos = Holding("c", 1050)
	server.Hold(repos...)
	l, _, err := s.desk(t, server, newClock(), token).Discover(t.Context(), audit.Search{In: server.URL, Topic: "eig"}, nil)
	if err != nil || l.More != (s.Kind == forge.GitHub) || len(l.Listed) < 1000 {
		t.Errorf("many of a topic: %v, %+v", err, l)
	}
}

func (s Suite) listsPages(t *testing.T) {
	for _, n := range []int{99, 100, 101, 250} {
		server := New(t, s.Kind)
		server.Hold(Holding("dinum", n)...)
		most := 0
		l, why, err := s.desk(t, server, newClock(), token).Discover(t.Context(), audit.Search{In: server.URL + "/dinum"}, func(n int) { most = n })
		if err != nil || len(l.Listed) != n || most != n || l.More {
			t.Errorf("%d: %d listed, %d told: %v %v", n, len(l.Listed), most, why, err)
		}
		// A hundred on a page, or fifty, and a few to find out what the owner is.
		if got := len(server.Requests()); got > n/50+4 {
			t.Errorf("%d repositories took %d requests", n, got)
		}
	}
}

func (s Suite) listsForEach(t *testing.T) {
	const second = "example-token-2"
	server := New(t, s.Kind)
	repos := Holding("dinum", 4)
	repos[0].SeenBy, repos[2].SeenBy = []string{token}, []string{second}
	server.Hold(repos...)
	d := s.desk(t, server, newClock(), token, second)
	for range 2 {
		if got := len(s.list(t, d, server, "dinum", "")); got != 4 {
			t.Errorf("%d listed with both", got)
		}
	}
	if got := len(s.list(t, s.desk(t, server, newClock(), second), server, "dinum", "")); got != 3 {
		t.Errorf("%d listed with the second", got)
	}
	// One that has to wait is not stood in for by one that sees less.
	server.Fail(func(w http.ResponseWriter, r *http.Request) bool {
		if tokenOf(r) != token {
			return false
		}
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(http.StatusTooManyRequests)
		return true
	})
	if l, why, err := d.Discover(t.Context(), audit.Search{In: server.URL + "/dinum"}, nil); !errors.Is(err, audit.ErrRateLimited) {
		t.Errorf("%v %v %v", l, why, err)
	}
	// One that is shown nothing is.
	server.Fail(func(w http.ResponseWriter, r *http.Request) bool {
		if tokenOf(r) != token {
			return false
		}
		write(w, http.StatusNotFound, map[string]string{"message": "Not Found"})
		return true
	})
	d = s.desk(t, server, newClock(), token, second)
	if got := len(s.list(t, d, server, "dinum", "")); got != 3 {
		t.Errorf("%d listed", got)
	}
}

func (s Suite) listsAgain(t *testing.T) {
	server := New(t, s.Kind)
	server.Hold(Holding("dinum", 230)...)
	d := s.desk(t, server, newClock(), token)
	first := s.list(t, d, server, "dinum", "")
	server.Requests()
	if again := s.list(t, d, server, "dinum", ""); cmp.Diff(first, again) != "" {
		t.Error(cmp.Diff(first, again))
	}
	if got := server.Requests(); s.Conditional && spent(got) != 0 {
		t.Errorf("an unchanged owner costs %d requests of %d", spent(got), len(got))
	}
	// One is renamed, one is new, and one of another page is gone.
	repos := Holding("dinum", 231)
	repos[150].Path = "dinum/renamed"
	server.Hold(slices.Delete(repos, 3, 4)...)
	again := s.list(t, d, server, "dinum", "")
	if got := paths(again); len(got) != 230 || !slices.Contains(got, "dinum/renamed") || !slices.Contains(got, "dinum/r231") || slices.Contains(got, "dinum/r4") {
		t.Errorf("%d %v", len(got), got)
	}
}

func (s Suite) listsForAnybody(t *testing.T) {
	server := New(t, s.Kind)
	server.Hold(Holding("dinum", 3)...)
	d := s.desk(t, server, newClock())
	if got := len(s.list(t, d, server, "dinum", "")); got != 3 {
		t.Errorf("%d listed", got)
	}
	for _, r := range server.Requests() {
		if r.Token != "" {
			t.Errorf("shown %q", r.Token)
		}
	}
}

func (s Suite) unlisted(t *testing.T) {
	server := New(t, s.Kind)
	server.Hold(Holding("dinum", 3)...)
	ask := func(d *forge.Desk, in, key string, meaning error) {
		t.Helper()
		l, why, err := d.Discover(t.Context(), audit.Search{In: in}, nil)
		if l != nil || why.Key != key || !errors.Is(err, meaning) || strings.Contains(err.Error(), token) {
			t.Errorf("%s: %v %v, want %s", in, why, err, key)
		}
	}
	d := s.desk(t, server, newClock(), token)
	ask(d, server.URL+"/nobody", "search-not-found", audit.ErrNotFound)
	ask(d, server.URL, "search-nowhere", audit.ErrUnsupported)
	ask(nil, server.URL+"/dinum", "search-not-asked", audit.ErrUnsupported)
	for status, key := range map[int]string{401: "search-forbidden", 403: "search-forbidden", 500: "forge-unreachable", 502: "forge-unreachable"} {
		server.Fail(func(w http.ResponseWriter, r *http.Request) bool {
			write(w, status, map[string]string{"message": "no, " + tokenOf(r)})
			return true
		})
		ask(d, server.URL+"/dinum", key, map[bool]error{true: audit.ErrForbidden, false: audit.ErrUnreachable}[status < 500])
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := d.Discover(ctx, audit.Search{In: server.URL + "/dinum"}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// The limit comes in the middle of the list; what was listed by then is not asked for
// again where the forge does not count that.
func (s Suite) listsWithinLimits(t *testing.T) {
	for name, one := range limits {
		t.Run(name, func(t *testing.T) {
			server, c := New(t, s.Kind), newClock()
			server.Hold(Holding("dinum", 230)...)
			d := s.desk(t, server, c, token)
			play := one.play(c.Now)
			server.Fail(func(w http.ResponseWriter, r *http.Request) bool {
				return r.URL.Query().Get("page") == "2" && play(w, r)
			})
			for range 3 {
				l, why, err := d.Discover(t.Context(), audit.Search{In: server.URL + "/dinum"}, nil)
				var wait interface{ RetryAfter() time.Duration }
				if l != nil || why.Key != "forge-limited" || !errors.Is(err, audit.ErrRateLimited) || !errors.As(err, &wait) {
					t.Fatalf("%v %v", why, err)
				}
				if got := wait.RetryAfter(); got < one.after || got > one.after+5*time.Second {
					t.Errorf("to wait %s, want %s", got, one.after)
				}
			}
			refused := 0
			for _, r := range server.Requests() {
				if r.Status == one.status {
					refused++
				}
			}
			if refused != 1 {
				t.Errorf("refused %d times", refused)
			}
			server.Fail(nil)
			c.forward(one.after + 2*time.Second)
			if got := len(s.list(t, d, server, "dinum", "")); got != 230 {
				t.Errorf("%d listed", got)
			}
			if got := spent(server.Requests()); s.Conditional && got != 2 {
				t.Errorf("%d spent on the two pages that were missing", got)
			}
		})
	}
}

// A list that cannot be read on some page is no list.
func (s Suite) listsBroken(t *testing.T) {
	for name, one := range broken {
		for _, page := range []string{"1", "2"} {
			if page == "1" && (name == "slow" || name == "endless") {
				continue // once is long enough
			}
			t.Run(name+", page "+page, func(t *testing.T) {
				server := New(t, s.Kind)
				server.Hold(Holding("dinum", 230)...)
				d := s.desk(t, server, newClock(), token)
				server.Fail(func(w http.ResponseWriter, r *http.Request) bool {
					return r.URL.Query().Get("page") == page && one.fault(w, r)
				})
				if l, why, err := d.Discover(t.Context(), audit.Search{In: server.URL + "/dinum"}, nil); l != nil || why.Key != one.key || err == nil {
					t.Errorf("%v %v, want %s", why, err, one.key)
				}
			})
		}
	}
}

func (s Suite) listsEndless(t *testing.T) {
	server := New(t, s.Kind)
	server.Hold(Holding("dinum", 120)...)
	d := s.desk(t, server, newClock(), token)
	// Whichever page is asked for, it is the first.
	next := server.Config.Handler
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if q := r.URL.Query(); q.Get("page") != "" {
			q.Set("page", "1")
			r.URL.RawQuery = q.Encode()
		}
		next.ServeHTTP(w, r)
	})
	if l, why, err := d.Discover(t.Context(), audit.Search{In: server.URL + "/dinum"}, nil); l != nil || why.Key != "search-endless" || !errors.Is(err, audit.ErrDamaged) {
		t.Errorf("%v %v", why, err)
	}
	if got := len(server.Requests()); got > 6 {
		t.Errorf("%d requests", got)
	}
	// Each page is another one, for ever.
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		number, err := strconv.Atoi(r.URL.Query().Get("page"))
		if err != nil {
			next.ServeHTTP(w, r)
			return
		}
		repos := Holding("dinum", 100)
		for i := range repos {
			repos[i].ID = int64(number*100 + i)
			repos[i].Path = fmt.Sprintf("dinum/r%d", repos[i].ID)
		}
		server.endless(w, number, repos)
	})
	l, why, err := d.Discover(t.Context(), audit.Search{In: server.URL + "/dinum"}, nil)
	if err != nil || !l.More || len(l.Listed) != 20_000 {
		t.Errorf("%v %v", why, err)
	}
}

// endless writes a page that names the next one.
func (s *Server) endless(w http.ResponseWriter, number int, repos []Repository) {
	next := strconv.Itoa(number + 1)
	w.Header().Set("X-Next-Page", next)
	w.Header().Set("Link", "<"+s.URL+"/?page="+next+`>; rel="next"`)
	switch s.Kind {
	case forge.GitLab:
		write(w, http.StatusOK, each(repos, gitlabProject))
	case forge.Forgejo:
		write(w, http.StatusOK, map[string]any{"ok": true, "data": each(repos, forgejoRepository)})
	default:
		write(w, http.StatusOK, each(repos, GitHubRepository))
	}
}

func (s Suite) listsElsewhere(t *testing.T) {
	var met atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { met.Add(1) }))
	defer other.Close()
	server := New(t, s.Kind)
	server.Hold(Holding("dinum", 120)...)
	// Who names the host in the portfolio lets it lie on a private address.
	d := forge.NewDesk(forge.Config{
		Open:   map[forge.Kind]forge.Open{s.Kind: s.Open},
		Tokens: func(string) []string { return nil }, Variable: func(string) string { return "" },
		Refresh: refresh, Timeout: 2 * time.Second, Guard: guard.New(nil),
	})
	if got := len(s.list(t, d, server, "dinum", "")); got != 120 {
		t.Errorf("%d listed", got)
	}
	for _, to := range []string{other.URL, "http://169.254.169.254/latest/meta-data/", "http://[::ffff:127.0.0.1]:1/", "file:///etc/passwd"} {
		server.Fail(func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Query().Get("page") != "2" {
				return false
			}
			http.Redirect(w, r, to, http.StatusFound)
			return true
		})
		if l, why, err := d.Discover(t.Context(), audit.Search{In: server.URL + "/dinum"}, nil); l != nil || why.Key == "" || err == nil {
			t.Errorf("%s: %v %v", to, why, err)
		}
	}
	// Names that would make another address than the one that is meant.
	server.Fail(nil)
	var repos []Repository
	for i, path := range []string{"dinum/r1", "../etc", "/etc/passwd", "dinum", "-u/x", "dinum/../../x", "a b/c", "x/y?z", "@evil.example/x/\u0000"} {
		repos = append(repos, Example())
		repos[i].ID, repos[i].Path, repos[i].Topics = int64(i+1), path, []string{"eig"}
	}
	server.Hold(repos...)
	if got := paths(s.list(t, d, server, "", "eig")); !slices.Equal(got, []string{"dinum/r1"}) {
		t.Errorf("%q", got)
	}
	if met.Load() > 0 {
		t.Error("another host was asked")
	}
}
