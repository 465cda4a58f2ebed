package github_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/forge/forgetest"
	"github.com/perenne-audit/perenne/internal/forge/github"
	"github.com/perenne-audit/perenne/internal/guard"
)

// A large organisation, two tokens, and little left of their quota: the
// list is put off instead of asked for in vain, goes on where it was, costs nothing
// while nothing changes, and little memory.
func TestManyListed(t *testing.T) {
	count, hourly := *count, *count/125
	var at atomic.Int64
	at.Store(time.Date(2026, 10, 2, 9, 0, 0, 0, time.UTC).Unix())
	now := func() time.Time { return time.Unix(at.Load(), 0).UTC() }
	server := forgetest.New(t, forge.GitHub)
	server.Hold(forgetest.Holding("o", count)...)
	quota := &forgetest.Quota{Hourly: hourly, Minutely: 900, Now: now}
	server.Limit(quota)
	desk := forge.NewDesk(forge.Config{
		Open: map[forge.Kind]forge.Open{forge.GitHub: github.Open}, Hosts: []forge.Setting{{Host: server.Host(), Kind: forge.GitHub}},
		Tokens: func(string) []string { return []string{"example-1", "example-2"} }, Variable: func(string) string { return "" },
		Refresh: 7 * 24 * time.Hour, Timeout: time.Minute, Cache: forge.NewCache(t.TempDir(), 64<<20),
		Guard: guard.New([]string{server.Host()}), Now: now,
	})
	list := func() (*audit.Listing, time.Duration) {
		begun := now()
		for {
			l, why, err := desk.Discover(t.Context(), audit.Search{In: server.URL + "/o"}, nil)
			var wait interface{ RetryAfter() time.Duration }
			switch {
			case err == nil:
				return l, now().Sub(begun)
			case !errors.As(err, &wait):
				t.Fatalf("%v %v", why, err)
			}
			at.Add(int64(wait.RetryAfter()/time.Second) + 30)
		}
	}
	first, took := list()
	server.Requests()
	spent := quota.Spent["example-1"] + quota.Spent["example-2"]
	t.Logf("first list: %d spent, %s by the clock", spent, took)
	if len(first.Listed) != count || quota.Refused > 0 {
		t.Errorf("%d listed, %d requests refused", len(first.Listed), quota.Refused)
	}
	// Each token lists a hundred pages, and one that might follow the last.
	if pages := count / 100; spent < 2*pages || spent > 2*pages+10 || took > 4*time.Hour {
		t.Errorf("%d spent in %s", spent, took)
	}
	at.Add(int64(24 * 60 * 60))
	before := heap()
	for range 3 {
		if l, _ := list(); len(l.Listed) != count {
			t.Errorf("%d listed", len(l.Listed))
		}
		server.Requests()
	}
	after := quota.Spent["example-1"] + quota.Spent["example-2"]
	grown := int64(heap()) - int64(before)
	t.Logf("three more: %d spent, heap %d kB and %d kB more", after-spent, before>>10, grown>>10)
	// An empty page that follows a full one has a mark as well.
	if after != spent || quota.Refused > 0 {
		t.Errorf("unchanged lists spent %d; %d refused", after-spent, quota.Refused)
	}
	if grown > 2<<20 {
		t.Errorf("memory grew by %d bytes", grown)
	}
}
