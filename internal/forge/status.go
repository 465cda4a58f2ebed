package forge

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// StatusPrefix begins the name of every status that perenne writes. What a forge
// says of a commit's checks is told without them: an audit must not read its own
// answer.
const StatusPrefix = "perenne/"

// OwnStatus reports whether a status is one that perenne wrote.
func OwnStatus(name string) bool { return strings.HasPrefix(name, StatusPrefix) }

// Worst sums up the checks of a commit: failed when one has, else running while one
// is, else passed; none of none.
func Worst(all []audit.CIState) audit.CIState {
	for _, state := range []audit.CIState{audit.CIFailed, audit.CIRunning, audit.CIPassed} {
		if slices.Contains(all, state) {
			return state
		}
	}
	return audit.CINone
}

// Status is what is said beside one commit.
type Status struct {
	// Name tells it from what others say of the same commit; it begins with
	// [StatusPrefix].
	Name string
	// Failed is true for one that may hold a change up.
	Failed bool
	// Words say what was found, in at most [MaxStatus] characters; URL is where to
	// read more, and may be empty.
	Words, URL string
}

// MaxStatus is how many characters every forge takes.
const MaxStatus = 140

// Statuses is implemented by a client that can write beside a commit.
type Statuses interface {
	// Status returns what was said last under a name, nil for nothing.
	Status(ctx context.Context, r Repo, commit, name string) (*Status, error)
	// SetStatus says it. Forges keep what was said before, so whoever calls looks first
	// whether it has been said.
	SetStatus(ctx context.Context, r Repo, commit string, s Status) error
}

// Statuses returns what writes beside the commits of a repository. The error is that
// of [Desk.Client], or wraps [audit.ErrUnsupported].
func (d *Desk) Statuses(ctx context.Context, r Repo) (Statuses, error) {
	client, _, err := d.Client(ctx, r)
	if err != nil {
		return nil, err
	}
	statuses, ok := client.(Statuses)
	if !ok {
		return nil, fmt.Errorf("%s takes no statuses from perenne: %w", r.Host, audit.ErrUnsupported)
	}
	return statuses, nil
}

// Say says a status beside a commit unless it has been said, and reports whether it
// was sent.
func Say(ctx context.Context, c Statuses, r Repo, commit string, s Status) (sent bool, err error) {
	last, err := c.Status(ctx, r, commit, s.Name)
	if err != nil {
		return false, fmt.Errorf("read the statuses of %s: %w", r, err)
	}
	if last != nil && *last == s {
		return false, nil
	}
	if err := c.SetStatus(ctx, r, commit, s); err != nil {
		return false, fmt.Errorf("write a status to %s: %w", r, err)
	}
	return true, nil
}
