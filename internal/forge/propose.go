package forge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Proposal is a change of some files that is proposed to whoever keeps a
// repository, as a merge or pull request.
type Proposal struct {
	// Commit is the newest of the branch Into when the files were made, in 40
	// hexadecimal digits: the change begins there.
	Commit, Into string
	// Branch holds the change. It is what the proposal is found by again.
	Branch string
	// Title and Body are for people; Body is Markdown. They are written once, and
	// belong to people from then on.
	Title, Body string
	Files       []ProposedFile
}

// ProposedFile is one file as it is to be. Before is nil for one that is not there.
type ProposedFile struct {
	Path          string
	Before, After []byte
}

// MergeRequest is one merge or pull request as its forge knows it.
type MergeRequest struct {
	Number int64
	URL    string
	State  RequestState
}

// RequestState is what became of a merge request.
type RequestState string

// The states. Closed means without having been merged.
const (
	RequestOpen   RequestState = "open"
	RequestMerged RequestState = "merged"
	RequestClosed RequestState = "closed"
)

// Tip is the newest commit of a branch.
type Tip struct {
	// Commit is "" when there is no such branch.
	Commit, Message string
	// Authored and Committed are its dates; zero where the forge does not say.
	Authored, Committed time.Time
}

// amended reports whether the commit was written again after it was made, which
// keeps its message and its author's date, and changes the committer's. A forge that
// makes one may ask its clock twice.
func (t Tip) amended() bool {
	return !t.Authored.IsZero() && !t.Committed.IsZero() && t.Committed.Sub(t.Authored).Abs() > time.Second
}

// Proposer is implemented by a client that can open merge requests. Its errors wrap
// audit's meanings.
type Proposer interface {
	// MergeRequests returns those from a branch of the repository itself, in any
	// state and order.
	MergeRequests(ctx context.Context, r Repo, branch string) ([]MergeRequest, error)
	// Tip returns the newest commit of a branch.
	Tip(ctx context.Context, r Repo, branch string) (Tip, error)
	// Commit makes the branch of a proposal hold its files, in one commit with this
	// message; old is what is there. A file that is no longer as the proposal says it
	// was is an error that wraps [audit.ErrDamaged], where the forge can tell.
	Commit(ctx context.Context, r Repo, p Proposal, message string, old Tip) error
	// OpenRequest opens a merge request for a branch that was committed.
	OpenRequest(ctx context.Context, r Repo, p Proposal) (MergeRequest, error)
}

// Outcome is what was done about a proposal, or would be.
type Outcome string

// The outcomes.
const (
	// Opened: a merge request was opened.
	Opened Outcome = "opened"
	// Updated: the one that was open holds the files now.
	Updated Outcome = "updated"
	// Unchanged: it held them already.
	Unchanged Outcome = "unchanged"
	// LeftAlone: somebody else has committed to its branch, or amended its commit.
	LeftAlone Outcome = "left-alone"
	// Declined: it was closed without being merged; it is not opened again.
	Declined Outcome = "declined"
)

// Proposer returns what opens merge requests at a repository's forge. The error
// wraps one of audit's meanings; [audit.ErrUnsupported] where no forge is known or
// nobody is named to ask as.
func (d *Desk) Proposer(ctx context.Context, r Repo) (Proposer, error) {
	if d == nil {
		return nil, fmt.Errorf("forges are not asked (forges.ask): %w", audit.ErrUnsupported)
	}
	client, host, err := d.Client(ctx, r)
	switch {
	case err == errNoToken || err == nil && !host.Named:
		return nil, fmt.Errorf("no token for %s: set %s: %w", r.Host, d.c.Variable(r.Host), audit.ErrUnsupported)
	case err != nil:
		return nil, err
	}
	p, ok := client.(Proposer)
	if !ok {
		return nil, fmt.Errorf("%s opens no merge requests: %w", r.Host, audit.ErrUnsupported)
	}
	return p, nil
}

// ours begins the last line of the commits that Propose makes: the branch is
// written anew only while its newest commit has it, and was not amended.
const ours = "Perenne-Fix: "

// Propose opens a merge request, or brings the one of the same branch up to date.
// One that somebody has committed to, or closed, is left alone. Without send,
// nothing is written, and the outcome is what would be done; the request is the one
// that is there, or empty.
func Propose(ctx context.Context, at Proposer, r Repo, p Proposal, send bool) (Outcome, MergeRequest, error) {
	requests, err := at.MergeRequests(ctx, r, p.Branch)
	if err != nil {
		return "", MergeRequest{}, fmt.Errorf("look for merge requests of %s: %w", r, err)
	}
	request, declined := standing(requests)
	tip, err := at.Tip(ctx, r, p.Branch)
	if err != nil {
		return "", request, fmt.Errorf("look at branch %s of %s: %w", p.Branch, r, err)
	}
	mark := ours + fingerprintOf(p)
	held := strings.Contains(tip.Message, mark)
	switch {
	case tip.Commit != "" && (!strings.Contains(tip.Message, ours) || tip.amended()):
		return LeftAlone, request, nil
	case declined:
		return Declined, request, nil
	case held && request.State == RequestOpen:
		return Unchanged, request, nil
	}
	outcome := Opened
	if request.State == RequestOpen {
		outcome = Updated
	}
	if !send {
		return outcome, request, nil
	}
	if !held {
		if err := at.Commit(ctx, r, p, p.Title+"\n\n"+mark+"\n", tip); err != nil {
			return "", request, fmt.Errorf("commit to branch %s of %s: %w", p.Branch, r, err)
		}
	}
	if outcome == Opened {
		if request, err = at.OpenRequest(ctx, r, p); err != nil {
			return "", request, fmt.Errorf("open a merge request at %s: %w", r, err)
		}
	}
	return outcome, request, nil
}

// standing finds the request that is open, or else reports that the newest was
// closed. One that was merged stands in nobody's way.
func standing(requests []MergeRequest) (request MergeRequest, declined bool) {
	for _, one := range requests {
		if one.State == RequestOpen {
			return one, false
		}
		if one.Number > request.Number {
			request = one
		}
	}
	if request.State == RequestClosed {
		return request, true
	}
	return MergeRequest{}, false
}

// fingerprintOf names what a proposal writes and where it begins: once the branch
// that it goes into has moved, so does the proposal.
func fingerprintOf(p Proposal) string {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%s\x00", p.Commit)
	for _, f := range p.Files {
		_, _ = fmt.Fprintf(h, "%d %s\x00%d %s\x00", len(f.Path), f.Path, len(f.After), f.After)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}
