package forge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
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

// maxAnswer bounds what one answer may weigh.
const maxAnswer = 16 << 20

// RoundTrip implements [http.RoundTripper].
func (l *line) RoundTrip(req *http.Request) (*http.Response, error) {
	q, _ := req.Context().Value(questionKey{}).(*question)
	if q == nil {
		q = &question{}
	}
	if req.URL.Scheme != l.top.Scheme || !strings.EqualFold(req.URL.Host, apiHost(l.top.Host)) && !strings.EqualFold(req.URL.Host, l.top.Host) {
		// A token is for its forge: it is not shown where a redirect leads.
		return nil, fmt.Errorf("%s sends to another host: %w", l.host, audit.ErrForbidden)
	}
	resource, wait := resourceOf(req), longestWait
	for _, a := range l.inTurn(q) {
		if must := a.take(resource, l.now()); must > 0 {
			wait = min(wait, must)
			continue
		}
		resp, quiet, err := l.send(req, a, resource, q)
		if err != nil || quiet == 0 {
			return resp, err
		}
		wait = min(wait, quiet)
		if req.Body != nil && req.GetBody == nil {
			break
		}
	}
	return nil, Limited(l.host, wait)
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

// secondary is how long to be quiet after a refusal that does not say.
const secondary = time.Minute

// maxRefusal bounds how much of a refusal is read for its reason.
const maxRefusal = 64 << 10

// refused tells a limit from other refusals: how long it lasts, 0 for none, and
// whether it is about all that the account asks and not one resource. GitHub
// answers 403 to both limits and to what is forbidden; the header Retry-After, the
// counter and at last the words tell them apart.
func refused(resp *http.Response, now time.Time) (quiet time.Duration, all bool) {
	wait, said := retryAfter(resp.Header, now)
	_, left, reset, counted := windowOf(resp.Header, now)
	spent := counted && left == 0
	switch resp.StatusCode {
	case http.StatusTooManyRequests:
	case http.StatusServiceUnavailable:
		if !said {
			return 0, false
		}
	case http.StatusForbidden:
		if !said && !spent && !speaksOfLimit(resp) {
			return 0, false
		}
	default:
		return 0, false
	}
	switch {
	case said:
		return max(wait, time.Second), true
	case spent:
		return max(reset.Sub(now), time.Second), false
	}
	return secondary, true
}

// speaksOfLimit reads the beginning of a refusal and leaves it to be read again.
func speaksOfLimit(resp *http.Response) bool {
	start, _ := io.ReadAll(io.LimitReader(resp.Body, maxRefusal))
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(start), resp.Body), resp.Body}
	text := strings.ToLower(string(start))
	return strings.Contains(text, "rate limit") || strings.Contains(text, "abuse detection")
}

// bounded refuses an answer that never ends.
type bounded struct {
	io.ReadCloser
	left int64
}

// Read implements [io.Reader].
func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("an answer of more than %d bytes: %w", maxAnswer, audit.ErrTooLarge)
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// apiHost is where GitHub keeps its API; other forges have it below their own
// address.
func apiHost(host string) string {
	if host == "github.com" {
		return "api.github.com"
	}
	return host
}
