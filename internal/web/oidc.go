package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// OIDC is an identity provider, and which of its users have which role.
type OIDC struct {
	Issuer, ClientID, ClientSecret string
	// RedirectURL is this service's /login/callback as the reader's browser
	// reaches it.
	RedirectURL string
	// Scopes are asked for besides openid; nil asks for profile and email.
	Scopes []string
	// RoleClaim is the claim that Roles maps; a dot leads into an object:
	// "realm_access.roles". Its value is a string or a list of them.
	RoleClaim string
	// Roles maps a value of the claim to a role; of several, the highest counts.
	Roles map[string]Role
	// Default is for users whom Roles does not know; Nobody keeps them out.
	Default Role
	// Client reaches the provider; nil is a client with a time-out.
	Client *http.Client
}

// faults names what is wrong by its setting, and what to write.
func (o *OIDC) faults() []error {
	var faults []error
	for _, one := range []struct{ name, value, next string }{
		{"issuer", o.Issuer, "write the provider's address, without /.well-known/openid-configuration"},
		{"client_id", o.ClientID, "write the name that the provider knows this service by"},
		{"redirect_url", o.RedirectURL, "write https://, this service's name, /login/callback, and register it with the provider"},
	} {
		u, err := url.Parse(one.value)
		switch {
		case one.value == "":
			faults = append(faults, fmt.Errorf("access.oidc.%s is missing: %s", one.name, one.next))
		case one.name != "client_id" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http"):
			faults = append(faults, fmt.Errorf("access.oidc.%s is no address: %s", one.name, one.next))
		}
	}
	for value, role := range o.Roles {
		if role.rank() == 0 {
			faults = append(faults, fmt.Errorf("access.oidc.roles: %s: %q: choose viewer, editor or admin", value, role))
		}
	}
	if o.Default != Nobody && o.Default.rank() == 0 {
		faults = append(faults, fmt.Errorf("access.oidc.default_role: %q: choose viewer, editor or admin", o.Default))
	}
	if len(o.Roles) == 0 && o.Default == Nobody {
		faults = append(faults, errors.New("access.oidc: nobody could log in: give groups a role in roles, or everybody one with default_role"))
	}
	if len(o.Roles) > 0 && o.RoleClaim == "" {
		faults = append(faults, errors.New("access.oidc.claim is missing: name the claim that holds a person's groups"))
	}
	slices.SortFunc(faults, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return faults
}

// providerTimeout bounds each request to the provider.
const providerTimeout = 10 * time.Second

// provider is asked about itself when somebody first logs in, so that it may be
// down when the service starts.
type provider struct {
	OIDC
	now  func() time.Time
	mu   sync.Mutex
	oidc *oidc.Provider
}

func (p *provider) client() *http.Client {
	if p.Client != nil {
		return p.Client
	}
	return &http.Client{Timeout: providerTimeout}
}

// reach returns the provider with what OAuth needs to know.
func (p *provider) reach(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.oidc == nil {
		// Keys are fetched again long after this request, so its end must not
		// cancel them.
		found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.client()), p.Issuer)
		if err != nil {
			return nil, nil, fmt.Errorf("reach the identity provider: %w", err)
		}
		p.oidc = found
	}
	scopes := p.Scopes
	if scopes == nil {
		scopes = []string{"profile", "email"}
	}
	return p.oidc, &oauth2.Config{
		ClientID: p.ClientID, ClientSecret: p.ClientSecret, RedirectURL: p.RedirectURL,
		Endpoint: p.oidc.Endpoint(), Scopes: append([]string{oidc.ScopeOpenID}, scopes...),
	}, nil
}

// Keys of what a session holds between the two halves of a login.
const (
	keyState    = "oidc-state"
	keyNonce    = "oidc-nonce"
	keyVerifier = "oidc-verifier"
	keyTo       = "oidc-to"
)

// loginByOIDC sends the reader to the provider.
func (s *site) loginByOIDC(w http.ResponseWriter, r *http.Request) error {
	if s.door.provider == nil {
		return status(http.StatusNotFound)
	}
	_, config, err := s.door.provider.reach(r.Context())
	if err != nil {
		s.Logger.Error("log in", "error", err)
		return status(http.StatusServiceUnavailable)
	}
	from := s.door.from(r)
	if err := s.door.begun.allow(from); err != nil {
		return err
	}
	s.door.begun.spend(from, "")
	session := s.door.session(r)
	if readerOf(r.Context()).Role == Nobody {
		session.SetDeadline(r.Context(), time.Now().Add(loginLifetime).UTC())
	}
	// All three are as random as a verifier has to be.
	state, nonce, verifier := oauth2.GenerateVerifier(), oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	session.Put(r.Context(), keyState, state)
	session.Put(r.Context(), keyNonce, nonce)
	session.Put(r.Context(), keyVerifier, verifier)
	session.Put(r.Context(), keyTo, local(r.URL.Query().Get("to")))
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, config.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), http.StatusSeeOther)
	return nil
}

// loginCallback is where the provider sends the reader back to.
func (s *site) loginCallback(w http.ResponseWriter, r *http.Request) error {
	if s.door.provider == nil {
		return status(http.StatusNotFound)
	}
	session, ctx, query := s.door.session(r), r.Context(), r.URL.Query()
	state, nonce := session.PopString(ctx, keyState), session.PopString(ctx, keyNonce)
	verifier, to := session.PopString(ctx, keyVerifier), session.PopString(ctx, keyTo)
	if state == "" || query.Get("state") != state {
		return failure{http.StatusBadRequest, "web.login-expired"}
	}
	if code := query.Get("error"); code != "" {
		s.Logger.Warn("login refused by the identity provider", "error", code)
		return failure{http.StatusForbidden, "web.login-refused"}
	}
	who, err := s.door.provider.welcomed(ctx, query.Get("code"), nonce, verifier)
	if err != nil {
		s.Logger.Warn("log in", "error", err)
		return failure{http.StatusForbidden, "web.login-refused"}
	}
	if who.Role == Nobody {
		return failure{http.StatusForbidden, "web.login-no-role"}
	}
	if err := s.door.welcome(r, who); err != nil {
		return err
	}
	http.Redirect(w, r, local(to), http.StatusSeeOther)
	return nil
}

// welcomed turns the provider's code into who came back.
func (p *provider) welcomed(ctx context.Context, code, nonce, verifier string) (reader, error) {
	found, config, err := p.reach(ctx)
	if err != nil {
		return reader{}, err
	}
	ctx = oidc.ClientContext(ctx, p.client())
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		// The error holds the provider's whole answer; its code is enough.
		var refused *oauth2.RetrieveError
		if errors.As(err, &refused) {
			return reader{}, fmt.Errorf("exchange the code: %s", refused.ErrorCode)
		}
		return reader{}, fmt.Errorf("exchange the code: %w", err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := found.Verifier(&oidc.Config{ClientID: p.ClientID, Now: p.now}).Verify(ctx, raw)
	if err != nil {
		return reader{}, fmt.Errorf("verify the identity token: %w", err)
	}
	if id.Nonce != nonce {
		return reader{}, errors.New("verify the identity token: it answers another login")
	}
	claims := map[string]any{}
	if err := id.Claims(&claims); err != nil {
		return reader{}, fmt.Errorf("read the identity token: %w", err)
	}
	if _, missing := lookUp(claims, p.RoleClaim); missing || claims["name"] == nil {
		p.addUserInfo(ctx, found, token, id.Subject, claims)
	}
	return reader{Name: nameIn(claims), Role: p.roleIn(claims), by: p.Issuer}, nil
}

// addUserInfo adds the claims that many providers keep out of the token. Without
// them the reader has what the token alone gives.
func (p *provider) addUserInfo(ctx context.Context, found *oidc.Provider, token *oauth2.Token, subject string, claims map[string]any) {
	info, err := found.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil || info.Subject != subject {
		return
	}
	more := map[string]any{}
	if info.Claims(&more) != nil {
		return
	}
	for name, value := range more {
		if _, ok := claims[name]; !ok {
			claims[name] = value
		}
	}
}

func nameIn(claims map[string]any) string {
	for _, claim := range []string{"name", "preferred_username", "sub"} {
		if name, ok := claims[claim].(string); ok && name != "" {
			return name
		}
	}
	return ""
}

// roleIn returns the highest role that the claims give.
func (p *provider) roleIn(claims map[string]any) Role {
	best := p.Default
	value, missing := lookUp(claims, p.RoleClaim)
	if missing {
		return best
	}
	values, ok := value.([]any)
	if !ok {
		values = []any{value}
	}
	for _, one := range values {
		if name, ok := one.(string); ok && p.Roles[name].Includes(best) {
			best = p.Roles[name]
		}
	}
	return best
}

// lookUp follows the dots of a claim's name; a claim whose own name has dots, as
// those that are addresses, is found first.
func lookUp(claims map[string]any, path string) (value any, missing bool) {
	if value, ok := claims[path]; ok {
		return value, false
	}
	first, rest, nested := strings.Cut(path, ".")
	inner, ok := claims[first].(map[string]any)
	if !nested || !ok {
		return nil, true
	}
	return lookUp(inner, rest)
}

// local returns a path of this service, "/" for anything else: a login must not
// lead to another site.
func local(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(u.Path, "/") ||
		strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return "/"
	}
	return u.RequestURI()
}
