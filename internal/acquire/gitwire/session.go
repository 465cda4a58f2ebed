package gitwire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/transport"
	gitclient "github.com/go-git/go-git/v5/plumbing/transport/git"
	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"
	gitssh "github.com/go-git/go-git/v5/plumbing/transport/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/guard"
)

// NewTransport returns how http and https are spoken: with no host that the guard
// keeps out. It fails fast on one that does not answer. What a slow body may take
// is bounded by the caller's context.
func NewTransport(g *guard.Guard) http.RoundTripper {
	return g.Transport(func(t *http.Transport) {
		// A pack is compressed already.
		t.DisableCompression = true
		// go-git knows nothing of the second version of http, and gains nothing by it.
		t.ForceAttemptHTTP2 = false
	})
}

// guarded serves requests that name no transport.
var guarded = sync.OnceValue(func() http.RoundTripper { return NewTransport(nil) })

// faithful shows what the endpoint was given to no other host: go-git asks where
// a redirect led as if that had been the address all along.
type faithful struct {
	host string
	next http.RoundTripper
}

// RoundTrip implements [http.RoundTripper].
func (f faithful) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Header.Get("Authorization") != "" && !strings.EqualFold(req.URL.Hostname(), f.host) {
		req = req.Clone(req.Context())
		req.Header.Del("Authorization")
	}
	return f.next.RoundTrip(req)
}

// client returns go-git's client for the endpoint. Its file client is left out on
// purpose: it runs a git program, which would obey the audited repository's own
// configuration.
func client(e *transport.Endpoint, speak http.RoundTripper) (transport.Transport, error) {
	switch e.Protocol {
	case "http", "https":
		if speak == nil {
			speak = guarded()
		}
		return githttp.NewClient(&http.Client{Transport: faithful{e.Host, speak}}), nil
	case "ssh":
		return gitssh.DefaultClient, nil
	case "git":
		return gitclient.DefaultClient, nil
	}
	return nil, fmt.Errorf("protocol %q: %w", e.Protocol, audit.ErrUnsupported)
}

func stateless(e *transport.Endpoint) bool { return e.Protocol == "http" || e.Protocol == "https" }

// open connects and reads what the server advertises.
func open(ctx context.Context, r Request) (transport.UploadPackSession, *packp.AdvRefs, error) {
	c, err := client(r.Endpoint, r.Transport)
	if err != nil {
		return nil, nil, err
	}
	// Neither the dial of ssh and git:// nor their first read knows the context.
	type opened struct {
		session transport.UploadPackSession
		adv     *packp.AdvRefs
		err     error
	}
	done := make(chan opened, 1)
	// A redirect is written into the endpoint, perhaps after time is up.
	endpoint := *r.Endpoint
	go func() {
		defer func() {
			// What a server advertises is foreign, and decoded by a library.
			if cause := recover(); cause != nil {
				done <- opened{err: fmt.Errorf("%v: %w", cause, audit.ErrDamaged)}
			}
		}()
		session, err := c.NewUploadPackSession(&endpoint, r.Auth)
		if err != nil {
			done <- opened{err: err}
			return
		}
		adv, err := session.AdvertisedReferencesContext(ctx)
		if err != nil {
			_ = session.Close()
			session = nil
		}
		done <- opened{session, adv, err}
	}()
	select {
	case o := <-done:
		return o.session, o.adv, meaning(ctx, o.err)
	case <-ctx.Done():
		return nil, nil, meaning(ctx, ctx.Err())
	}
}

// head finds the commit to audit and its branch: the one that was asked for, else
// the one that HEAD names.
func head(adv *packp.AdvRefs, wanted string) (plumbing.Hash, string, error) {
	refs, err := adv.AllReferences()
	if err != nil {
		return plumbing.ZeroHash, "", fmt.Errorf("read the references: %w", audit.ErrDamaged)
	}
	if wanted != "" {
		ref, err := refs.Reference(plumbing.NewBranchReferenceName(wanted))
		if err != nil || ref.Type() != plumbing.HashReference {
			return plumbing.ZeroHash, "", fmt.Errorf("no branch %q: %w", wanted, audit.ErrNotFound)
		}
		return ref.Hash(), wanted, nil
	}
	if adv.Head == nil {
		return plumbing.ZeroHash, "", fmt.Errorf("HEAD names a branch that does not exist; choose the default branch on the forge: %w", audit.ErrNotFound)
	}
	branch := ""
	if ref, err := refs.Reference(plumbing.HEAD); err == nil && ref.Type() == plumbing.SymbolicReference {
		branch = ref.Target().Short()
	}
	return *adv.Head, branch, nil
}

// meaning gives an error of go-git, or of what lies below it, one of audit's
// meanings. It returns nil for nil.
func meaning(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	for _, known := range []error{guard.ErrPrivate, audit.ErrTooLarge, audit.ErrRateLimited, audit.ErrUnsupported, audit.ErrNotFound, audit.ErrDamaged} {
		if errors.Is(err, known) {
			return err
		}
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("time is up: %w", audit.ErrUnreachable)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if known := ofStatus(err); known != nil {
		return known
	}
	var network net.Error
	var hostKey *knownhosts.KeyError
	switch {
	case errors.As(err, &hostKey):
		return fmt.Errorf("the host's key is not the one in known_hosts; connect once with ssh to see and accept it: %w", audit.ErrForbidden)
	case errors.Is(err, transport.ErrAuthenticationRequired), errors.Is(err, transport.ErrAuthorizationFailed),
		errors.Is(err, transport.ErrInvalidAuthMethod), strings.Contains(err.Error(), "unable to authenticate"):
		return fmt.Errorf("%w: %w", audit.ErrForbidden, err)
	case errors.Is(err, transport.ErrRepositoryNotFound):
		return audit.ErrNotFound
	case errors.Is(err, transport.ErrEmptyRemoteRepository):
		return audit.ErrEmpty
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the connection closed midway: %w", audit.ErrUnreachable)
	case errors.As(err, &network):
		return fmt.Errorf("%w: %w", audit.ErrUnreachable, err)
	}
	return fmt.Errorf("%w: %w", audit.ErrDamaged, err)
}
