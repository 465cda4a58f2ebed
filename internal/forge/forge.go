// Package forge asks the places where repositories are hosted what git alone
// cannot say: who owns a repository, whether it is archived, released, protected,
// what its last checks said.
//
// A [Desk] is what the rest of the program holds. It finds out what kind of forge
// a host is, keeps one [Host] for each, with its tokens, its budgets and what was
// answered last, and turns every failure into a reason: a forge that does not
// answer leaves a question open and never fails an audit.
//
// The packages github, gitlab and forgejo hold one client each. A client is made
// from a Host by a function of the type [Open]; it sends every request through
// Host.HTTP, which adds the token, keeps within the budgets, honours what the
// forge says of its limits, refuses private addresses and counts. It never waits:
// a request that may not be sent now ends in an error that wraps
// [audit.ErrRateLimited] and says, by its method RetryAfter, how long not to ask.
// A client therefore does no retries, no sleeping and no counting of its own.
//
// A request that reads is sent again with another token when one is limited or, the
// first time a repository is asked about, may not see it: tokens of several owners
// may serve one host. A request that writes is sent again only when it was refused
// for a limit. Begin what concerns a repository with [About], and take the host of
// an address that a forge tells for found, not named: see acquire.Options.Found. A
// list is read for paths only: the address of a repository that was found is made of
// its path and of the host that somebody wrote into the portfolio, so no forge can
// send perenne anywhere else.
//
// There is one small interface for each thing that is asked of a forge: [Facts]
// here, [Discovery] beside it; issues declare theirs. A client implements those
// it can, and [Desk.Client] hands the client out for a caller to ask which.
package forge

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Kind is the software that a host runs.
type Kind string

// The kinds. GitHub stands for GitHub Enterprise too, Forgejo for Gitea, and
// Plain for git with no forge that perenne knows.
const (
	GitHub  Kind = "github"
	GitLab  Kind = "gitlab"
	Forgejo Kind = "forgejo"
	Plain   Kind = "git"
)

// Kinds lists every kind.
var Kinds = []Kind{GitHub, GitLab, Forgejo, Plain}

// Repo is a reference to a repository on a forge.
type Repo struct {
	// Host is in lower case, with a port when it is not the protocol's own:
	// "forge.example:8443". The port of ssh is left out, being of no use to an API.
	Host string
	// Path is "owner/name", without ".git"; on GitLab the owner may be a group
	// within groups, "group/subgroup/name".
	Path string
	// Insecure is true for an address that begins with http://.
	Insecure bool
}

// Owner is all of the path but its last part.
func (r Repo) Owner() string { return path.Dir(r.Path) }

// Name is the last part of the path.
func (r Repo) Name() string { return path.Base(r.Path) }

// String writes "host/owner/name".
func (r Repo) String() string { return r.Host + "/" + r.Path }

// ParseRepo finds the reference in an http, https, ssh or git address, or in git's
// short form of an ssh address. It reports false for a folder and for anything
// else that does not name an owner and a repository.
func ParseRepo(address string) (Repo, bool) {
	if !strings.Contains(address, "://") {
		// "git@host:owner/name.git"
		user, rest, found := strings.Cut(address, "@")
		host, name, scp := strings.Cut(rest, ":")
		if !found || !scp || strings.ContainsAny(user+host, "/\\") {
			return Repo{}, false
		}
		address = "ssh://" + host + "/" + name
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return Repo{}, false
	}
	r := Repo{Host: strings.ToLower(u.Host), Path: strings.TrimSuffix(strings.Trim(path.Clean("/"+u.Path), "/"), ".git")}
	switch u.Scheme {
	case "http":
		r.Insecure = true
		r.Host = strings.TrimSuffix(r.Host, ":80")
	case "https":
		r.Host = strings.TrimSuffix(r.Host, ":443")
	case "ssh", "git":
		r.Host = strings.ToLower(u.Hostname())
	default:
		return Repo{}, false
	}
	if owner, name, found := strings.Cut(r.Path, "/"); !found || owner == "" || name == "" || strings.ContainsFunc(r.Path, unfit) {
		return Repo{}, false
	}
	return r, true
}

// unfit are the characters that no forge allows in a path, and that could change
// the meaning of a request.
func unfit(c rune) bool { return c < ' ' || strings.ContainsRune(`?#%&\ "<>`, c) }

// Answer is what a forge said about a repository, with what it takes to ask
// whether that still holds.
type Answer struct {
	Facts audit.Forge
	// ETag and LastModified are those of the answer that tells whether anything
	// changed; either may be "".
	ETag, LastModified string
	// Account names the token that the ETag belongs to; it is no secret.
	Account string
}

// Facts is implemented by a client that can say what a forge knows of one
// repository.
type Facts interface {
	// Facts asks with at most three requests. Last is what was answered before, nil
	// at first: when the forge says that nothing changed, and last is younger than
	// [Host.Refresh], the answer is last itself, for a request that spends no quota
	// where the forge has conditional requests. What the forge keeps to itself is
	// withheld in the facts. The error wraps one of audit's meanings: ErrNotFound,
	// ErrForbidden, ErrRateLimited, ErrUnreachable, ErrDamaged.
	Facts(ctx context.Context, r Repo, last *Answer) (*Answer, error)
}

// Client is what an [Open] returns: a [Facts], and whatever else it implements.
type Client any

// Open makes the client of a host. It asks nothing yet.
type Open func(h *Host) (Client, error)

// limited is a refusal that will be lifted.
type limited struct {
	host  string
	after time.Duration
}

// Error implements error.
func (l limited) Error() string {
	return fmt.Sprintf("%s asks to wait %s: %s", l.host, l.after.Round(time.Second), audit.ErrRateLimited)
}

// RetryAfter is how long to wait before asking again.
func (l limited) RetryAfter() time.Duration { return l.after }

// Unwrap makes the meaning found.
func (l limited) Unwrap() error { return audit.ErrRateLimited }

// Limited returns an error that wraps [audit.ErrRateLimited] and has a method
// RetryAfter.
func Limited(host string, after time.Duration) error {
	return limited{host, min(max(after, time.Second), longestWait)}
}

// longestWait bounds what a server may ask for: it could say a hundred years.
const longestWait = 24 * time.Hour

// Meaning gives a failure of a client's library one of audit's meanings, by the
// status of the answer, 0 for none. Errors that have one keep it, and are cut
// down to it: a library's own text may quote an answer of any length.
func Meaning(ctx context.Context, status int, err error) error {
	for _, known := range []error{audit.ErrRateLimited, audit.ErrTooLarge, audit.ErrForbidden, audit.ErrNotFound, audit.ErrDamaged, audit.ErrUnreachable} {
		if errors.Is(err, known) {
			return err
		}
	}
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	case ctx.Err() != nil:
		return fmt.Errorf("time is up: %w", audit.ErrUnreachable)
	case status == 401, status == 403, status == 451:
		return fmt.Errorf("the forge answers %d: %w", status, audit.ErrForbidden)
	case status == 404, status == 410:
		return fmt.Errorf("the forge answers %d: %w", status, audit.ErrNotFound)
	case status == 429:
		return Limited("the forge", time.Minute)
	case status >= 500:
		return fmt.Errorf("the forge answers %d: %w", status, audit.ErrUnreachable)
	case status >= 200 && status < 300:
		return fmt.Errorf("the forge's answer cannot be read: %w", audit.ErrDamaged)
	case status != 0:
		return fmt.Errorf("the forge answers %d: %w", status, audit.ErrDamaged)
	}
	return fmt.Errorf("ask the forge: %w: %w", audit.ErrUnreachable, err)
}
