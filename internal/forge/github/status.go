package github

import (
	"context"

	"github.com/google/go-github/v62/github"

	"github.com/perenne-audit/perenne/internal/forge"
)

// Status implements [forge.Statuses]. The combined answer holds the newest under each
// name, a hundred of them at most.
func (c *Client) Status(ctx context.Context, r forge.Repo, commit, name string) (*forge.Status, error) {
	ctx, _ = forge.About(ctx, r, "")
	combined, resp, err := c.api.Repositories.GetCombinedStatus(ctx, r.Owner(), r.Name(), commit, &github.ListOptions{PerPage: 100})
	if err != nil {
		return nil, forge.Meaning(ctx, status(resp), err)
	}
	for _, s := range combined.Statuses {
		if s.GetContext() == name {
			return &forge.Status{Name: name, Failed: s.GetState() != "success", Words: s.GetDescription(), URL: s.GetTargetURL()}, nil
		}
	}
	return nil, nil
}

// SetStatus implements [forge.Statuses].
func (c *Client) SetStatus(ctx context.Context, r forge.Repo, commit string, s forge.Status) error {
	ctx, _ = forge.About(ctx, r, "")
	state := map[bool]string{true: "failure", false: "success"}[s.Failed]
	said := &github.RepoStatus{State: &state, Context: &s.Name, Description: &s.Words}
	if s.URL != "" {
		said.TargetURL = &s.URL
	}
	_, resp, err := c.api.Repositories.CreateStatus(ctx, r.Owner(), r.Name(), commit, said)
	if err != nil {
		return forge.Meaning(ctx, status(resp), err)
	}
	return nil
}
