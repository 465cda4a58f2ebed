package forge

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// secondary is how long to be quiet after a refusal that does not say.
const secondary = time.Minute

// maxRefusal bounds how much of a refusal is read for its reason.
const maxRefusal = 64 << 10

// refused tells a limit from other refusals: how long it lasts, 0 for none, and
// whether it is about all that the account asks and not one resource. GitHub
// answers 403 to both limits and to what is forbidden; the header Retry-After, the
// counter and at last the words tell them apart.
func refused(resp *http.Response, now time.Time) (quiet time.Duration, all bool) {
	wait, said := retryAfter(resp.Header, now)
	_, left, reset, counted := windowOf(resp.Header, now)
	spent := counted && left == 0
	switch resp.StatusCode {
	case http.StatusTooManyRequests:
	case http.StatusServiceUnavailable:
		if !said {
			return 0, false
		}
	case http.StatusForbidden:
		if !said && !spent && !speaksOfLimit(resp) {
			return 0, false
		}
	default:
		return 0, false
	}
	switch {
	case said:
		return max(wait, time.Second), true
	case spent:
		return max(reset.Sub(now), time.Second), false
	}
	return secondary, true
}

// speaksOfLimit reads the beginning of a refusal and leaves it to be read again.
func speaksOfLimit(resp *http.Response) bool {
	start, _ := io.ReadAll(io.LimitReader(resp.Body, maxRefusal))
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(start), resp.Body), resp.Body}
	text := strings.ToLower(string(start))
	return strings.Contains(text, "rate limit") || strings.Contains(text, "abuse detection")
}

// bounded refuses an answer that never ends.
type bounded struct {
	io.ReadCloser
	left int64
}

// Read implements [io.Reader].
func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("an answer of more than %d bytes: %w", maxAnswer, audit.ErrTooLarge)
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}
