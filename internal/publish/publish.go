// Package publish writes to the forges where teams work: the plan of a challenge as
// an issue, what was found as a status beside the audited commit.
//
// [Issue] does it once for whoever asks, and knows nothing of before but what the
// forge tells. [Publisher] does it for the service: for the challenges whose portfolio
// asks for it, when an audit has changed something, no more often than is set, and in
// one process of all at a time.
package publish

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/guard"
	"github.com/perenne-audit/perenne/internal/issue"
)

// Outcome is what became of one issue, or would.
type Outcome struct {
	Subject *issue.Subject
	// Where is the repository in which it lies.
	Where forge.Repo
	// Found is the issue before; nil where there was none.
	Found *forge.Issue
	issue.Change
	// Issue is the issue after; nil where nothing was sent and there is none.
	Issue *forge.Issue
}

// Options say how to write.
type Options struct {
	Desk *forge.Desk
	// Every is the least time between two changes of an issue that does not say.
	Every time.Duration
	// Send is false to look and write nothing.
	Send bool
	// Number is that of the issue when it is known; 0 to look for it.
	Number int64
}

// ErrNoForge: the address names no repository of a forge.
var ErrNoForge = fmt.Errorf("it lies on no forge: %w", audit.ErrUnsupported)

// where finds the repository of an address on its forge. What somebody named may lie
// on a private address.
func where(ctx context.Context, address string) (context.Context, forge.Repo, error) {
	r, ok := forge.ParseRepo(acquire.AddressOf(address))
	if !ok {
		return ctx, r, ErrNoForge
	}
	if authority := acquire.AuthorityOf(address); authority != "" {
		ctx = guard.Naming(ctx, authority)
	}
	return ctx, r, nil
}

// Issue writes an issue, or with Send false says what it would write. The issue is
// looked for before one is opened, so that doing it again after no answer came does
// not open a second one. The error wraps one of audit's meanings.
func Issue(ctx context.Context, s *issue.Subject, o Options) (Outcome, error) {
	out := Outcome{Subject: s}
	ctx, r, err := where(ctx, s.In)
	if err != nil {
		return out, fmt.Errorf("write an issue to %s: %w", acquire.Show(s.In), err)
	}
	out.Where = r
	client, err := o.Desk.Issues(ctx, r)
	if err != nil {
		return out, fmt.Errorf("write an issue to %s: %w", r, err)
	}
	if out.Found, err = find(ctx, client, r, s, o.Number); err != nil {
		return out, err
	}
	out.Issue = out.Found
	switch every := cmp.Or(s.Challenge.Issues.Every, o.Every); {
	case out.Found == nil:
		out.Change, err = s.First()
	case !strings.Contains(out.Found.Body, s.Marker()):
		// Somebody took perenne's part out.
		out.Change = issue.Change{Step: issue.Respect}
	default:
		out.Change, err = s.Next(out.Found.Body, out.Found.Closed, every)
	}
	if err != nil || !o.Send || !out.Step.Writes() {
		return out, err
	}
	out.Issue, err = send(ctx, client, r, s, out)
	return out, err
}

// find returns the issue by its number where that is known, or else looks for it.
func find(ctx context.Context, c forge.Issues, r forge.Repo, s *issue.Subject, number int64) (*forge.Issue, error) {
	if number != 0 {
		i, err := c.Issue(ctx, r, number)
		if !errors.Is(err, audit.ErrNotFound) {
			return i, err
		}
	}
	return forge.FindIssue(ctx, c, r, s.Marker(), s.Labels()[0])
}

func send(ctx context.Context, c forge.Issues, r forge.Repo, s *issue.Subject, out Outcome) (*forge.Issue, error) {
	if out.Step == issue.Create {
		return forge.OpenIssue(ctx, c, r, s.Marker(), s.Labels()[0], forge.Issue{Title: out.Title, Body: out.Body, Labels: s.Labels()}, s.Twin)
	}
	edit := forge.Edit{Body: &out.Body}
	if out.Step != issue.Update {
		closed := out.Step == issue.Close
		edit.Closed = &closed
	}
	edited, err := c.EditIssue(ctx, r, out.Found.Number, edit)
	if err != nil {
		return out.Found, fmt.Errorf("change issue %d of %s: %w", out.Found.Number, r, err)
	}
	return edited, nil
}
