package web

import (
	"io"
	"net/http"
	"testing"
	"time"
)

// Webhooks are reached by whoever signs, wherever a browser or a reader without a
// role is not let in; and nothing else is.
func TestHooksAreBesideAccess(t *testing.T) {
	c := settings()
	c.Access.Restricted = true
	var got []string
	c.HooksPath = "/perenne/hooks"
	c.Hooks = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = append(got, r.URL.Path+" "+string(body))
		w.WriteHeader(http.StatusAccepted)
	})
	h := newSite(t, c)
	cross := []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://elsewhere.example", "Authorization", "Bearer nobody's"}
	if w := do(t, h, http.MethodPost, "/perenne/hooks", "x", cross...); w.Code != http.StatusAccepted || len(w.Header().Values("Set-Cookie")) > 0 {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	for _, path := range []string{"/perenne/hooks/", "/perenne/hooks/../..", "/hooks", "/challenges/gobelins/audit", "/api/v1/audits"} {
		if w := do(t, h, http.MethodPost, path, "x"); w.Code != http.StatusUnauthorized && w.Code != http.StatusTemporaryRedirect && w.Code != http.StatusMovedPermanently {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if len(got) != 1 || got[0] != "/perenne/hooks x" {
		t.Errorf("%q", got)
	}
}

// One address may send many webhooks, and not any number.
func TestHooksAreBounded(t *testing.T) {
	c := settings()
	now := today
	c.Now = func() time.Time { return now }
	c.HooksPath = "/hooks"
	c.Hooks = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })
	h := newSite(t, c)
	for range deliveriesSent {
		if w := do(t, h, http.MethodPost, "/hooks", ""); w.Code != http.StatusAccepted {
			t.Fatal(w.Code)
		}
	}
	// What a proxy would say is not believed unless the settings say so.
	if w := do(t, h, http.MethodPost, "/hooks", "", "X-Forwarded-For", "203.0.113.9"); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" {
		t.Errorf("one more: %d", w.Code)
	}
	now = now.Add(deliverySentEvery)
	if w := do(t, h, http.MethodPost, "/hooks", ""); w.Code != http.StatusAccepted {
		t.Errorf("later: %d", w.Code)
	}
}
