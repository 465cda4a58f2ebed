package gitlab

import (
	"context"
	"fmt"
	"net/http"

	gitlab "gitlab.com/gitlab-org/api/client-go"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
)

// issuesOnPage is the most that GitLab gives.
const issuesOnPage = 100

// Issue implements [forge.Issues].
func (c *Client) Issue(ctx context.Context, r forge.Repo, number int64) (*forge.Issue, error) {
	ctx, _ = forge.About(ctx, r, "")
	i, resp, err := c.api.Issues.GetIssue(r.Path, number, gitlab.WithContext(ctx))
	if err == nil && i.MovedToID != 0 {
		return nil, fmt.Errorf("issue %d was moved to another project: %w", number, audit.ErrNotFound)
	}
	return issueOf(ctx, i, resp, err)
}

// ListIssues implements [forge.Issues].
func (c *Client) ListIssues(ctx context.Context, r forge.Repo, label string, page int) ([]forge.Issue, bool, error) {
	ctx, _ = forge.About(ctx, r, "")
	order, descending, everybody := "created_at", "desc", "all"
	o := &gitlab.ListProjectIssuesOptions{OrderBy: &order, Sort: &descending, Scope: &everybody,
		ListOptions: gitlab.ListOptions{Page: int64(page), PerPage: issuesOnPage}}
	if label != "" {
		o.Labels = &gitlab.LabelOptions{label}
	}
	some, resp, err := c.api.Issues.ListProjectIssues(r.Path, o, gitlab.WithContext(ctx))
	if err != nil {
		return nil, false, meaning(ctx, resp, err)
	}
	var all []forge.Issue
	for _, i := range some {
		if i.MovedToID == 0 {
			all = append(all, plainIssue(i))
		}
	}
	return all, resp.NextPage > int64(page), nil
}

// CreateIssue implements [forge.Issues]. GitLab makes labels that are not there, and
// leaves them out when the token may not set them.
func (c *Client) CreateIssue(ctx context.Context, r forge.Repo, i forge.Issue) (*forge.Issue, error) {
	ctx, _ = forge.About(ctx, r, "")
	labels := gitlab.LabelOptions(i.Labels)
	made, resp, err := c.api.Issues.CreateIssue(r.Path, &gitlab.CreateIssueOptions{Title: &i.Title, Description: &i.Body, Labels: &labels}, gitlab.WithContext(ctx))
	if status(resp) == http.StatusNotFound {
		// The project was just listed, or its issues are switched off.
		return nil, fmt.Errorf("the project takes no issues from this token: %w", audit.ErrForbidden)
	}
	return issueOf(ctx, made, resp, err)
}

// EditIssue implements [forge.Issues].
func (c *Client) EditIssue(ctx context.Context, r forge.Repo, number int64, e forge.Edit) (*forge.Issue, error) {
	ctx, _ = forge.About(ctx, r, "")
	o := &gitlab.UpdateIssueOptions{Description: e.Body}
	if e.Closed != nil {
		event := map[bool]string{true: "close", false: "reopen"}[*e.Closed]
		o.StateEvent = &event
	}
	edited, resp, err := c.api.Issues.UpdateIssue(r.Path, number, o, gitlab.WithContext(ctx))
	return issueOf(ctx, edited, resp, err)
}

func issueOf(ctx context.Context, i *gitlab.Issue, resp *gitlab.Response, err error) (*forge.Issue, error) {
	if err != nil {
		return nil, meaning(ctx, resp, err)
	}
	if i.IID == 0 {
		return nil, fmt.Errorf("an issue without a number: %w", audit.ErrDamaged)
	}
	plain := plainIssue(i)
	return &plain, nil
}

func plainIssue(i *gitlab.Issue) forge.Issue {
	return forge.Issue{Number: i.IID, Title: i.Title, Body: i.Description, Closed: i.State == "closed", Labels: i.Labels, URL: i.WebURL}
}
