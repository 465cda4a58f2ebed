package forge

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// budget is what one account may still ask of one resource of a forge in the
// current window, as the forge counts it.
type budget struct {
	// left is the least that the forge said in this window: answers arrive out of
	// order, and it never grows. What is under way is not in it.
	left, limit int
	reset       time.Time
}

// jitter is by how much a forge's own machines disagree on when a window ends.
const jitter = 5 * time.Second

// learn takes what an answer says.
func (b *budget) learn(limit, left int, reset time.Time) {
	switch {
	case reset.After(b.reset.Add(jitter)):
		*b = budget{left: left, limit: limit, reset: reset}
	case left < b.left:
		b.left = left
	}
}

// reserve is what is left alone for other processes, which spend from the same
// window, and for what they have under way.
func (b *budget) reserve() int { return b.limit/100 + 1 }

// account is one token of a host, or no token, with its budgets.
type account struct {
	secret Secret

	mu sync.Mutex
	// shut is until when nothing may be asked at all: a secondary limit.
	shut     time.Time
	budgets  map[string]*budget
	underWay map[string]int
	// minute and asked count requests in the running minute.
	minute time.Time
	asked  int
}

func newAccount(s Secret) *account {
	return &account{secret: s, budgets: map[string]*budget{}, underWay: map[string]int{}}
}

// pace is how many requests are sent in a minute with one token. GitHub counts
// 900 points a minute, one for each request that reads, before it calls it abuse.
const pace = 800

// atOnce is how many requests are under way with one token; GitHub bears 100.
const atOnce = 50

// take reserves one request to a resource, and returns 0, or how long not to ask.
// Each take that returns 0 is followed by one give.
func (a *account) take(resource string, now time.Time) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	if now.Before(a.shut) {
		return a.shut.Sub(now)
	}
	if b := a.budgets[resource]; b != nil && now.Before(b.reset) && b.left-a.underWay[resource] <= b.reserve() {
		return b.reset.Sub(now) + time.Second
	}
	if now.Sub(a.minute) >= time.Minute || now.Before(a.minute) {
		a.minute, a.asked = now, 0
	}
	if a.asked >= pace {
		return a.minute.Add(time.Minute).Sub(now)
	}
	if a.underWay[resource] >= atOnce {
		return time.Second
	}
	a.asked++
	a.underWay[resource]++
	return 0
}

// give ends a request. What its answer said has been learnt by then.
func (a *account) give(resource string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.underWay[resource]--
}

// learn takes what the head of an answer says.
func (a *account) learn(resource string, h http.Header, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if limit, left, reset, said := windowOf(h, now); said {
		b := a.budgets[resource]
		if b == nil {
			b = &budget{}
			a.budgets[resource] = b
		}
		b.learn(limit, left, reset)
	}
}

// close keeps the account from asking anything for a while.
func (a *account) close(until time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if until.After(a.shut) {
		a.shut = until
	}
}

// left returns how many requests may still be sent, false when nobody said.
func (a *account) left(resource string, now time.Time) (int, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	b := a.budgets[resource]
	switch {
	case b == nil:
		return 0, false
	case now.After(b.reset):
		return b.limit, true
	}
	return max(b.left-a.underWay[resource], 0), true
}

// windowOf reads what an answer says of its window: GitHub's and Gitea's
// X-RateLimit-…, GitLab's RateLimit-….
func windowOf(h http.Header, now time.Time) (limit, left int, reset time.Time, said bool) {
	for _, prefix := range []string{"X-Ratelimit-", "Ratelimit-"} {
		left, err := strconv.Atoi(h.Get(prefix + "Remaining"))
		end, err2 := strconv.ParseInt(h.Get(prefix+"Reset"), 10, 64)
		if err != nil || err2 != nil || left < 0 || end < 0 {
			continue
		}
		limit, _ := strconv.Atoi(h.Get(prefix + "Limit"))
		reset := time.Unix(end, 0)
		if end < 1e9 {
			// Some proxies write the seconds that remain.
			reset = now.Add(time.Duration(end) * time.Second)
		}
		if reset.After(now.Add(longestWait)) {
			reset = now.Add(longestWait)
		}
		return max(limit, left), left, reset, true
	}
	return 0, 0, time.Time{}, false
}

// retryAfter reads the header of that name: seconds or a date.
func retryAfter(h http.Header, now time.Time) (wait time.Duration, said bool) {
	header := h.Get("Retry-After")
	if seconds, err := strconv.ParseUint(header, 10, 32); err == nil {
		return min(time.Duration(seconds)*time.Second, longestWait), true
	}
	if at, err := http.ParseTime(header); err == nil {
		return min(max(at.Sub(now), 0), longestWait), true
	}
	return 0, false
}
