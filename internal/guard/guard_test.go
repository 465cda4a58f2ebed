package guard_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/guard"
)

func TestPrivate(t *testing.T) {
	for address, private := range map[string]bool{
		"127.0.0.1": true, "127.8.8.8": true, "::1": true, "0.0.0.0": true, "::": true, "0.1.2.3": true,
		"10.0.0.1": true, "172.16.0.1": true, "172.31.255.255": true, "192.168.1.1": true, "fc00::1": true, "fd12::1": true,
		"169.254.169.254": true, "fe80::1": true, "fe80::1%eth0": true, "fec0::1": true,
		"100.64.0.1": true, "100.127.255.255": true, "192.0.0.8": true, "192.0.2.1": true, "198.18.0.1": true, "198.51.100.1": true,
		"203.0.113.1": true, "224.0.0.1": true, "ff02::1": true, "240.0.0.1": true, "255.255.255.255": true,
		"::ffff:127.0.0.1": true, "::ffff:10.0.0.1": true, "::127.0.0.1": true, "64:ff9b::7f00:1": true, "64:ff9b:1::a00:1": true,
		"2002:7f00:1::": true, "2001::1": true, "2001:db8::1": true, "100::1": true,
		"1.1.1.1": false, "100.63.255.255": false, "100.128.0.1": false, "172.32.0.1": false, "192.169.0.1": false, "169.253.0.1": false,
		"140.82.121.4": false, "::ffff:140.82.121.4": false, "2606:50c0:8000::153": false, "2a01:e0a::1": false, "223.255.255.1": false,
	} {
		if got := guard.Private(netip.MustParseAddr(address)); got != private {
			t.Errorf("%s: private is %v", address, got)
		}
	}
	if !guard.Private(netip.Addr{}) {
		t.Error("no address is let through")
	}
}

// site serves a page on loopback, and redirects from /to to where the query says.
func site(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/to" {
			http.Redirect(w, r, r.URL.Query().Get("u"), http.StatusFound)
			return
		}
		_, _ = w.Write([]byte("inside"))
	}))
	t.Cleanup(s.Close)
	return s
}

func get(t *testing.T, g *guard.Guard, ctx context.Context, address string) error {
	t.Helper()
	return fetch(g.Transport(nil), ctx, address)
}

func fetch(transport http.RoundTripper, ctx context.Context, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func TestLoopbackIsRefusedUnlessAllowedOrNamed(t *testing.T) {
	server := site(t)
	host := strings.TrimPrefix(server.URL, "http://")
	_, port, _ := net.SplitHostPort(host)
	for name, tc := range map[string]struct {
		allow []string
		named string
		open  bool
	}{
		"nobody":         {},
		"allowed":        {allow: []string{"127.0.0.1"}, open: true},
		"with its port":  {allow: []string{host}, open: true},
		"another port":   {allow: []string{"127.0.0.1:1"}},
		"named":          {named: host, open: true},
		"named, no port": {named: "127.0.0.1"},
		"another named":  {named: "localhost:" + port},
	} {
		ctx := t.Context()
		if tc.named != "" {
			ctx = guard.Naming(ctx, tc.named)
		}
		err := get(t, guard.New(tc.allow), ctx, server.URL)
		if tc.open && err != nil || !tc.open && !errors.Is(err, guard.ErrPrivate) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !errors.Is(guard.ErrPrivate, audit.ErrForbidden) {
		t.Error("the refusal has no meaning")
	}
}

// A name is looked at by what it resolves to.
func TestNamesAreResolvedFirst(t *testing.T) {
	server := site(t)
	u, _ := url.Parse(server.URL)
	u.Host = "localhost:" + u.Port()
	if err := get(t, nil, t.Context(), u.String()); !errors.Is(err, guard.ErrPrivate) {
		t.Errorf("localhost: %v", err)
	}
	if err := (*guard.Guard)(nil).Check(t.Context(), "localhost", "22"); !errors.Is(err, guard.ErrPrivate) {
		t.Errorf("check: %v", err)
	}
	if err := (*guard.Guard)(nil).Check(guard.Naming(t.Context(), "localhost"), "localhost", "22"); err != nil {
		t.Errorf("check of what was named: %v", err)
	}
}

// The host that was named sends elsewhere: nobody named that.
func TestRedirectsAreLookedAt(t *testing.T) {
	named, inside := site(t), site(t)
	ctx := guard.Naming(t.Context(), strings.TrimPrefix(named.URL, "http://"))
	for _, to := range []string{
		inside.URL, "http://169.254.169.254/latest/meta-data/", "http://[::1]:1/", "http://[::ffff:127.0.0.1]:1/", "http://0.0.0.0:1/",
		"http://2130706433:1/", "http://127.1:1/", "http://10.0.0.1:1/",
	} {
		err := get(t, nil, ctx, named.URL+"/to?u="+url.QueryEscape(to))
		if err == nil {
			t.Errorf("%s was asked", to)
		}
	}
	if err := get(t, nil, ctx, named.URL+"/to?u="+url.QueryEscape(named.URL+"/page")); err != nil {
		t.Errorf("to itself: %v", err)
	}
}

// A connection that was made to a host somebody named serves nobody else.
func TestOpenConnectionsAreNotShared(t *testing.T) {
	inside, other := site(t), site(t)
	transport := guard.New([]string{strings.TrimPrefix(other.URL, "http://")}).Transport(nil)
	if err := fetch(transport, guard.Naming(t.Context(), strings.TrimPrefix(inside.URL, "http://")), inside.URL); err != nil {
		t.Fatal(err)
	}
	if err := fetch(transport, t.Context(), other.URL+"/to?u="+url.QueryEscape(inside.URL)); !errors.Is(err, guard.ErrPrivate) {
		t.Errorf("the open connection was used: %v", err)
	}
}
