package acquire_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/guard"
)

// elsewhere sends every request to another server, by another name of this machine
// where name says so.
func elsewhere(t *testing.T, to string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, to+r.URL.RequestURI(), http.StatusMovedPermanently)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// A server that somebody named may lie here; where it sends to may not.
func TestRedirectsToPrivateAddressesAreRefused(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	inside := serve(t, sample(t), true, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked.Add(1); next.ServeHTTP(w, r) })
	})
	u, err := url.Parse(inside)
	must(t, err)
	to := elsewhere(t, "http://"+u.Host) + u.Path
	_, err = acquire.Fetch(t.Context(), to, options())
	if !errors.Is(err, guard.ErrPrivate) || !errors.Is(err, audit.ErrForbidden) || !strings.Contains(err.Error(), "network.allow") {
		t.Errorf("fetch: %v", err)
	}
	if _, err = acquire.Head(t.Context(), to, options()); !errors.Is(err, guard.ErrPrivate) {
		t.Errorf("head: %v", err)
	}
	if asked.Load() > 0 {
		t.Errorf("the inside was asked %d times", asked.Load())
	}
	o := options()
	o.Transport = acquire.NewTransport(guard.New([]string{u.Host}))
	fetch(t, to, o)
}

// What a server told of was named by nobody.
func TestFoundTargetsMayNotBePrivate(t *testing.T) {
	t.Parallel()
	address := serve(t, sample(t), true, nil)
	o := options()
	o.Found = true
	for _, target := range []string{address, "ssh://git@localhost/a/b.git", "git://127.0.0.1/a/b", "git@localhost:a/b.git"} {
		if _, err := acquire.Fetch(t.Context(), target, o); !errors.Is(err, guard.ErrPrivate) {
			t.Errorf("%s: %v", target, err)
		}
	}
}

// A token is for the host that was named, wherever its server sends.
func TestTokenIsNotShownWhereARedirectLeads(t *testing.T) {
	t.Parallel()
	shown := atomic.Bool{}
	inside := serve(t, sample(t), true, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "" {
				shown.Store(true)
			}
			next.ServeHTTP(w, r)
		})
	})
	u, err := url.Parse(inside)
	must(t, err)
	// The same machine, by its other name: another host, as far as a token goes.
	to := elsewhere(t, "http://localhost:"+u.Port()) + u.Path
	o := options()
	o.Token = func(host string) string {
		if strings.HasPrefix(host, "127.0.0.1") {
			return "s3cret"
		}
		return ""
	}
	o.Transport = acquire.NewTransport(guard.New([]string{"localhost"}))
	fetch(t, to, o)
	if shown.Load() {
		t.Error("the token was shown to another host")
	}
}
