package github

import (
	"context"
	"errors"
	"net/http"

	"github.com/google/go-github/v62/github"

	"github.com/perenne-audit/perenne/internal/forge"
)

// MergeRequests implements [forge.Proposer].
func (c *Client) MergeRequests(ctx context.Context, r forge.Repo, branch string) ([]forge.MergeRequest, error) {
	ctx, _ = forge.About(ctx, r, "")
	found, resp, err := c.api.PullRequests.List(ctx, r.Owner(), r.Name(), &github.PullRequestListOptions{
		State: "all", Head: r.Owner() + ":" + branch, ListOptions: github.ListOptions{PerPage: 100},
	})
	if err != nil {
		return nil, forge.Meaning(ctx, status(resp), err)
	}
	var all []forge.MergeRequest
	for _, pr := range found {
		if pr.GetHead().GetRef() == branch {
			all = append(all, requestOf(pr))
		}
	}
	return all, nil
}

func requestOf(pr *github.PullRequest) forge.MergeRequest {
	state := forge.RequestOpen
	switch {
	case pr.MergedAt != nil:
		state = forge.RequestMerged
	case pr.GetState() == "closed":
		state = forge.RequestClosed
	}
	return forge.MergeRequest{Number: int64(pr.GetNumber()), URL: pr.GetHTMLURL(), State: state}
}

// Tip implements [forge.Proposer].
func (c *Client) Tip(ctx context.Context, r forge.Repo, branch string) (forge.Tip, error) {
	ctx, _ = forge.About(ctx, r, "")
	// A branch that was renamed is another: no redirect is followed.
	found, resp, err := c.api.Repositories.GetBranch(ctx, r.Owner(), r.Name(), branch, 0)
	switch {
	case status(resp) == http.StatusNotFound, status(resp) == http.StatusMovedPermanently:
		return forge.Tip{}, nil
	case err != nil:
		return forge.Tip{}, forge.Meaning(ctx, status(resp), err)
	case found.GetCommit().GetSHA() == "":
		return forge.Tip{}, forge.Meaning(ctx, status(resp), errors.New("a branch without a commit"))
	}
	made := found.GetCommit().GetCommit()
	return forge.Tip{
		Commit: found.GetCommit().GetSHA(), Message: made.GetMessage(),
		Authored: made.GetAuthor().GetDate().Time, Committed: made.GetCommitter().GetDate().Time,
	}, nil
}

// Commit implements [forge.Proposer]. The commit stands on the one that the files
// were made from, so that no file can have changed meanwhile.
func (c *Client) Commit(ctx context.Context, r forge.Repo, p forge.Proposal, message string, old forge.Tip) error {
	ctx, _ = forge.About(ctx, r, "")
	base, resp, err := c.api.Git.GetCommit(ctx, r.Owner(), r.Name(), p.Commit)
	if err != nil {
		return forge.Meaning(ctx, status(resp), err)
	}
	var entries []*github.TreeEntry
	for _, f := range p.Files {
		entries = append(entries, &github.TreeEntry{
			Path: github.String(f.Path), Mode: github.String("100644"), Type: github.String("blob"), Content: github.String(string(f.After)),
		})
	}
	tree, resp, err := c.api.Git.CreateTree(ctx, r.Owner(), r.Name(), base.GetTree().GetSHA(), entries)
	if err != nil {
		return forge.Meaning(ctx, status(resp), err)
	}
	made, resp, err := c.api.Git.CreateCommit(ctx, r.Owner(), r.Name(), &github.Commit{
		Message: &message, Tree: tree, Parents: []*github.Commit{{SHA: &p.Commit}},
	}, nil)
	if err != nil {
		return forge.Meaning(ctx, status(resp), err)
	}
	ref := &github.Reference{Ref: github.String("refs/heads/" + p.Branch), Object: &github.GitObject{SHA: made.SHA}}
	if old.Commit == "" {
		_, resp, err = c.api.Git.CreateRef(ctx, r.Owner(), r.Name(), ref)
	} else {
		_, resp, err = c.api.Git.UpdateRef(ctx, r.Owner(), r.Name(), ref, true)
	}
	if err != nil {
		return forge.Meaning(ctx, status(resp), err)
	}
	return nil
}

// OpenRequest implements [forge.Proposer].
func (c *Client) OpenRequest(ctx context.Context, r forge.Repo, p forge.Proposal) (forge.MergeRequest, error) {
	ctx, _ = forge.About(ctx, r, "")
	pr, resp, err := c.api.PullRequests.Create(ctx, r.Owner(), r.Name(), &github.NewPullRequest{
		Title: &p.Title, Body: &p.Body, Head: &p.Branch, Base: &p.Into, MaintainerCanModify: github.Bool(true),
	})
	if err != nil {
		return forge.MergeRequest{}, forge.Meaning(ctx, status(resp), err)
	}
	if resp.StatusCode != http.StatusCreated {
		return forge.MergeRequest{}, forge.Meaning(ctx, resp.StatusCode, errors.New("no pull request was made"))
	}
	return requestOf(pr), nil
}
