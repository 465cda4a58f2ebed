package gitwire

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"

	"github.com/perenne-audit/perenne/internal/audit"
)

// longestWait bounds what a server may ask for: it could say a hundred years.
const longestWait = 24 * time.Hour

// limited is a refusal that will be lifted.
type limited struct {
	error
	after time.Duration
}

// RetryAfter is how long to wait before asking again.
func (l limited) RetryAfter() time.Duration { return l.after }

// Unwrap makes the meaning found.
func (l limited) Unwrap() error { return l.error }

// ofStatus gives the status of an HTTP answer a meaning; nil for an error that is
// not about one, or a status that says nothing more. go-git hides the answer in an
// error that does not unwrap.
func ofStatus(err error) error {
	var unexpected *plumbing.UnexpectedError
	var answer *githttp.Err
	if !errors.As(err, &unexpected) || !errors.As(unexpected.Err, &answer) || answer.Response == nil {
		return nil
	}
	status := answer.StatusCode()
	wait, said := retryAfter(answer.Response.Header.Get("Retry-After"), time.Now())
	switch {
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable && said:
		err := fmt.Errorf("%w: the server answers %d", audit.ErrRateLimited, status)
		if said {
			return limited{err, wait}
		}
		return err
	case status >= http.StatusInternalServerError:
		return fmt.Errorf("%w: the server answers %d", audit.ErrUnreachable, status)
	}
	return nil
}

// retryAfter reads the header of that name: seconds or a date.
func retryAfter(header string, now time.Time) (wait time.Duration, said bool) {
	if seconds, err := strconv.ParseUint(header, 10, 32); err == nil {
		return min(time.Duration(seconds)*time.Second, longestWait), true
	}
	if at, err := http.ParseTime(header); err == nil {
		return min(max(at.Sub(now), 0), longestWait), true
	}
	return 0, false
}
