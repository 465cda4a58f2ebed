package web

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/perenne-audit/perenne/internal/store"
)

// Access says who may do what. Reading is open unless Restricted; asking for an
// audit needs an editor, the queue's own pages an administrator.
type Access struct {
	// Restricted asks readers for a role too. Probes and the pages to log in stay
	// open.
	Restricted bool
	// Tokens are for programs, as "Authorization: Bearer …", and for people who
	// log in with one.
	Tokens []Token
	// OIDC is nil without an identity provider.
	OIDC *OIDC
	// TrustForwarded believes a proxy's X-Forwarded-Proto and the last address of
	// its X-Forwarded-For; set it only when every request comes through one.
	TrustForwarded bool
	// Sessions keeps who is logged in for every process; nil keeps it in this one.
	Sessions store.Sessions
}

// Check reports everything that is wrong with the settings.
func (a Access) Check() error {
	_, err := newDoor(a, time.Now)
	return err
}

// Token is a secret that stands for a role. Only its hash is configured.
type Token struct {
	// Name says whose it is; it may appear in logs.
	Name string
	// SHA256 is the hash of the secret, in hexadecimal.
	SHA256 string
	Role   Role
}

// Role is what somebody may do; each includes the one before.
type Role string

// The roles: none, reading all with names, asking for audits, the queue.
const (
	Nobody Role = ""
	Viewer Role = "viewer"
	Editor Role = "editor"
	Admin  Role = "admin"
)

// Roles lists the roles that can be given, least first.
var Roles = []Role{Viewer, Editor, Admin}

// ParseRole accepts a name of [Roles]; the error names them.
func ParseRole(name string) (Role, error) {
	for _, r := range Roles {
		if string(r) == name {
			return r, nil
		}
	}
	return Nobody, fmt.Errorf("role %q: choose viewer, editor or admin", name)
}

func (r Role) rank() int {
	for i, one := range Roles {
		if one == r {
			return i + 1
		}
	}
	return 0
}

// Includes reports whether the role may do all that the other may.
func (r Role) Includes(other Role) bool { return r.rank() >= other.rank() }

// need is what a route asks of its reader.
type need int

const (
	open need = iota
	toRead
	toEdit
	toAdminister
)

func (a Access) role(n need) Role {
	switch {
	case n == toEdit:
		return Editor
	case n == toAdminister:
		return Admin
	case n == toRead && a.Restricted:
		return Viewer
	}
	return Nobody
}

// reader is whoever asks.
type reader struct {
	Name string
	Role Role
	// by is what the role comes from: a token's hash, or the identity provider.
	by string
}

// Known reports whether names of people may be shown.
func (r reader) Known() bool { return r.Role.Includes(Viewer) }

type readerKey struct{}

func readerOf(ctx context.Context) reader {
	r, _ := ctx.Value(readerKey{}).(reader)
	return r
}

// door knows everybody who may come in.
type door struct {
	Access
	tokens   []hashed
	provider *provider
	// Two managers on one store: the cookie is marked as secure where the request
	// came over TLS, which plain http on a loopback address does not.
	secure, insecure *scs.SessionManager
	// What each address tries in vain: tokens, and logins begun.
	guesses, begun *attempts
}

type hashed struct {
	Token
	sum []byte
}

func newDoor(a Access, now func() time.Time) (*door, error) {
	d := &door{Access: a, guesses: newAttempts(wrongTokens, wrongTokenEvery, now), begun: newAttempts(loginsBegun, loginBegunEvery, now)}
	var faults []error
	for _, t := range a.Tokens {
		sum, err := hex.DecodeString(strings.TrimSpace(t.SHA256))
		if err != nil || len(sum) != sha256.Size {
			faults = append(faults, fmt.Errorf("access token %q: sha256 must be 64 hexadecimal digits: printf %%s SECRET | sha256sum", t.Name))
		}
		if t.Role.rank() == 0 {
			_, err := ParseRole(string(t.Role))
			faults = append(faults, fmt.Errorf("access token %q: %w", t.Name, err))
		}
		d.tokens = append(d.tokens, hashed{t, sum})
	}
	if a.OIDC != nil {
		d.provider = &provider{OIDC: *a.OIDC, now: now}
		faults = append(faults, a.OIDC.faults()...)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	d.insecure = scs.New()
	d.insecure.Lifetime, d.insecure.IdleTimeout = sessionLifetime, sessionIdle
	d.insecure.HashTokenInStore = true
	d.insecure.Codec = sessionCodec{}
	if a.Sessions != nil {
		d.insecure.Store = sessions{a.Sessions}
	}
	d.insecure.Cookie = scs.SessionCookie{
		Name: "perenne", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Persist: true,
	}
	secure := *d.insecure
	// The prefix makes browsers refuse one that a neighbouring host has set.
	secure.Cookie.Name, secure.Cookie.Secure = "__Host-perenne", true
	d.secure = &secure
	return d, nil
}

// encrypted reports whether the reader's own connection is.
func (d *door) encrypted(r *http.Request) bool {
	return r.TLS != nil || d.TrustForwarded && strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

func (d *door) session(r *http.Request) *scs.SessionManager {
	if d.encrypted(r) {
		return d.secure
	}
	return d.insecure
}

// errToken is the answer to a token that nobody has.
var errToken = errors.New("unknown token")

// byToken finds whose secret it is, unless its sender has tried too many wrong
// ones. Every token is compared, each in constant time.
func (d *door) byToken(r *http.Request, secret string) (reader, error) {
	from := d.from(r)
	if err := d.guesses.allow(from); err != nil {
		return reader{}, err
	}
	sum := sha256.Sum256([]byte(secret))
	who := d.bySum(sum[:])
	if who.Role == Nobody {
		d.guesses.spend(from, secret)
		return who, errToken
	}
	return who, nil
}

func (d *door) bySum(sum []byte) reader {
	var found reader
	for _, t := range d.tokens {
		if subtle.ConstantTimeCompare(sum, t.sum) == 1 {
			found = reader{Name: t.Name, Role: t.Role, by: hex.EncodeToString(t.sum)}
		}
	}
	return found
}

// Keys of what a session holds.
const (
	keyName = "name"
	keyRole = "role"
	// keyBy is the hash of the token, or the issuer, that the role comes from.
	keyBy = "by"
)

// identify says who asks: by a bearer token, or by a session.
func (d *door) identify(r *http.Request) (reader, error) {
	if kind, secret, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(kind, "bearer") {
		return d.byToken(r, strings.TrimSpace(secret))
	}
	session := d.session(r)
	role, err := ParseRole(session.GetString(r.Context(), keyRole))
	if err != nil {
		return reader{}, nil
	}
	by := session.GetString(r.Context(), keyBy)
	if d.provider != nil && by == d.provider.Issuer {
		return reader{Name: session.GetString(r.Context(), keyName), Role: role, by: by}, nil
	}
	// A token that was taken out of the settings takes its sessions with it.
	sum, err := hex.DecodeString(by)
	if err != nil {
		return reader{}, nil
	}
	return d.bySum(sum), nil
}

// welcome starts a session. The token changes, so that one planted before the
// login is worth nothing.
func (d *door) welcome(r *http.Request, who reader) error {
	session := d.session(r)
	if err := session.RenewToken(r.Context()); err != nil {
		return fmt.Errorf("start a session: %w", err)
	}
	session.SetDeadline(r.Context(), time.Now().Add(sessionLifetime).UTC())
	session.Put(r.Context(), keyName, who.Name)
	session.Put(r.Context(), keyRole, string(who.Role))
	session.Put(r.Context(), keyBy, who.by)
	return nil
}

// CanLogIn reports whether there is any way in.
func (d *door) CanLogIn() bool { return d.provider != nil || len(d.tokens) > 0 }

// allow serves readers with the role that is needed. Others are sent to log in
// when they are people, and told so when they are programs.
func (s *site) allow(n need, next http.Handler) http.Handler {
	want := s.Access.role(n)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who := readerOf(r.Context())
		switch {
		case who.Role.Includes(want):
			next.ServeHTTP(w, r)
		case who.Role != Nobody:
			s.fail(w, r, status(http.StatusForbidden))
		case r.Method == http.MethodGet && s.door.CanLogIn() && !forPrograms(r):
			w.Header().Set("Cache-Control", "no-store")
			http.Redirect(w, r, "/login?to="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		default:
			w.Header().Set("WWW-Authenticate", `Bearer realm="perenne"`)
			s.fail(w, r, status(http.StatusUnauthorized))
		}
	})
}

// forPrograms reports whether a path is read by programs, which take no page for
// an answer.
func forPrograms(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/api/") || r.URL.Path == "/openapi.json" || r.URL.Path == "/metrics"
}
