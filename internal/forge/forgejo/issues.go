package forgejo

import (
	"context"
	"errors"
	"fmt"

	"code.gitea.io/sdk/gitea"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
)

// issuesOnPage is the most that Gitea and Forgejo give unless they are told
// otherwise; one that gives less says how many follow.
const issuesOnPage = 50

// Issue implements [forge.Issues].
func (c *Client) Issue(ctx context.Context, r forge.Repo, number int64) (*forge.Issue, error) {
	ctx, api, err := c.about(ctx, r)
	if err != nil {
		return nil, err
	}
	i, resp, err := api.GetIssue(r.Owner(), r.Name(), number)
	return issueOf(ctx, i, resp, err)
}

// ListIssues implements [forge.Issues]. They list the newest first, and have no way
// to say so.
func (c *Client) ListIssues(ctx context.Context, r forge.Repo, label string, page int) ([]forge.Issue, bool, error) {
	ctx, api, err := c.about(ctx, r)
	if err != nil {
		return nil, false, err
	}
	o := gitea.ListIssueOption{State: gitea.StateAll, Type: gitea.IssueTypeIssue, ListOptions: gitea.ListOptions{Page: page, PageSize: issuesOnPage}}
	if label != "" {
		o.Labels = []string{label}
	}
	some, resp, err := api.ListRepoIssues(r.Owner(), r.Name(), o)
	if err != nil {
		return nil, false, forge.Meaning(ctx, status(resp), err)
	}
	all := make([]forge.Issue, len(some))
	for i := range some {
		all[i] = plainIssue(some[i])
	}
	return all, resp.NextPage > page, nil
}

// CreateIssue implements [forge.Issues].
func (c *Client) CreateIssue(ctx context.Context, r forge.Repo, i forge.Issue) (*forge.Issue, error) {
	ctx, api, err := c.about(ctx, r)
	if err != nil {
		return nil, err
	}
	labels, err := labels(ctx, api, r, i.Labels)
	if err != nil {
		return nil, err
	}
	made, resp, err := api.CreateIssue(r.Owner(), r.Name(), gitea.CreateIssueOption{Title: i.Title, Body: i.Body, Labels: labels})
	return issueOf(ctx, made, resp, err)
}

// EditIssue implements [forge.Issues].
func (c *Client) EditIssue(ctx context.Context, r forge.Repo, number int64, e forge.Edit) (*forge.Issue, error) {
	ctx, api, err := c.about(ctx, r)
	if err != nil {
		return nil, err
	}
	o := gitea.EditIssueOption{Body: e.Body}
	if e.Closed != nil {
		state := map[bool]gitea.StateType{true: gitea.StateClosed, false: gitea.StateOpen}[*e.Closed]
		o.State = &state
	}
	edited, resp, err := api.EditIssue(r.Owner(), r.Name(), number, o)
	return issueOf(ctx, edited, resp, err)
}

// about prepares requests that concern one repository.
func (c *Client) about(ctx context.Context, r forge.Repo) (context.Context, *gitea.Client, error) {
	ctx, _ = forge.About(ctx, r, "")
	api, err := c.api(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("open %s: %w", c.host.Name, err)
	}
	return ctx, api, nil
}

// labelPages bounds how far a label is looked for.
const labelPages = 4

// labels finds the numbers of labels by their names, and makes those that are not
// there, unless the token may not.
func labels(ctx context.Context, api *gitea.Client, r forge.Repo, names []string) ([]int64, error) {
	known := map[string]int64{}
	for page := 1; page <= labelPages && len(names) > 0; page++ {
		some, resp, err := api.ListRepoLabels(r.Owner(), r.Name(), gitea.ListLabelsOptions{ListOptions: gitea.ListOptions{Page: page, PageSize: issuesOnPage}})
		if err != nil {
			return nil, fmt.Errorf("list the labels: %w", forge.Meaning(ctx, status(resp), err))
		}
		for _, l := range some {
			known[l.Name] = l.ID
		}
		if resp.NextPage <= page {
			break
		}
	}
	var numbers []int64
	for _, name := range names {
		if known[name] == 0 {
			made, resp, err := api.CreateLabel(r.Owner(), r.Name(), gitea.CreateLabelOption{Name: name, Color: "#0063cb"})
			if err != nil {
				if err = forge.Meaning(ctx, status(resp), err); errors.Is(err, audit.ErrForbidden) {
					continue
				}
				return nil, fmt.Errorf("make the label %q: %w", name, err)
			}
			known[name] = made.ID
		}
		numbers = append(numbers, known[name])
	}
	return numbers, nil
}

func issueOf(ctx context.Context, i *gitea.Issue, resp *gitea.Response, err error) (*forge.Issue, error) {
	if err != nil {
		return nil, forge.Meaning(ctx, status(resp), err)
	}
	if i.Index == 0 {
		return nil, fmt.Errorf("an issue without a number: %w", audit.ErrDamaged)
	}
	plain := plainIssue(i)
	return &plain, nil
}

func plainIssue(i *gitea.Issue) forge.Issue {
	plain := forge.Issue{Number: i.Index, Title: i.Title, Body: i.Body, Closed: i.State == gitea.StateClosed, URL: i.HTMLURL}
	for _, label := range i.Labels {
		plain.Labels = append(plain.Labels, label.Name)
	}
	return plain
}
