package gitlab

import (
	"context"
	"encoding/base64"
	"errors"

	gitlab "gitlab.com/gitlab-org/api/client-go"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
)

// MergeRequests implements [forge.Proposer].
func (c *Client) MergeRequests(ctx context.Context, r forge.Repo, branch string) ([]forge.MergeRequest, error) {
	ctx, _ = forge.About(ctx, r, "")
	found, resp, err := c.api.MergeRequests.ListProjectMergeRequests(r.Path, &gitlab.ListProjectMergeRequestsOptions{
		SourceBranch: &branch, ListOptions: gitlab.ListOptions{PerPage: 100},
	}, gitlab.WithContext(ctx))
	if err != nil {
		return nil, meaning(ctx, resp, err)
	}
	var all []forge.MergeRequest
	for _, mr := range found {
		// A fork may have a branch of the same name.
		if mr.SourceBranch == branch && mr.SourceProjectID == mr.TargetProjectID {
			all = append(all, requestOf(mr))
		}
	}
	return all, nil
}

func requestOf(mr *gitlab.BasicMergeRequest) forge.MergeRequest {
	state := forge.RequestOpen
	switch mr.State {
	case "merged":
		state = forge.RequestMerged
	case "closed":
		state = forge.RequestClosed
	}
	return forge.MergeRequest{Number: mr.IID, URL: mr.WebURL, State: state}
}

// Tip implements [forge.Proposer].
func (c *Client) Tip(ctx context.Context, r forge.Repo, branch string) (forge.Tip, error) {
	ctx, _ = forge.About(ctx, r, "")
	found, resp, err := c.api.Branches.GetBranch(r.Path, branch, gitlab.WithContext(ctx))
	if err != nil {
		if err = meaning(ctx, resp, err); errors.Is(err, audit.ErrNotFound) {
			return forge.Tip{}, nil
		}
		return forge.Tip{}, err
	}
	if found.Commit == nil {
		return forge.Tip{}, forge.Meaning(ctx, status(resp), errors.New("a branch without a commit"))
	}
	tip := forge.Tip{Commit: found.Commit.ID, Message: found.Commit.Message}
	if authored, committed := found.Commit.AuthoredDate, found.Commit.CommittedDate; authored != nil && committed != nil {
		tip.Authored, tip.Committed = *authored, *committed
	}
	return tip, nil
}

// Commit implements [forge.Proposer]. The commit stands on the one that the files
// were made from, so that no file can have changed meanwhile.
func (c *Client) Commit(ctx context.Context, r forge.Repo, p forge.Proposal, message string, old forge.Tip) error {
	ctx, _ = forge.About(ctx, r, "")
	o := &gitlab.CreateCommitOptions{Branch: &p.Branch, CommitMessage: &message, StartSHA: &p.Commit}
	if old.Commit != "" {
		o.Force = gitlab.Ptr(true)
	}
	for _, f := range p.Files {
		action := gitlab.FileUpdate
		if f.Before == nil {
			action = gitlab.FileCreate
		}
		o.Actions = append(o.Actions, &gitlab.CommitActionOptions{
			Action: &action, FilePath: &f.Path, Content: gitlab.Ptr(base64.StdEncoding.EncodeToString(f.After)), Encoding: gitlab.Ptr("base64"),
		})
	}
	_, resp, err := c.api.Commits.CreateCommit(r.Path, o, gitlab.WithContext(ctx))
	if err != nil {
		return meaning(ctx, resp, err)
	}
	return nil
}

// OpenRequest implements [forge.Proposer].
func (c *Client) OpenRequest(ctx context.Context, r forge.Repo, p forge.Proposal) (forge.MergeRequest, error) {
	ctx, _ = forge.About(ctx, r, "")
	mr, resp, err := c.api.MergeRequests.CreateMergeRequest(r.Path, &gitlab.CreateMergeRequestOptions{
		Title: &p.Title, Description: &p.Body, SourceBranch: &p.Branch, TargetBranch: &p.Into, RemoveSourceBranch: gitlab.Ptr(true),
	}, gitlab.WithContext(ctx))
	if err != nil {
		return forge.MergeRequest{}, meaning(ctx, resp, err)
	}
	return requestOf(&mr.BasicMergeRequest), nil
}
