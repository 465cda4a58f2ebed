package github_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/forge/forgetest"
	"github.com/perenne-audit/perenne/internal/forge/github"
	"github.com/perenne-audit/perenne/internal/guard"
)

// many is a queue of repositories that are asked about, and a clock that is moved
// on when all of them wait, as those of the service would.
type many struct {
	t     *testing.T
	desk  *forge.Desk
	at    atomic.Int64
	url   string
	mu    sync.Mutex
	ready []int
	later map[int]time.Time
}

func (m *many) now() time.Time { return time.Unix(m.at.Load(), 0).UTC() }

// round asks about all repositories, eight at a time, and returns how long that
// takes by the clock.
func (m *many) round(count int) time.Duration {
	begun := m.now()
	m.ready, m.later = nil, map[int]time.Time{}
	for n := range count {
		m.ready = append(m.ready, n)
	}
	for {
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(m.work)
		}
		wg.Wait()
		if len(m.later) == 0 {
			return m.now().Sub(begun)
		}
		m.wake()
	}
}

// work asks until nobody is ready; whoever is refused is snoozed.
func (m *many) work() {
	for {
		m.mu.Lock()
		if len(m.ready) == 0 {
			m.mu.Unlock()
			return
		}
		n := m.ready[0]
		m.ready = m.ready[1:]
		m.mu.Unlock()
		f, why, err := m.desk.Ask(context.Background(), fmt.Sprintf("%s/o/r%d", m.url, n))
		var wait interface{ RetryAfter() time.Duration }
		switch {
		case errors.As(err, &wait):
			m.mu.Lock()
			m.later[n] = m.now().Add(wait.RetryAfter())
			m.mu.Unlock()
		case f == nil || f.Path != fmt.Sprintf("o/r%d", n):
			m.t.Errorf("r%d: %v %v", n, why, err)
		}
	}
}

// wake moves the clock to when the first of those who wait may ask, and half a
// minute on: a queue looks now and then.
func (m *many) wake() {
	first := time.Time{}
	for _, at := range m.later {
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	m.at.Store(first.Add(30 * time.Second).Unix())
	for n, at := range m.later {
		if !at.After(m.now()) {
			m.ready = append(m.ready, n)
			delete(m.later, n)
		}
	}
}

// count is how many repositories there are. The limits are GitHub's for 10,000, and
// as much smaller as there are fewer.
var count = flag.Int("repositories", 2_000, "how many repositories TestManyRepositories asks about")

// Many repositories, two tokens, GitHub's limits: everything is answered, nothing
// is asked that is refused, an unchanged round is free, memory stays.
func TestManyRepositories(t *testing.T) {
	count, hourly := *count, *count/2
	m := &many{t: t}
	m.at.Store(time.Date(2026, 10, 2, 9, 0, 0, 0, time.UTC).Unix())
	server := forgetest.New(t, forge.GitHub)
	server.Every(func(path string) (forgetest.Repository, bool) {
		r := forgetest.Example()
		r.Path = path
		return r, strings.HasPrefix(path, "o/r")
	})
	quota := &forgetest.Quota{Hourly: hourly, Minutely: 900, Now: m.now}
	server.Limit(quota)
	m.url = server.URL
	var requests atomic.Int64
	m.desk = forge.NewDesk(forge.Config{
		Open: map[forge.Kind]forge.Open{forge.GitHub: github.Open}, Hosts: []forge.Setting{{Host: server.Host(), Kind: forge.GitHub}},
		Tokens: func(string) []string { return []string{"example-1", "example-2"} }, Variable: func(string) string { return "" },
		Refresh: 7 * 24 * time.Hour, Timeout: time.Minute, Cache: forge.NewCache(t.TempDir(), 64<<20),
		Guard: guard.New([]string{server.Host()}), Now: m.now,
		Watch: forge.Watch{Asked: func(string, int) { requests.Add(1) }},
	})

	took := m.round(count)
	server.Requests() // the stand-in's own memory
	spent := quota.Spent["example-1"] + quota.Spent["example-2"]
	t.Logf("first round: %d requests, %d spent, %s by the clock", requests.Load(), spent, took)
	if quota.Refused > 0 {
		t.Errorf("%d requests were refused that need not have been sent", quota.Refused)
	}
	// Snoozed between the first request and the second, some are asked again.
	if spent < 3*count || spent > 3*count*105/100 {
		t.Errorf("%d requests spent for %d repositories", spent, count)
	}
	if took > 3*time.Hour {
		t.Errorf("took %s for what takes two hours", took)
	}

	m.at.Add(int64(24 * 60 * 60))
	before := heap()
	took = m.round(count)
	server.Requests()
	after := quota.Spent["example-1"] + quota.Spent["example-2"]
	t.Logf("second round: %d spent, %s by the clock, heap %d kB, then %d kB", after-spent, took, before>>10, heap()>>10)
	if after != spent || quota.Refused > 0 {
		t.Errorf("unchanged repositories spent %d; %d refused", after-spent, quota.Refused)
	}
	if grown := int64(heap()) - int64(before); grown > 4<<20 {
		t.Errorf("memory grew by %d bytes", grown)
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// An App shows a token of its own for an hour, then another. The mark of an answer
// belongs to the token, the date does not: unchanged repositories stay free.
func TestApp(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	app, err := forge.ParseApp("7", "42", string(text))
	if err != nil {
		t.Fatal(err)
	}
	server := forgetest.New(t, forge.GitHub)
	var handed atomic.Int64
	server.Fail(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/api/v3/app/installations/42/access_tokens" {
			return false
		}
		if strings.Count(r.Header.Get("Authorization"), ".") != 2 {
			t.Error("no signed request for a token")
		}
		w.WriteHeader(http.StatusCreated)
		// It ends before the library would use it twice.
		_ = json.NewEncoder(w).Encode(map[string]any{"token": fmt.Sprintf("example-app-%d", handed.Add(1)), "expires_at": time.Now()})
		return true
	})
	desk := forge.NewDesk(forge.Config{
		Open: map[forge.Kind]forge.Open{forge.GitHub: github.Open}, Hosts: []forge.Setting{{Host: server.Host(), Kind: forge.GitHub}},
		Tokens: func(string) []string { return nil }, Variable: func(string) string { return "" },
		App:     func(string) (*forge.App, error) { return app, nil },
		Refresh: time.Hour, Timeout: 5 * time.Second, Cache: forge.NewCache(t.TempDir(), 1<<20), Guard: guard.New([]string{server.Host()}),
	})
	for n := range 2 {
		if f, why, err := desk.Ask(t.Context(), server.Address()); f == nil || err != nil {
			t.Fatalf("%v %v", why, err)
		}
		for _, r := range server.Requests() {
			if n > 0 && strings.Contains(r.Path, "/repos/") && r.Spent {
				t.Errorf("an unchanged repository costs %v", r)
			}
			if !strings.HasPrefix(r.Token, "example-app-") && !strings.Contains(r.Path, "access_tokens") {
				t.Errorf("asked with %q", r.Token)
			}
		}
	}
}

func TestAppIsSetUpWrongly(t *testing.T) {
	if app, err := forge.ParseApp("", "", ""); app != nil || err != nil {
		t.Errorf("nothing set: %v %v", app, err)
	}
	for _, one := range [][3]string{{"x", "1", "k"}, {"1", "", "k"}, {"1", "-2", "k"}, {"1", "2", "s3cret-key"}, {"1", "2", ""}} {
		app, err := forge.ParseApp(one[0], one[1], one[2])
		if app != nil || !errors.Is(err, audit.ErrUnsupported) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%v: %v %v", one, app, err)
		}
	}
}

// Without a token GitHub tells what everybody may know, for three requests.
func TestAnybody(t *testing.T) {
	server := forgetest.New(t, forge.GitHub)
	desk := forge.NewDesk(forge.Config{
		Open: map[forge.Kind]forge.Open{forge.GitHub: github.Open}, Hosts: []forge.Setting{{Host: server.Host(), Kind: forge.GitHub}},
		Tokens: func(string) []string { return nil }, Variable: func(string) string { return "" }, Always: true,
		Refresh: time.Hour, Timeout: 5 * time.Second, Guard: guard.New([]string{server.Host()}),
	})
	f, why, err := desk.Ask(t.Context(), server.Address())
	if f == nil || err != nil {
		t.Fatalf("%v %v", why, err)
	}
	if f.OwnerType != "organisation" || f.Releases != 3 || !f.PrivateReports || f.Told(audit.FactCI) || f.Told(audit.FactAdmins) || !f.Told(audit.FactReleases) {
		t.Errorf("%+v", f)
	}
	if got := server.Requests(); len(got) != 3 {
		t.Errorf("%v", got)
	}
}

// What one may not see, and only that, is withheld.
func TestForbiddenParts(t *testing.T) {
	server := forgetest.New(t, forge.GitHub)
	server.Fail(func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case strings.HasSuffix(r.URL.Path, "/graphql"):
			body := forgetest.GitHubQuery(forgetest.Example())
			body["data"].(map[string]any)["repository"].(map[string]any)["collaborators"] = nil
			body["errors"] = []any{map[string]any{"type": "FORBIDDEN", "path": []any{"repository", "collaborators"}, "message": "Resource not accessible"}}
			_ = json.NewEncoder(w).Encode(body)
		case strings.HasSuffix(r.URL.Path, "-reporting"):
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write([]byte(`{"message":"Resource not accessible by personal access token"}`))
		default:
			return false
		}
		return true
	})
	desk := forge.NewDesk(forge.Config{
		Open: map[forge.Kind]forge.Open{forge.GitHub: github.Open}, Hosts: []forge.Setting{{Host: server.Host(), Kind: forge.GitHub}},
		Tokens: func(string) []string { return []string{"example-1"} }, Variable: func(string) string { return "" },
		Refresh: time.Hour, Timeout: 5 * time.Second, Guard: guard.New([]string{server.Host()}),
	})
	f, why, err := desk.Ask(t.Context(), server.Address())
	if f == nil || err != nil {
		t.Fatalf("%v %v", why, err)
	}
	want := map[audit.ForgeFact]audit.Untold{audit.FactAdmins: audit.UntoldForbidden, audit.FactPrivateReports: audit.UntoldForbidden}
	if fmt.Sprint(f.Untold) != fmt.Sprint(want) || f.CI != audit.CIPassed {
		t.Errorf("%+v", f)
	}
}
