package forge

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

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/guard"
)

// Setting is what the configuration says about one host.
type Setting struct {
	// Host is as repositories' addresses write it.
	Host string `mapstructure:"host"`
	// Kind may be empty: the host is asked.
	Kind Kind `mapstructure:"kind"`
	// URL is the top of the forge where that is not https:// and the host.
	URL string `mapstructure:"url"`
}

// Config says whom to ask, and how.
type Config struct {
	// Open makes clients, by kind; a kind without one is not asked.
	Open map[Kind]Open
	// Hosts are those that are configured; others are recognised.
	Hosts []Setting
	// Tokens returns the tokens of a host, and Variable the name of what holds them.
	Tokens   func(host string) []string
	Variable func(host string) string
	// App returns the GitHub App for a host, nil for none. May be nil.
	App func(host string) (*App, error)
	// Always asks hosts for which there is no token, too: GitHub answers sixty
	// requests an hour then.
	Always bool
	// Refresh is how long facts count that a forge does not say have changed, and
	// Timeout how long a forge may take for one repository.
	Refresh, Timeout time.Duration
	// Cache keeps answers; nil for none.
	Cache *Cache
	Guard *guard.Guard
	Watch Watch
	Now   func() time.Time
}

// Desk asks forges. It is safe to share.
type Desk struct {
	c     Config
	plain http.RoundTripper

	mu    sync.Mutex
	hosts map[string]*opened
}

// opened is a host that was met, once it is known.
type opened struct {
	once   sync.Mutex
	host   *Host
	client Client
	// at is when the host was found to be no forge.
	at time.Time
}

// NewDesk returns a desk. Nothing is asked yet.
func NewDesk(c Config) *Desk {
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Desk{c: c, plain: c.Guard.Transport(nil), hosts: map[string]*opened{}}
}

// errUntold are the reasons to ask nobody.
var (
	errNoForge = errors.New("no forge that perenne knows")
	errNoToken = errors.New("no token")
)

// Ask returns what the forge of a repository's address knows, or the reason why
// that is not known, for people. When the forge cannot answer now, what it said
// before is returned, with its date, as long as that is no older than Refresh.
//
// The error is not nil, besides the reason, when asking later may help without
// anybody doing anything: it wraps [audit.ErrRateLimited] and has a method
// RetryAfter, or it is the context's. A nil desk asks nobody.
func (d *Desk) Ask(ctx context.Context, address string) (*audit.Forge, audit.Reason, error) {
	r, ok := ParseRepo(address)
	switch {
	case d == nil:
		return nil, audit.Because("forge-not-asked"), nil
	case !ok:
		return nil, audit.Because("forge-none"), nil
	}
	outer := ctx
	ctx, cancel := context.WithTimeout(ctx, d.c.Timeout)
	defer cancel()
	last := d.c.Cache.load(r, d.c.Now())
	answer, err := d.facts(ctx, r, last)
	switch {
	case err == nil:
		d.c.Cache.save(r, answer)
		return &answer.Facts, audit.Reason{}, nil
	case outer.Err() != nil:
		return nil, audit.Reason{}, outer.Err()
	case last != nil && passing(err) && d.c.Now().Sub(last.Facts.AskedAt) < d.c.Refresh:
		return &last.Facts, audit.Reason{}, nil
	case errors.Is(err, audit.ErrRateLimited):
		return nil, d.reason(r, err), err
	}
	return nil, d.reason(r, err), nil
}

// passing reports whether a failure says nothing about the repository.
func passing(err error) bool {
	return errors.Is(err, audit.ErrRateLimited) || errors.Is(err, audit.ErrUnreachable) || errors.Is(err, audit.ErrDamaged)
}

func (d *Desk) facts(ctx context.Context, r Repo, last *Answer) (*Answer, error) {
	client, _, err := d.Client(ctx, r)
	if err != nil {
		return nil, err
	}
	facts, ok := client.(Facts)
	if !ok {
		return nil, errNoForge
	}
	return facts.Facts(ctx, r, last)
}

// reason says for people why nothing is known.
func (d *Desk) reason(r Repo, err error) audit.Reason {
	variable := d.c.Variable(r.Host)
	for _, one := range []struct {
		meaning error
		reason  audit.Reason
	}{
		{errNoToken, audit.Because("forge-no-token", "host", r.Host, "variable", variable)},
		{errNoForge, audit.Because("forge-unrecognised", "host", r.Host)},
		{guard.ErrPrivate, audit.Because("forge-private", "host", r.Host)},
		{audit.ErrRateLimited, audit.Because("forge-limited", "host", r.Host)},
		{audit.ErrForbidden, audit.Because("forge-forbidden", "host", r.Host, "variable", variable)},
		{audit.ErrNotFound, audit.Because("forge-not-found", "host", r.Host, "variable", variable)},
		{audit.ErrUnsupported, audit.Because("forge-app", "host", r.Host)},
		{audit.ErrUnreachable, audit.Because("forge-unreachable", "host", r.Host)},
	} {
		if errors.Is(err, one.meaning) {
			return one.reason
		}
	}
	return audit.Because("forge-damaged", "host", r.Host)
}

// plainFor is how long a host that was found to be no forge is not asked again.
const plainFor = time.Hour

// Client returns the client of the host that the repository lies on. The error
// wraps one of audit's meanings where asking failed.
func (d *Desk) Client(ctx context.Context, r Repo) (Client, *Host, error) {
	return d.open(ctx, r, d.c.Always)
}

// open is Client, also for a host without a token when anybody may ask.
func (d *Desk) open(ctx context.Context, r Repo, anybody bool) (Client, *Host, error) {
	tokens := d.c.Tokens(r.Host)
	app, err := d.app(r.Host)
	if err != nil {
		return nil, nil, err
	}
	if len(tokens) == 0 && app == nil && !anybody {
		return nil, nil, errNoToken
	}
	o := d.opened(r)
	o.once.Lock()
	defer o.once.Unlock()
	switch {
	case o.client != nil:
		return o.client, o.host, nil
	case !o.at.IsZero() && d.c.Now().Sub(o.at) < plainFor:
		return nil, nil, errNoForge
	}
	top, kind, err := d.kind(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	open := d.c.Open[kind]
	if open == nil {
		o.at = d.c.Now()
		return nil, nil, errNoForge
	}
	if o.host, err = d.host(r.Host, kind, top, tokens, app); err != nil {
		return nil, nil, err
	}
	if o.client, err = open(o.host); err != nil {
		return nil, nil, fmt.Errorf("open %s: %w", r.Host, err)
	}
	return o.client, o.host, nil
}

func (d *Desk) app(host string) (*App, error) {
	if d.c.App == nil {
		return nil, nil
	}
	return d.c.App(host)
}

// maxHosts bounds how many hosts are held; discovery may meet any number.
const maxHosts = 1000

func (d *Desk) opened(r Repo) *opened {
	key := r.Host
	if r.Insecure {
		key = "http://" + key
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	o := d.hosts[key]
	if o == nil {
		if len(d.hosts) >= maxHosts {
			clear(d.hosts)
		}
		o = &opened{}
		d.hosts[key] = o
	}
	return o
}

// kind finds out where the forge's top is and what it is.
func (d *Desk) kind(ctx context.Context, r Repo) (*url.URL, Kind, error) {
	top := &url.URL{Scheme: "https", Host: r.Host, Path: "/"}
	if r.Insecure {
		top.Scheme = "http"
	}
	kind := wellKnown[r.Host]
	for _, s := range d.c.Hosts {
		if !strings.EqualFold(s.Host, r.Host) {
			continue
		}
		if s.Kind != "" {
			kind = s.Kind
		}
		if u, err := url.Parse(s.URL); s.URL != "" && err == nil {
			top = u.JoinPath("/")
		}
	}
	if kind != "" {
		return top, kind, nil
	}
	if len(d.c.Tokens(r.Host)) > 0 {
		// Who set a token for a host named it.
		ctx = guard.Naming(ctx, top.Host)
	}
	client := &http.Client{Transport: d.plain, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	kind, err := recognise(ctx, client, top)
	return top, kind, err
}

// host makes the way to a forge.
func (d *Desk) host(name string, kind Kind, top *url.URL, tokens []string, app *App) (*Host, error) {
	l := &line{host: name, kind: kind, top: top, next: d.plain, watch: d.c.Watch, now: d.c.Now}
	all := secrets(tokens)
	if app != nil && kind == GitHub {
		s, err := app.secret(APIOf(top), d.plain)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	if len(all) == 0 {
		all = []Secret{{Name: "anybody"}}
	}
	var names []string
	for _, s := range all {
		l.accounts = append(l.accounts, newAccount(s))
		names = append(names, s.Name)
	}
	// Who set a token for a host, or wrote of it in the configuration, named it.
	l.named = all[0].Token != nil || slices.ContainsFunc(d.c.Hosts, func(s Setting) bool { return strings.EqualFold(s.Host, name) })
	return &Host{
		Name: name, Kind: kind, URL: top, Refresh: d.c.Refresh, Now: d.c.Now, Named: all[0].Token != nil, Accounts: names,
		HTTP: &http.Client{Transport: l, CheckRedirect: few},
	}, nil
}

// APIOf is the top of GitHub's API below the top of the forge.
func APIOf(top *url.URL) string {
	if top.Host == "github.com" {
		return "https://api.github.com/"
	}
	return top.JoinPath("api/v3/").String()
}

// maxRedirects is enough for a repository that was renamed twice.
const maxRedirects = 3

// few stops redirects that go in circles; each counts as a request.
func few(_ *http.Request, before []*http.Request) error {
	if len(before) > maxRedirects {
		return fmt.Errorf("more than %d redirects: %w", maxRedirects, audit.ErrDamaged)
	}
	return nil
}
