package gitwire

import (
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"120": 2 * time.Minute, "0": 0, "4000000000": longestWait,
		"Thu, 01 Oct 2026 12:05:00 GMT": 5 * time.Minute, "Thu, 01 Oct 2020 12:05:00 GMT": 0,
	} {
		if got, said := retryAfter(header, now); got != want || !said {
			t.Errorf("%q: %s, %t, want %s", header, got, said, want)
		}
	}
	for _, header := range []string{"", "soon", "-1", "1.5", "99999999999999999999"} {
		if got, said := retryAfter(header, now); said {
			t.Errorf("%q: %s", header, got)
		}
	}
}
