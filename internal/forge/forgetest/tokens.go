package forgetest

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/perenne-audit/perenne/internal/audit"
)

func (s Suite) redirects(t *testing.T) {
	var met atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { met.Add(1) }))
	defer other.Close()
	server := New(t, s.Kind)
	d := s.desk(t, server, newClock(), token)
	for _, to := range []string{other.URL, "http://169.254.169.254/latest/meta-data/", "http://[::ffff:127.0.0.1]:1/", "file:///etc/passwd"} {
		server.Fail(func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, to, http.StatusFound)
			return true
		})
		if f, why, err := d.Ask(t.Context(), server.Address()); f != nil || why.Key == "" || err != nil {
			t.Errorf("%s: %+v %v %v", to, f, why, err)
		}
	}
	if met.Load() > 0 {
		t.Error("another host was asked")
	}
}

func (s Suite) turns(t *testing.T) {
	server, c := New(t, s.Kind), newClock()
	const second = "example-token-2"
	d := s.desk(t, server, c, token, second)
	for _, closed := range []string{token, second} {
		server.Fail(func(w http.ResponseWriter, r *http.Request) bool {
			if tokenOf(r) != closed {
				return false
			}
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(http.StatusTooManyRequests)
			return true
		})
		s.ask(t, d, server.Address())
		refused := 0
		for _, r := range server.Requests() {
			if r.Status == http.StatusTooManyRequests {
				refused++
			}
		}
		if refused > 1 {
			t.Errorf("a token that was told to wait asked %d times", refused)
		}
		c.forward(refresh)
	}
}

// Tokens of two owners serve one host: each repository is read by one of them, and
// stays with it.
func (s Suite) finds(t *testing.T) {
	const second = "example-token-2"
	for _, reads := range []string{token, second} {
		server, c := New(t, s.Kind), newClock()
		server.Secret = []string{reads}
		d := s.desk(t, server, c, token, second)
		s.ask(t, d, server.Address())
		server.Requests()
		s.ask(t, d, server.Address())
		for _, r := range server.Requests() {
			if r.Token != reads {
				t.Errorf("%s reads, and %s was asked again", reads, r.Token)
			}
		}
		if f, why, _ := d.Ask(t.Context(), server.URL+"/dinum/other"); f != nil || why.Key != "forge-not-found" {
			t.Errorf("%v", why)
		}
		// While it has to wait, that the other may not read says nothing.
		server.Fail(func(w http.ResponseWriter, r *http.Request) bool {
			if tokenOf(r) != reads {
				return false
			}
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(http.StatusTooManyRequests)
			return true
		})
		c.forward(refresh)
		if f, why, err := d.Ask(t.Context(), server.Address()); f != nil || !errors.Is(err, audit.ErrRateLimited) {
			t.Errorf("%v %v", why, err)
		}
	}
}
