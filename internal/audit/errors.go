package audit

import "errors"

// The meanings on which a caller acts. Wrap them with the action and the thing;
// ask with [errors.Is].
var (
	// ErrNotFound: the thing is not there, and asking again will not help.
	ErrNotFound = errors.New("not found")
	// ErrForbidden: it may be there, but not for us; credentials may help.
	ErrForbidden = errors.New("access refused")
	// ErrRateLimited: ask again later.
	ErrRateLimited = errors.New("rate limited")
	// ErrTooLarge: past one of the configured limits.
	ErrTooLarge = errors.New("over the limit")
	// ErrUnsupported: understood, and not something perenne does.
	ErrUnsupported = errors.New("not supported")
	// ErrEmpty: a repository with no commit yet.
	ErrEmpty = errors.New("no commit yet")
	// ErrDamaged: the data is there and cannot be decoded.
	ErrDamaged = errors.New("damaged data")
	// ErrUnreachable: the host does not answer, or not in time.
	ErrUnreachable = errors.New("no answer")
)
