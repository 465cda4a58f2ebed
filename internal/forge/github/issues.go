package github

import (
	"context"
	"fmt"
	"net/http"

	"github.com/google/go-github/v62/github"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
)

// issuesOnPage is the most that GitHub gives.
const issuesOnPage = 100

// Issue implements [forge.Issues].
func (c *Client) Issue(ctx context.Context, r forge.Repo, number int64) (*forge.Issue, error) {
	ctx, _ = forge.About(ctx, r, "")
	i, resp, err := c.api.Issues.Get(ctx, r.Owner(), r.Name(), int(number))
	return issueOf(ctx, i, resp, err)
}

// ListIssues implements [forge.Issues]. GitHub lists pull requests among issues.
func (c *Client) ListIssues(ctx context.Context, r forge.Repo, label string, page int) ([]forge.Issue, bool, error) {
	ctx, _ = forge.About(ctx, r, "")
	o := &github.IssueListByRepoOptions{State: "all", Sort: "created", Direction: "desc",
		ListOptions: github.ListOptions{Page: page, PerPage: issuesOnPage}}
	if label != "" {
		o.Labels = []string{label}
	}
	some, resp, err := c.api.Issues.ListByRepo(ctx, r.Owner(), r.Name(), o)
	if err != nil {
		return nil, false, refusal(ctx, resp, err)
	}
	var all []forge.Issue
	for _, i := range some {
		if !i.IsPullRequest() {
			all = append(all, plainIssue(i))
		}
	}
	return all, resp.NextPage > page, nil
}

// CreateIssue implements [forge.Issues]. GitHub makes labels that are not there, and
// leaves them all out when the token may not write.
func (c *Client) CreateIssue(ctx context.Context, r forge.Repo, i forge.Issue) (*forge.Issue, error) {
	ctx, _ = forge.About(ctx, r, "")
	made, resp, err := c.api.Issues.Create(ctx, r.Owner(), r.Name(), &github.IssueRequest{Title: &i.Title, Body: &i.Body, Labels: &i.Labels})
	return issueOf(ctx, made, resp, err)
}

// EditIssue implements [forge.Issues].
func (c *Client) EditIssue(ctx context.Context, r forge.Repo, number int64, e forge.Edit) (*forge.Issue, error) {
	ctx, _ = forge.About(ctx, r, "")
	request := &github.IssueRequest{Body: e.Body}
	if e.Closed != nil {
		state := map[bool]string{true: "closed", false: "open"}[*e.Closed]
		request.State = &state
	}
	edited, resp, err := c.api.Issues.Edit(ctx, r.Owner(), r.Name(), int(number), request)
	return issueOf(ctx, edited, resp, err)
}

func issueOf(ctx context.Context, i *github.Issue, resp *github.Response, err error) (*forge.Issue, error) {
	if err != nil {
		return nil, refusal(ctx, resp, err)
	}
	if i.GetNumber() == 0 {
		return nil, fmt.Errorf("an issue without a number: %w", audit.ErrDamaged)
	}
	plain := plainIssue(i)
	return &plain, nil
}

func plainIssue(i *github.Issue) forge.Issue {
	plain := forge.Issue{Number: int64(i.GetNumber()), Title: i.GetTitle(), Body: i.GetBody(), Closed: i.GetState() == "closed", URL: i.GetHTMLURL()}
	for _, label := range i.Labels {
		plain.Labels = append(plain.Labels, label.GetName())
	}
	return plain
}

// refusal gives an answer about issues its meaning: 410 is a repository in which they
// are switched off.
func refusal(ctx context.Context, resp *github.Response, err error) error {
	if status(resp) == http.StatusGone {
		return fmt.Errorf("the repository takes no issues: %w", audit.ErrUnsupported)
	}
	return forge.Meaning(ctx, status(resp), err)
}
