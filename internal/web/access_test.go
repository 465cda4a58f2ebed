package web

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Who may do what: each route, each role, reading open and restricted. A page
// that somebody may not see leads to the login; programs are told 401.
func TestAccess(t *testing.T) {
	const ask = `{"challenge":"plume"}`
	const login, allowed = http.StatusSeeOther, http.StatusOK
	const unknown, forbidden = http.StatusUnauthorized, http.StatusForbidden
	type row struct {
		method, path, body string
		// nobody is without a role while reading is open, restricted while it is
		// not; the other three are the same for both.
		nobody, restricted, viewer, editor, admin int
	}
	for _, c := range []row{
		{"GET", "/", "", allowed, login, allowed, allowed, allowed},
		{"GET", "/challenges/plume", "", allowed, login, allowed, allowed, allowed},
		{"GET", "/challenges/plume/repositories/1", "", allowed, login, allowed, allowed, allowed},
		{"GET", "/challenges/plume/repositories/9", "", 404, login, 404, 404, 404},
		{"GET", "/challenges/plume/repositories/x", "", 404, login, 404, 404, 404},
		{"GET", "/challenges/nope", "", 404, login, 404, 404, 404},
		{"GET", "/checks", "", allowed, login, allowed, allowed, allowed},
		{"GET", "/checks/readme-useful", "", allowed, login, allowed, allowed, allowed},
		{"GET", "/checks/nope", "", 404, login, 404, 404, 404},
		{"GET", "/nowhere", "", 404, login, 404, 404, 404},
		{"GET", "/metrics", "", allowed, unknown, allowed, allowed, allowed},
		{"GET", "/api/v1/portfolio", "", allowed, unknown, allowed, allowed, allowed},
		{"GET", "/api/v1/challenges/plume/audits", "", allowed, unknown, allowed, allowed, allowed},
		{"GET", "/api/v1/nope", "", 404, unknown, 404, 404, 404},
		{"POST", "/api/v1/audits", ask, unknown, unknown, forbidden, 202, 202},
		{"POST", "/challenges/plume/audit", "", unknown, unknown, forbidden, 303, 303},
		{"GET", "/admin/queue/", "", login, login, forbidden, forbidden, allowed},
		{"GET", "/admin/queue/jobs", "", login, login, forbidden, forbidden, allowed},
		{"POST", "/admin/queue/api/jobs/cancel", "", unknown, unknown, forbidden, forbidden, allowed},
		{"DELETE", "/", "", 404, unknown, 404, 404, 404},
		{"GET", "/login", "", allowed, allowed, allowed, allowed, allowed},
		{"GET", "/openapi.json", "", allowed, allowed, allowed, allowed, allowed},
		{"GET", "/healthz", "", allowed, allowed, allowed, allowed, allowed},
		{"GET", "/readyz", "", allowed, allowed, allowed, allowed, allowed},
		{"GET", "/static/style.css", "", allowed, allowed, allowed, allowed, allowed},
	} {
		for _, restricted := range []bool{false, true} {
			s := settings()
			s.Access.Restricted = restricted
			h := newSite(t, s)
			nobody := c.nobody
			if restricted {
				nobody = c.restricted
			}
			for role, want := range map[Role]int{Nobody: nobody, Viewer: c.viewer, Editor: c.editor, Admin: c.admin} {
				headers := append(bearer(role), "Content-Type", "application/json")
				w := do(t, h, c.method, c.path, c.body, headers...)
				if w.Code != want {
					t.Errorf("%s %s as %q, restricted %v: %d, want %d", c.method, c.path, role, restricted, w.Code, want)
				}
				if w.Code == unknown && w.Header().Get("WWW-Authenticate") == "" {
					t.Errorf("%s %s: 401 does not say how", c.method, c.path)
				}
			}
		}
	}
}

func TestWrongTokens(t *testing.T) {
	h := newSite(t, settings())
	for _, header := range []string{"Bearer", "Bearer ", "Bearer x", "bearer " + strings.Repeat("a", 4096), "BEARER " + secretOf(Viewer) + "x"} {
		// Even where reading is open: whoever sends a token should learn that it
		// does not work.
		want := http.StatusUnauthorized
		if header == "Bearer" {
			want = http.StatusOK // no token at all
		}
		if w := get(t, h, "/api/v1/portfolio", "Authorization", header); w.Code != want {
			t.Errorf("%.20q: %d, want %d", header, w.Code, want)
		}
	}
	if w := get(t, h, "/api/v1/portfolio", "Authorization", "bEARER "+secretOf(Viewer)); w.Code != http.StatusOK {
		t.Errorf("the kind is compared by case: %d", w.Code)
	}
}

const form = "application/x-www-form-urlencoded"

func TestLoginWithAToken(t *testing.T) {
	s := settings()
	s.Access.Restricted = true
	h := newSite(t, s)
	if got := get(t, h, "/challenges/plume?lang=en").Header().Get("Location"); got != "/login?to=%2Fchallenges%2Fplume%3Flang%3Den" {
		t.Errorf("sent to %q", got)
	}
	if w := do(t, h, "POST", "/login", "token=wrong&to=/checks", "Content-Type", form); w.Code != http.StatusUnauthorized ||
		!strings.Contains(w.Body.String(), `aria-invalid="true"`) || !strings.Contains(w.Body.String(), `value="/checks"`) {
		t.Errorf("wrong token: %d\n%s", w.Code, w.Body)
	}
	w := do(t, h, "POST", "/login", "token="+secretOf(Editor)+"&to=/checks", "Content-Type", form)
	cookie := w.Result().Cookies()[0]
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/checks" {
		t.Fatalf("%d %s", w.Code, w.Header().Get("Location"))
	}
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Secure || cookie.Name != "perenne" {
		t.Errorf("cookie %v", cookie)
	}
	sent := []string{"Cookie", cookie.Name + "=" + cookie.Value}
	if w := get(t, h, "/", sent...); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "test editor") {
		t.Errorf("the session is not known: %d", w.Code)
	}
	if w := do(t, h, "POST", "/challenges/plume/audit", "", sent...); w.Code != http.StatusSeeOther {
		t.Errorf("an editor's session may not ask: %d", w.Code)
	}
	// Another site cannot use the session.
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}} {
		if w := do(t, h, "POST", "/challenges/plume/audit", "", append(header, sent...)...); w.Code != http.StatusForbidden {
			t.Errorf("%v: %d", header, w.Code)
		}
	}
	if w := do(t, h, "POST", "/logout", "", sent...); w.Code != http.StatusSeeOther {
		t.Errorf("logout: %d", w.Code)
	}
	if w := get(t, h, "/", sent...); w.Code != http.StatusSeeOther {
		t.Errorf("the session outlives the logout: %d", w.Code)
	}
}

func TestCookiesAreSecureOverTLS(t *testing.T) {
	for _, c := range []struct {
		trust, tls bool
		forwarded  string
		want       bool
	}{
		{false, false, "", false}, {false, true, "", true}, {false, false, "https", false},
		{true, false, "https", true}, {true, false, "http", false}, {true, false, "", false},
	} {
		s := settings()
		s.Access.TrustForwarded = c.trust
		r := httptest.NewRequest("POST", "/login?lang=en", strings.NewReader("token="+secretOf(Viewer)))
		r.Header.Set("Content-Type", form)
		r.Header.Set("X-Forwarded-Proto", c.forwarded)
		if c.tls {
			r.TLS = &tls.ConnectionState{}
		}
		w := httptest.NewRecorder()
		newSite(t, s).ServeHTTP(w, r)
		for _, cookie := range w.Result().Cookies() {
			if cookie.Secure != c.want || strings.HasPrefix(cookie.Name, "__Host-") != c.want && cookie.Name != langCookie {
				t.Errorf("%+v: %v", c, cookie)
			}
		}
	}
}

func TestBodiesAreLimited(t *testing.T) {
	h := newSite(t, settings())
	large := strings.Repeat("x", maxBodyBytes+1)
	if w := do(t, h, "POST", "/login", "token="+large, "Content-Type", form); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("form: %d", w.Code)
	}
	headers := append(bearer(Editor), "Content-Type", "application/json")
	if w := do(t, h, "POST", "/api/v1/audits", `{"challenge":"`+large+`"}`, headers...); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("API: %d %s", w.Code, w.Body)
	}
}

func TestLocal(t *testing.T) {
	for to, want := range map[string]string{
		"/challenges/plume?lang=en": "/challenges/plume?lang=en", "": "/", "//evil.example": "/", "https://evil.example/": "/",
		`/\evil.example`: "/", `\\evil`: "/", "javascript:alert(1)": "/", "/a\r\nSet-Cookie: x": "/", "checks": "/", "/%2f/evil": "/%2f/evil",
	} {
		if got := local(to); got != want {
			t.Errorf("%q: %q, want %q", to, got, want)
		}
	}
}
