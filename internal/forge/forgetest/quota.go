package forgetest

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Quota is what GitHub allows each token: so many requests an hour for each
// resource, and so many in a minute for all. What is answered with 304 is free.
type Quota struct {
	Hourly, Minutely int
	Now              func() time.Time

	mu      sync.Mutex
	windows map[string]*window
	// Refused counts requests past a limit: each is one that need not have been
	// sent. Spent counts those that were let through, by token.
	Refused int
	Spent   map[string]int
}

type window struct {
	ends time.Time
	used int
}

// in returns the window of a name that is running, and begins one.
func (q *Quota) in(name string, lasts time.Duration) *window {
	if q.windows == nil {
		q.windows, q.Spent = map[string]*window{}, map[string]int{}
	}
	w, now := q.windows[name], q.Now()
	if w == nil || !now.Before(w.ends) {
		w = &window{ends: now.Add(lasts)}
		q.windows[name] = w
	}
	return w
}

// serve lets a request through, unless the token has none left.
func (q *Quota) serve(w http.ResponseWriter, r *http.Request, token string, next http.Handler) {
	answer := httptest.NewRecorder()
	next.ServeHTTP(answer, r)
	resource := "core"
	if strings.HasSuffix(r.URL.Path, "/graphql") {
		resource = "graphql"
	} else if strings.Contains(r.URL.Path, "/search/") {
		resource = "search"
	}
	q.mu.Lock()
	hour, minute := q.in(token+" "+resource, time.Hour), q.in(token+" minute", time.Minute)
	refused := hour.used >= q.Hourly || minute.used >= q.Minutely
	switch {
	case refused:
		q.Refused++
	case answer.Code != http.StatusNotModified:
		hour.used++
		q.Spent[token]++
		fallthrough
	default:
		minute.used++
	}
	h := w.Header()
	for name, values := range answer.Header() {
		h[name] = values
	}
	h.Set("X-RateLimit-Limit", strconv.Itoa(q.Hourly))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(q.Hourly-hour.used))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(hour.ends.Unix(), 10))
	h.Set("X-RateLimit-Resource", resource)
	q.mu.Unlock()
	if refused {
		write(w, http.StatusForbidden, map[string]string{"message": "API rate limit exceeded"})
		return
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}
