// Package guard keeps outgoing connections away from addresses that are not the
// internet's. A repository's address comes from people, and a server may send a
// client anywhere: without a guard, either could make perenne ask the machine's
// own services, the network behind it, or a cloud's store of secrets.
//
// An address is looked at after its name was resolved, when the connection is
// made: a name that resolves to something else the second time gains nothing. A
// host is let through that the configuration allows, and one that somebody named
// as the place to go, see [Naming]: on the command line, in the portfolio, or by
// setting a token for it. The host of a redirect was named by nobody.
package guard

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// ErrPrivate: the address is not the internet's, and nobody allowed it. It wraps
// [audit.ErrForbidden].
var ErrPrivate = fmt.Errorf("private address; name its host in network.allow if that is meant: %w", audit.ErrForbidden)

// shut are the networks that nothing is asked of, besides those that net/netip
// knows by name: this host, shared by carriers, protocol assignments, examples,
// benchmarks, reserved; then the ways in which an IPv4 address is written as one
// of IPv6, behind which anything may lie.
var shut = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("::/96"),
	netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("fec0::/10"),
}

// Private reports whether an address is not the internet's: loopback, private,
// link-local, multicast, shared by a carrier, or an IPv6 form of an IPv4 address.
func Private(a netip.Addr) bool {
	a = a.WithZone("").Unmap()
	if !a.IsValid() || a.IsUnspecified() || a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast() || a.IsMulticast() {
		return true
	}
	for _, network := range shut {
		if network.Contains(a) {
			return true
		}
	}
	return false
}

// Guard decides which hosts may be connected to. The zero value, and nil, allow
// those of the internet only. It is safe to share.
type Guard struct {
	// allowed are hosts, "forge.example" for any port or "forge.example:8443".
	allowed map[string]bool
}

// New returns a guard that lets these hosts through wherever they lie: a name or
// an address, with a port when only that is meant.
func New(allow []string) *Guard {
	g := &Guard{allowed: map[string]bool{}}
	for _, host := range allow {
		g.allowed[strings.ToLower(strings.TrimSpace(host))] = true
	}
	// Who sets a proxy wants it used. It resolves names itself: behind one, the
	// rules of the proxy count.
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		if u, err := url.Parse(os.Getenv(name)); err == nil && u.Host != "" {
			g.allowed[strings.ToLower(u.Host)] = true
		}
	}
	return g
}

type namedKey struct{}

// Naming returns a context in which a host counts as named by whoever may: the
// user on the command line, the administrator in the portfolio. Host is as an
// address writes it, and the port counts: "127.0.0.1:8080".
func Naming(ctx context.Context, host string) context.Context {
	return context.WithValue(ctx, namedKey{}, strings.ToLower(host))
}

// lets reports whether connections to the host are not looked at.
func (g *Guard) lets(ctx context.Context, host, port string) bool {
	host = strings.ToLower(strings.Trim(host, "[]"))
	named, _ := ctx.Value(namedKey{}).(string)
	for _, form := range []string{host, net.JoinHostPort(host, port)} {
		if g != nil && g.allowed[form] {
			return true
		}
	}
	return named != "" && (named == net.JoinHostPort(host, port) || usual(port) && strings.Trim(named, "[]") == host)
}

// usual are the ports that an address need not write.
func usual(port string) bool { return port == "80" || port == "443" || port == "22" || port == "9418" }

// dialTimeout is how long a host may take to accept a connection.
const dialTimeout = 15 * time.Second

// DialContext connects like [net.Dialer], unless the host is not let through and
// its address is private.
func (g *Guard) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: dialTimeout}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("connect to %q: %w", address, err)
	}
	if !g.lets(ctx, host, port) {
		d.Control = control
	}
	return d.DialContext(ctx, network, address)
}

// control looks at the address that is about to be connected to.
func control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || Private(to.Addr()) {
		return fmt.Errorf("connect to %s: %w", address, ErrPrivate)
	}
	return nil
}

// Transport returns a transport whose connections the guard looks at. Those to
// hosts that are let through are kept apart, so that no redirect finds one open.
// Configure, when not nil, is called with each of the two.
func (g *Guard) Transport(configure func(*http.Transport)) http.RoundTripper {
	t := &transport{guard: g}
	for _, one := range []**http.Transport{&t.strict, &t.open} {
		*one = &http.Transport{
			Proxy: http.ProxyFromEnvironment, DialContext: g.DialContext, TLSHandshakeTimeout: dialTimeout,
			ResponseHeaderTimeout: time.Minute, MaxIdleConnsPerHost: 8, IdleConnTimeout: 30 * time.Second, ForceAttemptHTTP2: true,
		}
		if configure != nil {
			configure(*one)
		}
	}
	return t
}

type transport struct {
	guard        *Guard
	strict, open *http.Transport
}

// RoundTrip implements [http.RoundTripper].
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	port := req.URL.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[req.URL.Scheme]
	}
	if t.guard.lets(req.Context(), req.URL.Hostname(), port) {
		return t.open.RoundTrip(req)
	}
	return t.strict.RoundTrip(req)
}

// Check resolves a host that cannot be dialled through the guard, and returns an
// error that wraps [ErrPrivate] when one of its addresses is private and it is not
// let through. What is resolved later may differ: use it only before a protocol
// whose library connects by itself.
func (g *Guard) Check(ctx context.Context, host, port string) error {
	if g.lets(ctx, host, port) {
		return nil
	}
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", strings.Trim(host, "[]"))
	if err != nil {
		return fmt.Errorf("resolve %s: %w: %w", host, audit.ErrUnreachable, err)
	}
	var faults []error
	for _, a := range found {
		if Private(a) {
			faults = append(faults, fmt.Errorf("connect to %s (%s): %w", host, a, ErrPrivate))
		}
	}
	return errors.Join(faults...)
}
