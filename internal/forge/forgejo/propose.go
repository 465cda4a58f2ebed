package forgejo

import (
	"context"
	"crypto/sha1" // git's own name of a file
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"time"

	"code.gitea.io/sdk/gitea"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
)

// Requests are listed in pages; these forges cannot be asked for those of a branch.
const requestsOnPage, requestPages = 50, 20

// MergeRequests implements [forge.Proposer]. Past the newest thousand, it is not
// looked.
func (c *Client) MergeRequests(ctx context.Context, r forge.Repo, branch string) ([]forge.MergeRequest, error) {
	ctx, _ = forge.About(ctx, r, "")
	api, err := c.api(ctx)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", c.host.Name, err)
	}
	var all []forge.MergeRequest
	for page := 1; page <= requestPages; page++ {
		some, resp, err := api.ListRepoPullRequests(r.Owner(), r.Name(), gitea.ListPullRequestsOptions{
			State: gitea.StateAll, ListOptions: gitea.ListOptions{Page: page, PageSize: requestsOnPage},
		})
		if err != nil {
			return nil, forge.Meaning(ctx, status(resp), err)
		}
		for _, pr := range some {
			// A fork may have a branch of the same name.
			if pr.Head != nil && pr.Base != nil && pr.Head.Ref == branch && pr.Head.RepoID == pr.Base.RepoID {
				all = append(all, requestOf(pr))
			}
		}
		if len(some) == 0 {
			break
		}
	}
	return all, nil
}

func requestOf(pr *gitea.PullRequest) forge.MergeRequest {
	state := forge.RequestOpen
	switch {
	case pr.HasMerged:
		state = forge.RequestMerged
	case pr.State == gitea.StateClosed:
		state = forge.RequestClosed
	}
	return forge.MergeRequest{Number: pr.Index, URL: pr.HTMLURL, State: state}
}

// Tip implements [forge.Proposer].
func (c *Client) Tip(ctx context.Context, r forge.Repo, branch string) (forge.Tip, error) {
	ctx, _ = forge.About(ctx, r, "")
	api, err := c.api(ctx)
	if err != nil {
		return forge.Tip{}, fmt.Errorf("open %s: %w", c.host.Name, err)
	}
	found, resp, err := api.GetRepoBranch(r.Owner(), r.Name(), branch)
	switch {
	case err != nil:
		if err = forge.Meaning(ctx, status(resp), err); errors.Is(err, audit.ErrNotFound) {
			return forge.Tip{}, nil
		}
		return forge.Tip{}, err
	case found.Commit == nil:
		return forge.Tip{}, forge.Meaning(ctx, status(resp), errors.New("a branch without a commit"))
	}
	tip := forge.Tip{Commit: found.Commit.ID, Message: found.Commit.Message}
	// A branch tells one date of its commit only.
	made, resp, err := api.GetSingleCommit(r.Owner(), r.Name(), tip.Commit)
	if err != nil {
		return forge.Tip{}, forge.Meaning(ctx, status(resp), err)
	}
	if made.RepoCommit != nil {
		tip.Authored, tip.Committed = dateOf(made.RepoCommit.Author), dateOf(made.RepoCommit.Committer)
	}
	return tip, nil
}

// dateOf is zero for a date that is not there or cannot be read.
func dateOf(one *gitea.CommitUser) time.Time {
	if one == nil {
		return time.Time{}
	}
	at, _ := time.Parse(time.RFC3339, one.Date)
	return at
}

// Commit implements [forge.Proposer]. These forges begin a branch at another and at
// no commit, and not all of them write one anew; a later commit goes on top. The
// names of the files as they were keep one that has changed from being overwritten.
func (c *Client) Commit(ctx context.Context, r forge.Repo, p forge.Proposal, message string, old forge.Tip) error {
	ctx, _ = forge.About(ctx, r, "")
	api, err := c.api(ctx)
	if err != nil {
		return fmt.Errorf("open %s: %w", c.host.Name, err)
	}
	o := gitea.ChangeFilesOptions{Message: message, Branch: p.Into, NewBranch: p.Branch}
	if old.Commit != "" {
		o.Branch, o.NewBranch = p.Branch, ""
	}
	for _, f := range p.Files {
		one := &gitea.ChangeFileOperation{Operation: "create", Path: f.Path, Content: base64.StdEncoding.EncodeToString(f.After)}
		switch {
		case old.Commit != "":
			there, resp, err := api.GetContents(r.Owner(), r.Name(), p.Branch, f.Path)
			if err != nil && status(resp) != http.StatusNotFound {
				return forge.Meaning(ctx, status(resp), err)
			}
			if err == nil {
				one.Operation, one.SHA = "update", there.SHA
			}
		case f.Before != nil:
			one.Operation, one.SHA = "update", blob(f.Before)
		}
		o.Files = append(o.Files, one)
	}
	if _, resp, err := api.ChangeFiles(r.Owner(), r.Name(), o); err != nil {
		return forge.Meaning(ctx, status(resp), err)
	}
	return nil
}

// blob is git's name of a file's content.
func blob(content []byte) string {
	h := sha1.New()
	_, _ = fmt.Fprintf(h, "blob %d\x00", len(content))
	_, _ = h.Write(content)
	return hex.EncodeToString(h.Sum(nil))
}

// OpenRequest implements [forge.Proposer].
func (c *Client) OpenRequest(ctx context.Context, r forge.Repo, p forge.Proposal) (forge.MergeRequest, error) {
	ctx, _ = forge.About(ctx, r, "")
	api, err := c.api(ctx)
	if err != nil {
		return forge.MergeRequest{}, fmt.Errorf("open %s: %w", c.host.Name, err)
	}
	pr, resp, err := api.CreatePullRequest(r.Owner(), r.Name(), gitea.CreatePullRequestOption{Title: p.Title, Body: p.Body, Head: p.Branch, Base: p.Into})
	if err != nil {
		return forge.MergeRequest{}, forge.Meaning(ctx, status(resp), err)
	}
	return requestOf(pr), nil
}
