package forge

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/guard"
)

// line is the way to one forge: it picks a token that may still ask, keeps within
// what the forge allows, and counts. It never waits.
type line struct {
	host     string
	kind     Kind
	top      *url.URL
	accounts []*account
	// named is true for a host that the administrator or the user wrote down: it may
	// lie on a private address.
	named bool
	next  http.RoundTripper
	watch Watch
	now   func() time.Time
}

// Watch is told what is asked of forges; either function may be nil. Both may be
// called concurrently.
type Watch struct {
	// Asked is told of each request, by host and status, 0 for no answer.
	Asked func(host string, status int)
	// Left is told how many requests all tokens of a host together may still send.
	Left func(host string, requests int)
}

// question goes with the context of requests about one repository: which account
// is preferred, and which one asked last.
type question struct {
	repo    Repo
	account string
	// seen is true once a token was found that may read the repository.
	seen bool
	// alone is true when no other account may ask instead.
	alone bool
}

type questionKey struct{}

// About returns a context for the requests that concern one repository: they are
// sent with the same token as long as it may ask, because a forge's ETags belong
// to a token. Last is [Answer.Account], or "". The function that is returned names
// the account that asked last.
func About(ctx context.Context, r Repo, last string) (_ context.Context, account func() string) {
	q := &question{repo: r, account: last}
	return context.WithValue(ctx, questionKey{}, q), func() string { return q.account }
}

// as returns a context for requests that one account sends and no other: what is
// listed depends on who asks.
func as(ctx context.Context, account string) context.Context {
	return context.WithValue(ctx, questionKey{}, &question{account: account, seen: true, alone: true})
}

// Asked names the account that asked last with a context that the desk made, "" for
// any other.
func Asked(ctx context.Context) string {
	if q, _ := ctx.Value(questionKey{}).(*question); q != nil {
		return q.account
	}
	return ""
}

// maxAnswer bounds what one answer may weigh.
const maxAnswer = 16 << 20

// RoundTrip implements [http.RoundTripper].
func (l *line) RoundTrip(req *http.Request) (*http.Response, error) {
	q, _ := req.Context().Value(questionKey{}).(*question)
	if q == nil {
		q = &question{}
	}
	if !l.own(req.URL) {
		// A token is for its forge: it is not shown where a redirect leads.
		return nil, fmt.Errorf("%s sends to another host: %w", l.host, audit.ErrForbidden)
	}
	resource, wait := resourceOf(req), time.Duration(0)
	var denied *http.Response
	accounts := l.inTurn(q)
	if req.Body != nil && req.GetBody == nil {
		// What cannot be read twice is sent once.
		accounts = accounts[:1]
	}
	for _, a := range accounts {
		quiet := a.take(resource, l.now())
		if quiet == 0 {
			var resp *http.Response
			var err error
			if resp, quiet, err = l.send(req, a, resource, q); err != nil {
				drop(denied)
				return nil, err
			}
			if quiet == 0 {
				drop(denied)
				if !l.denies(req, resp, q) {
					return resp, nil
				}
				denied = resp
				continue
			}
		}
		if wait == 0 || quiet < wait {
			wait = quiet
		}
	}
	if denied != nil && wait == 0 {
		return denied, nil
	}
	// One that has to wait may be allowed what the others were not.
	drop(denied)
	return nil, Limited(l.host, wait)
}

// own reports whether an address is the forge's.
func (l *line) own(u *url.URL) bool {
	return u.Scheme == l.top.Scheme && (strings.EqualFold(u.Host, apiHost(l.top.Host)) || strings.EqualFold(u.Host, l.top.Host))
}

// drop closes an answer that nobody reads; nil is none.
func drop(resp *http.Response) {
	if resp != nil {
		_ = resp.Body.Close()
	}
}

// denies reports whether another token may be shown what this one is not: tokens
// of several owners may serve one host. That is asked until one is found that may
// read the repository, by requests that change nothing.
func (l *line) denies(req *http.Request, resp *http.Response, q *question) bool {
	if q.seen || len(l.accounts) == 1 || req.Method != http.MethodGet {
		return false
	}
	switch resp.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
		return true
	}
	q.seen = true
	return false
}

// inTurn returns the accounts in the order in which they are tried: the one that
// asked about the repository before, then those that follow from its name, so
// that many repositories are shared out among all.
func (l *line) inTurn(q *question) []*account {
	h := fnv.New32a()
	_, _ = h.Write([]byte(q.repo.String()))
	first := int(h.Sum32() % uint32(len(l.accounts)))
	for i, a := range l.accounts {
		if q.account == a.secret.Name || strings.HasPrefix(q.account, a.secret.Name+"/") {
			first = i
		}
	}
	if q.alone {
		return l.accounts[first : first+1]
	}
	return append(append([]*account{}, l.accounts[first:]...), l.accounts[:first]...)
}

// send asks with one account. Quiet is not 0 when the forge refuses because of a
// limit; there is no answer then.
func (l *line) send(req *http.Request, a *account, resource string, q *question) (_ *http.Response, quiet time.Duration, err error) {
	defer func() { a.give(resource); l.tell(resource) }()
	sent, name, err := l.prepare(req, a, q)
	if err != nil {
		return nil, 0, err
	}
	resp, err := l.next.RoundTrip(sent)
	l.count(resp)
	if err != nil {
		return nil, 0, l.unreachable(req.Context(), err)
	}
	q.account = name
	a.learn(resource, resp.Header, l.now())
	if quiet, all := refused(resp, l.now()); quiet > 0 {
		if all {
			a.close(l.now().Add(quiet))
		}
		_ = resp.Body.Close()
		return nil, quiet, nil
	}
	for _, name := range counters {
		resp.Header.Del(name)
	}
	resp.Body = &bounded{resp.Body, maxAnswer}
	return resp, 0, nil
}

func (l *line) count(resp *http.Response) {
	if l.watch.Asked == nil {
		return
	}
	status := 0
	if resp != nil {
		status = resp.StatusCode
	}
	l.watch.Asked(l.host, status)
}

// counters are kept from the clients' libraries: go-github would take the end of
// one token's budget for the end of all, and refuse to ask.
var counters = []string{"X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset", "X-Ratelimit-Used"}

// prepare returns the request with the account's token.
func (l *line) prepare(req *http.Request, a *account, q *question) (_ *http.Request, name string, err error) {
	ctx := req.Context()
	if l.named {
		ctx = guard.Naming(ctx, req.URL.Host)
	}
	sent := req.Clone(ctx)
	if req.GetBody != nil {
		if sent.Body, err = req.GetBody(); err != nil {
			return nil, "", err
		}
	}
	name = a.secret.Name
	if a.secret.Token != nil {
		token, err := a.secret.Token(req.Context())
		if err != nil {
			return nil, "", err
		}
		sent.Header.Set("Authorization", scheme[l.kind]+token)
		if a.secret.Renewed {
			name += "/" + fingerprint(token)
		}
	}
	if q.account != name {
		// The mark was made for another token. The date still says what it says.
		sent.Header.Del("If-None-Match")
	}
	return sent, name, nil
}

// unreachable gives a failure to connect its meaning; what the library says may
// hold the address, and never the token, which is in a header.
func (l *line) unreachable(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, audit.ErrForbidden), errors.Is(err, audit.ErrRateLimited):
		return err
	case errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	}
	return fmt.Errorf("ask %s: %w: %w", l.host, audit.ErrUnreachable, err)
}

// tell passes on how much may still be asked.
func (l *line) tell(resource string) {
	if l.watch.Left == nil || resource != core {
		return
	}
	sum, known := 0, false
	for _, a := range l.accounts {
		if left, said := a.left(resource, l.now()); said {
			sum, known = sum+left, true
		}
	}
	if known {
		l.watch.Left(l.host, sum)
	}
}

// scheme is what each kind wants before a token.
var scheme = map[Kind]string{GitHub: "Bearer ", GitLab: "Bearer ", Forgejo: "token "}

// The resources that GitHub counts apart.
const (
	core    = "core"
	graphql = "graphql"
	search  = "search"
)

func resourceOf(req *http.Request) string {
	switch {
	case strings.HasSuffix(req.URL.Path, "/graphql"):
		return graphql
	case strings.Contains(req.URL.Path, "/search/"):
		return search
	}
	return core
}

// apiHost is where GitHub keeps its API; other forges have it below their own
// address.
func apiHost(host string) string {
	if host == "github.com" {
		return "api.github.com"
	}
	return host
}
