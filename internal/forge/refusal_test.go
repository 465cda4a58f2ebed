package forge

import (
	"bytes"
	"io"
	"net/http"
	"testing"
	"time"
)

// Whatever a server writes about its limits, it is asked again within a day, and an
// answer that is no refusal is handed on whole.
func FuzzRefused(f *testing.F) {
	f.Add(403, "0", "1790935200", "", "API rate limit exceeded")
	f.Add(429, "", "", "Fri, 02 Oct 2026 09:00:00 GMT", "")
	f.Add(503, "x", "-1", "99999999999999999999", "abuse detection")
	f.Add(200, "4999", "18446744073709551615", "-5", "{}")
	f.Fuzz(func(t *testing.T, status int, left, reset, after, body string) {
		now := time.Date(2026, 10, 2, 9, 0, 0, 0, time.UTC)
		resp := &http.Response{StatusCode: status, Body: io.NopCloser(bytes.NewReader([]byte(body))), Header: http.Header{
			"X-Ratelimit-Remaining": {left}, "X-Ratelimit-Reset": {reset}, "X-Ratelimit-Limit": {left}, "Retry-After": {after},
		}}
		quiet, _ := refused(resp, now)
		if quiet < 0 || quiet > longestWait || quiet > 0 && status < 400 {
			t.Errorf("%d: quiet for %s", status, quiet)
		}
		if quiet == 0 {
			if got, err := io.ReadAll(resp.Body); string(got) != body || err != nil {
				t.Errorf("handed on %q of %q: %v", got, body, err)
			}
		}
		a := newAccount(Secret{})
		a.learn(core, resp.Header, now)
		if wait := a.take(core, now); wait < 0 || wait > longestWait+jitter {
			t.Errorf("to wait %s", wait)
		}
	})
}
