package forge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Issue is one issue of a repository.
type Issue struct {
	// Number is what people call it by in its repository.
	Number      int64
	Title, Body string
	Closed      bool
	Labels      []string
	// URL is its page.
	URL string
}

// Edit is what changes in an issue; what is nil stays. Title and labels are a
// person's once the issue is there: nothing here changes them.
type Edit struct {
	Body   *string
	Closed *bool
}

// Issues is implemented by a client that can write issues. None of the methods
// sends anything twice: what got no answer may have been done, and is looked for
// before it is done again. Errors wrap audit's meanings; ErrUnsupported is a
// repository that takes no issues.
type Issues interface {
	// Issue returns one issue; the error wraps ErrNotFound for one that was deleted or
	// moved elsewhere.
	Issue(ctx context.Context, r Repo, number int64) (*Issue, error)
	// ListIssues returns one page, the first is 1, of open and closed issues, newest
	// first, those with a label or, when it is "", all; and whether more follow. A page
	// may be empty although more follow: merge requests are left out of it.
	ListIssues(ctx context.Context, r Repo, label string, page int) (issues []Issue, more bool, err error)
	// CreateIssue opens an issue and returns it. Labels that the repository lacks are
	// made; those that the token may not set are left out.
	CreateIssue(ctx context.Context, r Repo, i Issue) (*Issue, error)
	// EditIssue changes an issue and returns it.
	EditIssue(ctx context.Context, r Repo, number int64, e Edit) (*Issue, error)
}

// Issues returns what writes issues into a repository. The error is that of
// [Desk.Client], or wraps [audit.ErrUnsupported].
func (d *Desk) Issues(ctx context.Context, r Repo) (Issues, error) {
	client, _, err := d.Client(ctx, r)
	if err != nil {
		return nil, err
	}
	issues, ok := client.(Issues)
	if !ok {
		return nil, fmt.Errorf("%s has no issues that perenne can write: %w", r.Host, audit.ErrUnsupported)
	}
	return issues, nil
}

// Why says for people what keeps perenne from a repository on its forge.
func (d *Desk) Why(r Repo, err error) audit.Reason { return d.reason(r, err) }

// Untokened reports whether a forge was not asked for want of a token.
func Untokened(err error) bool { return errors.Is(err, errNoToken) }

// How far issues are looked through: the labelled ones, then the newest thousand.
const (
	labelledPages = 5
	newestPages   = 10
)

// FindIssue looks for the issue whose body holds a marker, whoever wrote it and
// whatever became of its title: first among those with a label, then, since a label
// can be taken off or not be allowed, among the newest thousand. It returns nil when
// there is none. Of several, the one that was opened first counts.
func FindIssue(ctx context.Context, c Issues, r Repo, marker, label string) (*Issue, error) {
	for _, look := range []struct {
		label string
		pages int
	}{{label, labelledPages}, {"", newestPages}} {
		var found *Issue
		for page := 1; page <= look.pages; page++ {
			some, more, err := c.ListIssues(ctx, r, look.label, page)
			if err != nil {
				return nil, fmt.Errorf("list the issues of %s: %w", r, err)
			}
			for i := range some {
				if strings.Contains(some[i].Body, marker) && (found == nil || some[i].Number < found.Number) {
					found = &some[i]
				}
			}
			if !more {
				break
			}
		}
		if found != nil || look.label == "" {
			return found, nil
		}
	}
	return nil, nil
}

// OpenIssue opens an issue that was not found. When another process opened one in
// the same moment, the one that was opened first counts; if that is not ours, ours is
// closed with a body that says so, and the other is returned.
func OpenIssue(ctx context.Context, c Issues, r Repo, marker, label string, i Issue, twin func(number int64) string) (*Issue, error) {
	own, err := c.CreateIssue(ctx, r, i)
	if err != nil {
		return nil, fmt.Errorf("open an issue in %s: %w", r, err)
	}
	if !slices.Contains(own.Labels, label) {
		label = ""
	}
	first, err := FindIssue(ctx, c, r, marker, label)
	switch {
	case err != nil && !errors.Is(err, context.Canceled):
		// It is there; a twin would be found next time.
		return own, nil
	case err != nil:
		return nil, err
	case first == nil || first.Number >= own.Number:
		return own, nil
	}
	body, closed := twin(first.Number), true
	if _, err := c.EditIssue(ctx, r, own.Number, Edit{&body, &closed}); err != nil {
		return nil, fmt.Errorf("close issue %d of %s, the twin of %d: %w", own.Number, r, first.Number, err)
	}
	return first, nil
}
