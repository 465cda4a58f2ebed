package forgetest

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// limit is one way to say that too much was asked.
type limit struct {
	status int
	header func(now time.Time) map[string]string
	body   string
	after  time.Duration
}

// play answers with the limit.
func (l limit) play(now func() time.Time) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool {
		if l.header != nil {
			for name, value := range l.header(now()) {
				w.Header().Set(name, value)
			}
		}
		w.WriteHeader(l.status)
		_, _ = w.Write([]byte(l.body))
		return true
	}
}

// limits are those that forges play.
var limits = map[string]limit{
	"primary": {403, func(now time.Time) map[string]string {
		return map[string]string{"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": unix(now.Add(20 * time.Minute))}
	}, `{"message":"API rate limit exceeded for user"}`, 20 * time.Minute},
	"secondary": {403, func(time.Time) map[string]string { return map[string]string{"Retry-After": "90"} },
		`{"message":"You have exceeded a secondary rate limit."}`, 90 * time.Second},
	"secondary, unsaid": {403, nil, `{"message":"You have exceeded a secondary rate limit."}`, time.Minute},
	"secondary, counter full": {403, func(now time.Time) map[string]string {
		return map[string]string{"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "4900", "X-RateLimit-Reset": unix(now.Add(time.Hour))}
	}, `{"message":"You have triggered an abuse detection mechanism."}`, time.Minute},
	"429": {429, func(time.Time) map[string]string { return map[string]string{"Retry-After": "30"} }, "Retry later\n", 30 * time.Second},
	"429 of GitLab": {429, func(now time.Time) map[string]string {
		return map[string]string{"RateLimit-Limit": "2000", "RateLimit-Remaining": "0", "RateLimit-Reset": unix(now.Add(40 * time.Second))}
	}, "Retry later\n", 40 * time.Second},
	"503":             {503, func(time.Time) map[string]string { return map[string]string{"Retry-After": "10"} }, "", 10 * time.Second},
	"a hundred years": {429, func(time.Time) map[string]string { return map[string]string{"Retry-After": "3153600000"} }, "", 24 * time.Hour},
	"a date": {429, func(now time.Time) map[string]string {
		return map[string]string{"Retry-After": now.Add(time.Minute).Format(http.TimeFormat)}
	}, "", time.Minute},
}

func (s Suite) limits(t *testing.T) {
	for name, one := range limits {
		t.Run(name, func(t *testing.T) {
			server, c := New(t, s.Kind), newClock()
			d := s.desk(t, server, c, token)
			server.Fail(one.play(c.Now))
			begun := time.Now()
			for range 3 {
				f, why, err := d.Ask(t.Context(), server.Address())
				var wait interface{ RetryAfter() time.Duration }
				if f != nil || why.Key != "forge-limited" || !errors.Is(err, audit.ErrRateLimited) || !errors.As(err, &wait) {
					t.Fatalf("%v %v", why, err)
				}
				if got := wait.RetryAfter(); got < one.after || got > one.after+5*time.Second {
					t.Errorf("to wait %s, want %s", got, one.after)
				}
			}
			if time.Since(begun) > time.Second {
				t.Errorf("waited %s", time.Since(begun))
			}
			if got := server.Requests(); len(got) != 1 {
				t.Errorf("asked again before the time: %v", got)
			}
			server.Fail(nil)
			c.forward(one.after + 2*time.Second)
			s.ask(t, d, server.Address())
		})
	}
}

// broken are answers that cannot be read, and the reason that is given.
var broken = map[string]struct {
	fault func(w http.ResponseWriter, r *http.Request) bool
	key   string
}{
	"truncated": {func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"id": 4217, "full_name": "dinum/gui`))
		return true
	}, "forge-damaged"},
	"not JSON": {func(w http.ResponseWriter, _ *http.Request) bool {
		_, _ = w.Write([]byte("<html>Maintenance</html>"))
		return true
	}, "forge-damaged"},
	"empty": {func(http.ResponseWriter, *http.Request) bool { return true }, "forge-damaged"},
	"an empty object": {func(w http.ResponseWriter, _ *http.Request) bool {
		_, _ = w.Write([]byte("{}"))
		return true
	}, "forge-damaged"},
	"wrong mark": {func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(http.StatusNotModified)
		return true
	}, "forge-damaged"},
	"slow": {func(w http.ResponseWriter, r *http.Request) bool {
		_, _ = w.Write([]byte(`{"id":`))
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		return true
	}, "forge-unreachable"},
	"endless": {func(w http.ResponseWriter, r *http.Request) bool {
		_, _ = w.Write([]byte(`{"description":"`))
		for chunk := []byte(strings.Repeat("a", 1<<20)); r.Context().Err() == nil; {
			if _, err := w.Write(chunk); err != nil {
				break
			}
		}
		return true
	}, "forge-damaged"},
	"endless redirects": {func(w http.ResponseWriter, r *http.Request) bool {
		http.Redirect(w, r, r.URL.String(), http.StatusMovedPermanently)
		return true
	}, "forge-damaged"},
	"hung up": {func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) }, "forge-unreachable"},
}

func (s Suite) faults(t *testing.T) {
	for name, one := range broken {
		t.Run(name, func(t *testing.T) {
			server := New(t, s.Kind)
			d := s.desk(t, server, newClock(), token)
			server.Fail(one.fault)
			f, why, err := d.Ask(t.Context(), server.Address())
			if f != nil || why.Key != one.key || err != nil {
				t.Errorf("%v %v, want %s", why, err, one.key)
			}
		})
	}
}
