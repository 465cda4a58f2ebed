package gitlab

import (
	"context"
	"net/http"

	gitlab "gitlab.com/gitlab-org/api/client-go"

	"github.com/perenne-audit/perenne/internal/forge"
)

// Status implements [forge.Statuses].
func (c *Client) Status(ctx context.Context, r forge.Repo, commit, name string) (*forge.Status, error) {
	ctx, _ = forge.About(ctx, r, "")
	all, resp, err := c.api.Commits.GetCommitStatuses(r.Path, commit, &gitlab.GetCommitStatusesOptions{Name: &name}, gitlab.WithContext(ctx))
	if err != nil {
		return nil, meaning(ctx, resp, err)
	}
	var newest *gitlab.CommitStatus
	for _, s := range all {
		if s.Name == name && (newest == nil || s.ID > newest.ID) {
			newest = s
		}
	}
	if newest == nil {
		return nil, nil
	}
	return &forge.Status{Name: name, Failed: newest.Status != string(gitlab.Success), Words: newest.Description, URL: newest.TargetURL}, nil
}

// SetStatus implements [forge.Statuses]. GitLab takes a status for a job, and may
// refuse to let one that has ended so end so again: what it has then stays, until the
// next commit.
func (c *Client) SetStatus(ctx context.Context, r forge.Repo, commit string, s forge.Status) error {
	ctx, _ = forge.About(ctx, r, "")
	o := &gitlab.SetCommitStatusOptions{State: map[bool]gitlab.BuildStateValue{true: gitlab.Failed, false: gitlab.Success}[s.Failed], Name: &s.Name, Description: &s.Words}
	if s.URL != "" {
		o.TargetURL = &s.URL
	}
	_, resp, err := c.api.Commits.SetCommitStatus(r.Path, commit, o, gitlab.WithContext(ctx))
	if status(resp) == http.StatusBadRequest {
		if last, err := c.Status(ctx, r, commit, s.Name); err == nil && last != nil && last.Failed == s.Failed {
			return nil
		}
	}
	if err != nil {
		return meaning(ctx, resp, err)
	}
	return nil
}
