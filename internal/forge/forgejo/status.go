package forgejo

import (
	"context"

	"code.gitea.io/sdk/gitea"

	"github.com/perenne-audit/perenne/internal/forge"
)

// Status implements [forge.Statuses]. The combined answer holds the newest under each
// name.
func (c *Client) Status(ctx context.Context, r forge.Repo, commit, name string) (*forge.Status, error) {
	ctx, api, err := c.about(ctx, r)
	if err != nil {
		return nil, err
	}
	combined, resp, err := api.GetCombinedStatus(r.Owner(), r.Name(), commit)
	if err != nil {
		return nil, forge.Meaning(ctx, status(resp), err)
	}
	for _, s := range combined.Statuses {
		if s.Context == name {
			return &forge.Status{Name: name, Failed: s.State != gitea.StatusSuccess, Words: s.Description, URL: s.TargetURL}, nil
		}
	}
	return nil, nil
}

// SetStatus implements [forge.Statuses].
func (c *Client) SetStatus(ctx context.Context, r forge.Repo, commit string, s forge.Status) error {
	ctx, api, err := c.about(ctx, r)
	if err != nil {
		return err
	}
	state := map[bool]gitea.StatusState{true: gitea.StatusFailure, false: gitea.StatusSuccess}[s.Failed]
	_, resp, err := api.CreateStatus(r.Owner(), r.Name(), commit, gitea.CreateStatusOption{State: state, TargetURL: s.URL, Description: s.Words, Context: s.Name})
	if err != nil {
		return forge.Meaning(ctx, status(resp), err)
	}
	return nil
}
