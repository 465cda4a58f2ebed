package gitlab

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	gitlab "gitlab.com/gitlab-org/api/client-go"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
)

// perPage is as many as GitLab puts on a page.
const perPage = 100

// Page implements [forge.Discovery]: the projects of a group with its sub-groups, of a
// user, or of a topic, by their numbers. GitLab counts a request that finds nothing
// changed as any other.
func (c *Client) Page(ctx context.Context, p forge.Place, at string, last *forge.Page) (*forge.Page, error) {
	kind, number, found := strings.Cut(at, ":")
	n, _ := strconv.Atoi(number)
	switch {
	case p.Owner == "":
		return c.list(ctx, p, "topic", max(n, 1), last)
	case found:
		return c.list(ctx, p, kind, n, last)
	}
	first, err := c.list(ctx, p, "group", 1, last)
	if errors.Is(err, audit.ErrNotFound) {
		return c.list(ctx, p, "user", 1, last)
	}
	return first, err
}

func (c *Client) list(ctx context.Context, p forge.Place, kind string, number int, last *forge.Page) (*forge.Page, error) {
	options := []gitlab.RequestOptionFunc{gitlab.WithContext(ctx)}
	if last != nil && last.ETag != "" {
		options = append(options, gitlab.WithHeader("If-None-Match", last.ETag))
	}
	projects, resp, err := c.projects(p, kind, int64(number), options)
	switch {
	case last != nil && status(resp) == http.StatusNotModified:
		return last, nil
	case err != nil:
		return nil, meaning(ctx, resp, err)
	case projects == nil:
		return nil, fmt.Errorf("an answer without a list: %w", audit.ErrDamaged)
	}
	page := &forge.Page{Listed: listed(projects), ETag: resp.Header.Get("ETag"), Account: forge.Asked(ctx)}
	if resp.NextPage > int64(number) || len(projects) == perPage {
		page.Next = fmt.Sprintf("%s:%d", kind, number+1)
	}
	return page, nil
}

func (c *Client) projects(p forge.Place, kind string, number int64, options []gitlab.RequestOptionFunc) ([]*gitlab.Project, *gitlab.Response, error) {
	paging := gitlab.ListOptions{Page: number, PerPage: perPage}
	by, order := "id", "asc"
	if kind == "group" {
		all, shared := true, false
		return c.api.Groups.ListGroupProjects(p.Owner, &gitlab.ListGroupProjectsOptions{
			ListOptions: paging, OrderBy: &by, Sort: &order, IncludeSubGroups: &all, WithShared: &shared,
		}, options...)
	}
	o := &gitlab.ListProjectsOptions{ListOptions: paging, OrderBy: &by, Sort: &order}
	if kind == "user" {
		return c.api.Projects.ListUserProjects(p.Owner, o, options...)
	}
	o.Topic = &p.Topic
	return c.api.Projects.ListProjects(o, options...)
}

func listed(projects []*gitlab.Project) []audit.Listed {
	all := make([]audit.Listed, 0, len(projects))
	for _, p := range projects {
		// What has no repository to read is a project all the same.
		if p.ID == 0 || p.PathWithNamespace == "" || p.RepositoryAccessLevel == gitlab.DisabledAccessControl {
			continue
		}
		all = append(all, audit.Listed{
			ID: strconv.FormatInt(p.ID, 10), Path: p.PathWithNamespace, Archived: p.Archived, Fork: p.ForkedFromProject != nil,
			Topics: slices.Sorted(slices.Values(p.Topics)),
		})
	}
	return all
}
