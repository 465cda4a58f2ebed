package web

import (
	"context"
	"net/http"
	"time"
)

// How many webhooks one address may send at a time, and how soon one more. A forge
// sends those of all its repositories from a few addresses.
const deliveriesSent, deliverySentEvery = 600, 100 * time.Millisecond

// withHooks hands what forges send to who checks its signature, past what is for
// people and their browsers: sessions, tokens, the protection against forms of
// other sites. It is one path and one handler; everything else goes on to next.
func (s *site) withHooks(next http.Handler) http.Handler {
	if s.Hooks == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != s.HooksPath {
			next.ServeHTTP(w, r)
			return
		}
		from := s.door.from(r)
		if s.deliveries.allow(from) != nil {
			w.Header().Set("Retry-After", "1")
			http.Error(w, "too many webhooks from one address", http.StatusTooManyRequests)
			return
		}
		s.deliveries.spend(from, "")
		ctx, cancel := context.WithTimeout(r.Context(), s.Timeout)
		defer cancel()
		s.Hooks.ServeHTTP(w, r.WithContext(ctx))
	})
}
