package web

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// login is a service with a real identity provider next to it.
type login struct {
	service, provider *httptest.Server
	browser           *http.Client
}

func newLogin(t *testing.T, change func(*OIDC)) login {
	t.Helper()
	l := login{}
	l.service = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }))
	t.Cleanup(l.service.Close)
	callback := l.service.URL + "/login/callback"
	l.provider = httptest.NewServer(nil)
	t.Cleanup(l.provider.Close)
	storage.RegisterClients(storage.WebClient("perenne", "the-secret", callback))
	l.provider.Config.Handler = exampleop.SetupServer(l.provider.URL, storage.NewStorage(storage.NewUserStore(l.provider.URL)), nil, false, op.WithAllowInsecure())
	o := &OIDC{
		Issuer: l.provider.URL, ClientID: "perenne", ClientSecret: "the-secret", RedirectURL: callback,
		RoleClaim: "email", Roles: map[string]Role{"test-user@zitadel.ch": Editor},
	}
	if change != nil {
		change(o)
	}
	s := settings()
	s.Now = time.Now // the provider looks at the clock too
	s.Access = Access{Restricted: true, OIDC: o}
	l.service.Config.Handler = newSite(t, s)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	l.browser = &http.Client{Jar: jar}
	return l
}

var requestID = regexp.MustCompile(`name="id" value="([^"]+)"`)

func (l login) get(t *testing.T, address string) (*http.Response, string) {
	t.Helper()
	w, err := l.browser.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	return w, bodyOf(t, w)
}

func bodyOf(t *testing.T, w *http.Response) string {
	t.Helper()
	defer w.Body.Close()
	body, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// as types a name and a password into the provider's form.
func (l login) as(t *testing.T, user, form string) (*http.Response, string) {
	t.Helper()
	id := requestID.FindStringSubmatch(form)
	if id == nil {
		t.Fatalf("no form of the provider:\n%s", form)
	}
	w, err := l.browser.PostForm(l.provider.URL+"/login/username", url.Values{"id": {id[1]}, "username": {user}, "password": {"verysecure"}})
	if err != nil {
		t.Fatal(err)
	}
	return w, bodyOf(t, w)
}

func TestLoginWithAProvider(t *testing.T) {
	l := newLogin(t, nil)
	_, page := l.get(t, l.service.URL+"/challenges/plume")
	if !strings.Contains(page, "/login/oidc?to=%2fchallenges%2fplume") {
		t.Fatalf("the page does not lead to the provider:\n%s", page)
	}
	_, form := l.get(t, l.service.URL+"/login/oidc?to=/challenges/plume")
	w, page := l.as(t, "test-user@127.0.0.1", form)
	if w.StatusCode != http.StatusOK || w.Request.URL.Path != "/challenges/plume" {
		t.Fatalf("%d at %s:\n%s", w.StatusCode, w.Request.URL, page)
	}
	for _, want := range []string{"Test User", `action="/challenges/plume/audit"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if w, _ := l.get(t, l.service.URL+"/admin/queue/"); w.StatusCode != http.StatusForbidden {
		t.Errorf("an editor sees the queue: %d", w.StatusCode)
	}
	// The code was used; coming back with it again starts nothing.
	if w, _ := l.get(t, l.service.URL+"/login/callback?code=x&state=y"); w.StatusCode != http.StatusBadRequest {
		t.Errorf("a second time: %d", w.StatusCode)
	}
	w, err := l.browser.Post(l.service.URL+"/logout", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if bodyOf(t, w); w.Request.URL.Path != "/login" {
		t.Errorf("after the logout: %s", w.Request.URL)
	}
}

func TestAccountWithoutARole(t *testing.T) {
	l := newLogin(t, nil)
	_, form := l.get(t, l.service.URL+"/login/oidc")
	w, page := l.as(t, "test-user2", form)
	if w.StatusCode != http.StatusForbidden || !strings.Contains(page, "pas de rôle") {
		t.Errorf("%d\n%s", w.StatusCode, page)
	}
	if w, _ := l.get(t, l.service.URL+"/"); w.Request.URL.Path != "/login" {
		t.Errorf("somebody without a role reads: %s", w.Request.URL)
	}
}

func TestDefaultRole(t *testing.T) {
	l := newLogin(t, func(o *OIDC) { o.Default = Viewer })
	_, form := l.get(t, l.service.URL+"/login/oidc")
	if w, page := l.as(t, "test-user2", form); w.StatusCode != http.StatusOK || strings.Contains(page, "/audit\"") {
		t.Errorf("%d\n%s", w.StatusCode, page)
	}
}

// A login that began in another browser must not end in this one.
func TestForeignLogin(t *testing.T) {
	l := newLogin(t, nil)
	stop := func(req *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(req.URL.Path, "/login/callback") {
			return http.ErrUseLastResponse
		}
		return nil
	}
	attacker := l
	jar, _ := cookiejar.New(nil)
	attacker.browser = &http.Client{Jar: jar, CheckRedirect: stop}
	_, form := attacker.get(t, l.service.URL+"/login/oidc")
	w, _ := attacker.as(t, "test-user@127.0.0.1", form)
	stolen := w.Header.Get("Location")
	if !strings.Contains(stolen, "/login/callback?code=") {
		t.Fatalf("no code: %d %q", w.StatusCode, stolen)
	}
	if w, _ := l.get(t, stolen); w.StatusCode != http.StatusBadRequest {
		t.Errorf("a foreign login: %d", w.StatusCode)
	}
	// Not even when this browser has a login of its own under way.
	l.get(t, l.service.URL+"/login/oidc")
	if w, _ := l.get(t, stolen); w.StatusCode != http.StatusBadRequest {
		t.Errorf("a foreign login: %d", w.StatusCode)
	}
}

func TestWrongClientSecret(t *testing.T) {
	l := newLogin(t, func(o *OIDC) { o.ClientSecret = "guessed" })
	_, form := l.get(t, l.service.URL+"/login/oidc")
	if w, page := l.as(t, "test-user@127.0.0.1", form); w.StatusCode != http.StatusForbidden || strings.Contains(page, "guessed") {
		t.Errorf("%d\n%s", w.StatusCode, page)
	}
}

func TestProviderIsDown(t *testing.T) {
	l := newLogin(t, nil)
	l.provider.Close()
	if w, _ := l.get(t, l.service.URL+"/login/oidc"); w.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("login: %d", w.StatusCode)
	}
	if w, _ := l.get(t, l.service.URL+"/healthz"); w.StatusCode != http.StatusOK {
		t.Errorf("healthz: %d", w.StatusCode)
	}
	// The provider itself may say no.
	if w, _ := l.get(t, l.service.URL+"/login/callback?error=access_denied&state=x"); w.StatusCode != http.StatusBadRequest {
		t.Errorf("callback: %d", w.StatusCode)
	}
}

func TestRoleOfClaims(t *testing.T) {
	p := &provider{OIDC: OIDC{RoleClaim: "realm_access.roles", Roles: map[string]Role{"lecture": Viewer, "chef": Admin}}}
	for _, c := range []struct {
		claims map[string]any
		want   Role
	}{
		{map[string]any{}, Nobody},
		{map[string]any{"realm_access": "chef"}, Nobody},
		{map[string]any{"realm_access": map[string]any{"roles": "lecture"}}, Viewer},
		{map[string]any{"realm_access": map[string]any{"roles": []any{"lecture", "chef", 7, "other"}}}, Admin},
		{map[string]any{"realm_access.roles": []any{"lecture"}}, Viewer},
		{map[string]any{"realm_access": map[string]any{"roles": []any{"other"}}}, Nobody},
	} {
		if got := p.roleIn(c.claims); got != c.want {
			t.Errorf("%v: %q, want %q", c.claims, got, c.want)
		}
	}
}
