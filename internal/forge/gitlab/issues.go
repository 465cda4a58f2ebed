package gitlab

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	gitlab "gitlab.com/gitlab-org/api/client-go"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
)

// issuesOnPage is the most that GitLab gives.
const issuesOnPage = 100

// answered is an issue as GitLab tells it. The library's own type is not used for
// answers: one that lacks labels makes it panic.
type answered struct {
	IID         int64    `json:"iid"`
	MovedToID   int64    `json:"moved_to_id"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	State       string   `json:"state"`
	Labels      []string `json:"labels"`
	WebURL      string   `json:"web_url"`
}

// aboutIssues sends a request about a project's issues and reads the answer into v.
func (c *Client) aboutIssues(ctx context.Context, r forge.Repo, method, below string, o, v any) (*gitlab.Response, error) {
	req, err := c.api.NewRequest(method, "projects/"+gitlab.PathEscape(r.Path)+"/issues"+below, o, []gitlab.RequestOptionFunc{gitlab.WithContext(ctx)})
	if err != nil {
		return nil, err
	}
	return c.api.Do(req, v)
}

// Issue implements [forge.Issues].
func (c *Client) Issue(ctx context.Context, r forge.Repo, number int64) (*forge.Issue, error) {
	ctx, _ = forge.About(ctx, r, "")
	i := &answered{}
	resp, err := c.aboutIssues(ctx, r, http.MethodGet, below(number), nil, i)
	if err == nil && i.MovedToID != 0 {
		return nil, fmt.Errorf("issue %d was moved to another project: %w", number, audit.ErrNotFound)
	}
	return issueOf(ctx, i, resp, err)
}

func below(number int64) string { return "/" + strconv.FormatInt(number, 10) }

// ListIssues implements [forge.Issues].
func (c *Client) ListIssues(ctx context.Context, r forge.Repo, label string, page int) ([]forge.Issue, bool, error) {
	ctx, _ = forge.About(ctx, r, "")
	order, descending, everybody := "created_at", "desc", "all"
	o := &gitlab.ListProjectIssuesOptions{OrderBy: &order, Sort: &descending, Scope: &everybody,
		ListOptions: gitlab.ListOptions{Page: int64(page), PerPage: issuesOnPage}}
	if label != "" {
		o.Labels = &gitlab.LabelOptions{label}
	}
	var some []*answered
	resp, err := c.aboutIssues(ctx, r, http.MethodGet, "", o, &some)
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
	labels, made := gitlab.LabelOptions(i.Labels), &answered{}
	resp, err := c.aboutIssues(ctx, r, http.MethodPost, "", &gitlab.CreateIssueOptions{Title: &i.Title, Description: &i.Body, Labels: &labels}, made)
	if status(resp) == http.StatusNotFound {
		// It could be listed just now: its issues are switched off, or not for us.
		return nil, fmt.Errorf("the project takes no issues from this token: %w", audit.ErrForbidden)
	}
	return issueOf(ctx, made, resp, err)
}

// EditIssue implements [forge.Issues].
func (c *Client) EditIssue(ctx context.Context, r forge.Repo, number int64, e forge.Edit) (*forge.Issue, error) {
	ctx, _ = forge.About(ctx, r, "")
	o, edited := &gitlab.UpdateIssueOptions{Description: e.Body}, &answered{}
	if e.Closed != nil {
		event := map[bool]string{true: "close", false: "reopen"}[*e.Closed]
		o.StateEvent = &event
	}
	resp, err := c.aboutIssues(ctx, r, http.MethodPut, below(number), o, edited)
	return issueOf(ctx, edited, resp, err)
}

func issueOf(ctx context.Context, i *answered, resp *gitlab.Response, err error) (*forge.Issue, error) {
	if err != nil {
		return nil, meaning(ctx, resp, err)
	}
	if i.IID == 0 {
		return nil, fmt.Errorf("an issue without a number: %w", audit.ErrDamaged)
	}
	plain := plainIssue(i)
	return &plain, nil
}

func plainIssue(i *answered) forge.Issue {
	return forge.Issue{Number: i.IID, Title: i.Title, Body: i.Description, Closed: i.State == "closed", Labels: i.Labels, URL: i.WebURL}
}
