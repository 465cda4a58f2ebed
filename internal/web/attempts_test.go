package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// from sends a request from an address.
func from(t *testing.T, h http.Handler, address, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.RemoteAddr = address + ":1234"
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// Whoever guesses tokens is stopped, in the form and in the API alike, whatever
// the next guess would be; others are not.
func TestGuessesAreBounded(t *testing.T) {
	now := today
	s := settings()
	s.Now = func() time.Time { return now }
	h := newSite(t, s)
	guess := func(address, secret string) int {
		return from(t, h, address, "POST", "/login", "token="+secret, "Content-Type", form).Code
	}
	api := func(address, secret string) *httptest.ResponseRecorder {
		return from(t, h, address, "GET", "/api/v1/portfolio", "", "Authorization", "Bearer "+secret)
	}
	for i := range wrongTokens {
		if i%2 == 0 {
			if code := guess("192.0.2.1", fmt.Sprint("wrong", i)); code != http.StatusUnauthorized {
				t.Fatalf("guess %d: %d", i, code)
			}
		} else if w := api("192.0.2.1", fmt.Sprint("wrong", i)); w.Code != http.StatusUnauthorized {
			t.Fatalf("guess %d: %d", i, w.Code)
		}
	}
	if code := guess("192.0.2.1", secretOf(Admin)); code != http.StatusTooManyRequests {
		t.Errorf("the guess after the last: %d", code)
	}
	w := api("192.0.2.1", secretOf(Admin))
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "16" {
		t.Errorf("the API after the last: %d, wait %q", w.Code, w.Header().Get("Retry-After"))
	}
	if code := guess("192.0.2.2", secretOf(Viewer)); code != http.StatusSeeOther {
		t.Errorf("another address: %d", code)
	}
	if w := from(t, h, "192.0.2.1", "GET", "/", ""); w.Code != http.StatusOK {
		t.Errorf("reading without a token: %d", w.Code)
	}
	now = now.Add(wrongTokenEvery)
	if code := guess("192.0.2.1", secretOf(Viewer)); code != http.StatusSeeOther {
		t.Errorf("after a while: %d", code)
	}
}

// A program with an old token does not shut others behind its address out.
func TestTheSameWrongTokenIsOneGuess(t *testing.T) {
	h := newSite(t, settings())
	for range 10 * wrongTokens {
		for _, old := range []string{"old", "older"} {
			w := from(t, h, "192.0.2.1", "GET", "/metrics", "", "Authorization", "Bearer "+old)
			if w.Code != http.StatusUnauthorized {
				t.Fatal(w.Code)
			}
		}
	}
	if w := from(t, h, "192.0.2.1", "GET", "/metrics", "", "Authorization", "Bearer "+secretOf(Viewer)); w.Code != http.StatusOK {
		t.Error(w.Code)
	}
}

func TestWhereARequestComesFrom(t *testing.T) {
	for _, c := range []struct {
		trust                   bool
		remote, forwarded, want string
	}{
		{false, "192.0.2.1:5", "203.0.113.9", "192.0.2.1/32"},
		{true, "192.0.2.1:5", "", "192.0.2.1/32"},
		{true, "192.0.2.1:5", "198.51.100.7, 203.0.113.9", "203.0.113.9/32"},
		{true, "192.0.2.1:5", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
		{false, "[2001:db8::1%eth0]:5", "", "2001:db8::/64"},
		{false, "[::ffff:192.0.2.1]:5", "", "192.0.2.1/32"},
		{true, "192.0.2.1:5", "unknown", "invalid Prefix"},
		{false, "@", "", "invalid Prefix"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		d := &door{Access: Access{TrustForwarded: c.trust}}
		if got := d.from(r).String(); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

// However many addresses guess, what is remembered of them has an end, and they
// still are.
func TestAttemptsAreForgotten(t *testing.T) {
	now := today
	a := newAttempts(2, time.Minute, func() time.Time { return now })
	address := func(n int) netip.Prefix {
		return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)}), 32)
	}
	for n := range attemptsKept + 500 {
		a.spend(address(n), fmt.Sprint(n))
	}
	if len(a.by) > attemptsKept+1 {
		t.Errorf("%d addresses are remembered", len(a.by))
	}
	if a.allow(address(attemptsKept+400)) == nil {
		t.Error("the addresses that share an account have no end")
	}
	now = now.Add(time.Hour)
	if a.allow(address(attemptsKept+400)) != nil || len(a.by) > 1 {
		t.Errorf("%d addresses are remembered after an hour", len(a.by))
	}
}
