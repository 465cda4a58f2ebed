package web

import (
	"crypto/sha256"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
)

// How many wrong tokens one address may send, and how soon it may send one more;
// and how many logins it may begin, which many people behind one address do.
const (
	wrongTokens, wrongTokenEvery = 20, 15 * time.Second
	loginsBegun, loginBegunEvery = 60, time.Second
	// attemptsKept bounds the addresses that are remembered; past it, those that are
	// not share one account.
	attemptsKept = 10_000
	// repeated is how many of an address's wrong tokens are known again.
	repeated = 8
)

// attempts counts what each address tries in vain. It counts for this process.
type attempts struct {
	most  float64
	every time.Duration
	now   func() time.Time
	mu    sync.Mutex
	by    map[netip.Prefix]*account
}

// account is what one address has left, and the last tokens it sent that were
// wrong: a program that sends the same old one again and again guesses nothing.
type account struct {
	left  float64
	at    time.Time
	wrong [][sha256.Size]byte
}

func newAttempts(most int, every time.Duration, now func() time.Time) *attempts {
	return &attempts{most: float64(most), every: every, now: now, by: map[netip.Prefix]*account{}}
}

// tooMany is the answer to an address that has tried too often.
type tooMany struct{ wait time.Duration }

func (t tooMany) Error() string { return fmt.Sprintf("too many attempts: wait %s", t.wait) }

// allow returns a [tooMany] for an address that has nothing left.
func (a *attempts) allow(from netip.Prefix) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if one := a.of(from); one.left < 1 {
		return tooMany{time.Duration((1 - one.left) * float64(a.every))}
	}
	return nil
}

// spend takes one attempt from an address, unless the very same was taken lately.
func (a *attempts) spend(from netip.Prefix, secret string) {
	sum := sha256.Sum256([]byte(secret))
	a.mu.Lock()
	defer a.mu.Unlock()
	one := a.of(from)
	if secret != "" && slices.Contains(one.wrong, sum) {
		return
	}
	one.left = max(one.left-1, 0)
	if one.wrong = append(one.wrong, sum); len(one.wrong) > repeated {
		one.wrong = slices.Delete(one.wrong, 0, 1)
	}
}

// of returns the account of an address with what it has now.
func (a *attempts) of(from netip.Prefix) *account {
	now := a.now()
	one := a.by[from]
	if one == nil {
		if len(a.by) >= attemptsKept {
			a.forget(now)
		}
		if len(a.by) >= attemptsKept {
			from = netip.Prefix{}
		}
		if one = a.by[from]; one == nil {
			one = &account{left: a.most, at: now}
			a.by[from] = one
		}
	}
	one.refill(a, now)
	return one
}

func (one *account) refill(a *attempts, now time.Time) {
	one.left = min(a.most, one.left+max(0, float64(now.Sub(one.at))/float64(a.every)))
	one.at = now
}

// forget drops the addresses that have everything left.
func (a *attempts) forget(now time.Time) {
	for from, one := range a.by {
		if one.refill(a, now); one.left >= a.most {
			delete(a.by, from)
		}
	}
}

// from returns where a request comes from: of IPv6 the network, of which one
// person has all addresses. Behind a proxy that is trusted, it is what the proxy
// says, which is the last of the addresses.
func (d *door) from(r *http.Request) netip.Prefix {
	address := r.RemoteAddr
	if host, _, err := net.SplitHostPort(address); err == nil {
		address = host
	}
	if lists := r.Header.Values("X-Forwarded-For"); d.TrustForwarded && len(lists) > 0 {
		list := lists[len(lists)-1]
		address = strings.TrimSpace(list[strings.LastIndexByte(list, ',')+1:])
	}
	ip, err := netip.ParseAddr(strings.Trim(address, "[]"))
	if err != nil {
		return netip.Prefix{}
	}
	ip = ip.Unmap().WithZone("")
	bits := 64
	if ip.Is4() {
		bits = 32
	}
	// The length fits the address, so there is no error.
	network, _ := ip.Prefix(bits)
	return network
}
