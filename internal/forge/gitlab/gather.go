package gitlab

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	gitlab "gitlab.com/gitlab-org/api/client-go"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
)

// query gathers in one request what would take five.
const query = `query($path: ID!, $branch: String) {
  project(fullPath: $path) {
    releases(first: 1) { count nodes { releasedAt } }
    open: issues(state: opened) { count }
    branchRules { nodes { isDefault isProtected } }
    pipelines(first: 2, ref: $branch) { nodes { status jobs(first: 50) { nodes { name status allowFailure } } } }
    projectMembers(first: 100) { nodes { accessLevel { integerValue } } }
  }
}`

// gathered is the answer to the query. What somebody may not see is null.
type gathered struct {
	Data struct {
		Project *struct {
			Releases *struct {
				Count int
				Nodes []struct{ ReleasedAt *time.Time }
			}
			Open        *struct{ Count int }
			BranchRules *struct {
				Nodes []struct{ IsDefault, IsProtected bool }
			}
			Pipelines *struct {
				Nodes []pipeline
			}
			ProjectMembers *struct {
				Nodes []struct{ AccessLevel struct{ IntegerValue int } }
			}
		}
	}
}

// gathers are the facts that the query answers.
var gathers = []audit.ForgeFact{audit.FactReleases, audit.FactOpenIssues, audit.FactProtected, audit.FactCI, audit.FactAdmins}

func (c *Client) gather(ctx context.Context, f *audit.Forge) error {
	var g gathered
	err := c.ask(ctx, f, &g)
	if err == nil && g.Data.Project == nil {
		err = fmt.Errorf("the query has no answer: %w", audit.ErrDamaged)
	}
	if err != nil {
		why := audit.UntoldFailed
		switch {
		case errors.Is(err, audit.ErrForbidden):
			why = audit.UntoldForbidden
		case errors.Is(err, audit.ErrNotFound):
			why = audit.UntoldUnsupported
		}
		for _, fact := range gathers {
			f.Withhold(fact, why)
		}
		return err
	}
	g.into(f)
	return nil
}

func (c *Client) ask(ctx context.Context, f *audit.Forge, g *gathered) error {
	body := struct {
		Query     string            `json:"query"`
		Variables map[string]string `json:"variables"`
	}{query, map[string]string{"path": f.Path, "branch": f.DefaultBranch}}
	// The library's own way to the query language forgets the folder of a GitLab
	// that does not lie at the top of its host.
	req, err := c.api.NewRequestToURL(http.MethodPost, c.host.URL.JoinPath("api/graphql"), body, []gitlab.RequestOptionFunc{gitlab.WithContext(ctx)})
	if err != nil {
		return err
	}
	resp, err := c.api.Do(req, g)
	if err != nil {
		return meaning(ctx, resp, err)
	}
	return nil
}

// maintainer is GitLab's number for who may change the settings; owners are above.
const maintainer = 40

func (g *gathered) into(f *audit.Forge) {
	p := g.Data.Project
	told := func(fact audit.ForgeFact, is bool) bool {
		if !is {
			f.Withhold(fact, audit.UntoldForbidden)
		}
		return is
	}
	if told(audit.FactReleases, p.Releases != nil) {
		f.Releases = p.Releases.Count
		if n := p.Releases.Nodes; len(n) > 0 && n[0].ReleasedAt != nil {
			f.LatestRelease = n[0].ReleasedAt.UTC()
		}
	}
	if told(audit.FactOpenIssues, p.Open != nil) {
		f.OpenIssues = p.Open.Count
	}
	if told(audit.FactProtected, p.BranchRules != nil) {
		for _, rule := range p.BranchRules.Nodes {
			f.Protected = f.Protected || rule.IsDefault && rule.IsProtected
		}
	}
	if told(audit.FactCI, p.Pipelines != nil) {
		for _, one := range p.Pipelines.Nodes {
			if state, theirs := one.state(); theirs {
				f.CI = state
				break
			}
		}
	}
	// GitLab shows some members to people who may not see all; a full page may hide
	// more.
	if members := p.ProjectMembers; told(audit.FactAdmins, members != nil && len(members.Nodes) > 0 && len(members.Nodes) < 100) {
		for _, m := range members.Nodes {
			if m.AccessLevel.IntegerValue >= maintainer {
				f.Admins++
			}
		}
	}
}

// pipeline is one of the two newest: GitLab takes a status for a job, and makes a
// pipeline of it where there is none.
type pipeline struct {
	Status string
	Jobs   struct {
		Nodes []struct {
			Name, Status string
			AllowFailure bool
		}
	}
}

// state is what GitLab makes of the jobs, without what perenne itself wrote there;
// false when there is nothing else.
func (p *pipeline) state() (audit.CIState, bool) {
	var others []audit.CIState
	for _, job := range p.Jobs.Nodes {
		if forge.OwnStatus(job.Name) {
			continue
		}
		one := state(job.Status)
		if job.AllowFailure && one == audit.CIFailed {
			one = audit.CIPassed
		}
		others = append(others, one)
	}
	if len(others) == len(p.Jobs.Nodes) {
		return state(p.Status), true
	}
	return forge.Worst(others), len(others) > 0
}

// state sums up the status of a pipeline or a job.
func state(status string) audit.CIState {
	switch status {
	case "SUCCESS":
		return audit.CIPassed
	case "FAILED":
		return audit.CIFailed
	case "RUNNING", "PENDING", "CREATED", "PREPARING", "WAITING_FOR_RESOURCE", "WAITING_FOR_CALLBACK", "SCHEDULED":
		return audit.CIRunning
	}
	// Cancelled, skipped or waiting for a person: it says nothing of the code.
	return audit.CINone
}
