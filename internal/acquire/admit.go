package acquire

import (
	"context"
	"net/http"
	"strconv"

	"github.com/perenne-audit/perenne/internal/acquire/gitwire"
	"github.com/perenne-audit/perenne/internal/guard"
)

// NewTransport returns a transport for [Options] whose connections the guard looks
// at. One serves all audits.
func NewTransport(g *guard.Guard) http.RoundTripper { return gitwire.NewTransport(g) }

// admit names the host of the target to the guard, or looks at its address when
// nobody wrote it down.
func (o Options) admit(ctx context.Context, place Place) (context.Context, error) {
	if !o.Found {
		return guard.Naming(ctx, place.authority()), nil
	}
	if p := place.Endpoint.Protocol; p == "http" || p == "https" {
		// The transport looks itself, at the very address that it connects to.
		return ctx, nil
	}
	// The libraries for ssh and git:// connect by themselves.
	return ctx, (*guard.Guard)(nil).Check(ctx, place.Endpoint.Host, strconv.Itoa(place.Endpoint.Port))
}

// authority is the host of an address, with the port where the address has one.
func (p Place) authority() string {
	if p.Endpoint == nil {
		return ""
	}
	if p.Endpoint.Port == 0 {
		return p.Endpoint.Host
	}
	return p.Endpoint.Host + ":" + strconv.Itoa(p.Endpoint.Port)
}

// AuthorityOf returns the host of an address as the address writes it, with its
// port; "" for a folder or anything else.
func AuthorityOf(target string) string {
	place, err := ParseTarget(target)
	if err != nil {
		return ""
	}
	return place.authority()
}

// AddressOf returns the address of a target without credentials, "" for a folder
// or anything else: "github:owner/name" is https://github.com/owner/name.
func AddressOf(target string) string {
	place, err := ParseTarget(target)
	if err != nil {
		return ""
	}
	return place.URL
}
