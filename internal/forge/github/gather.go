package github

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
)

// query gathers in one request what would take eight. It costs one point of the
// 5,000 an hour that GitHub counts apart from other requests.
const query = `query($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) {
    releases(first: 1, orderBy: {field: CREATED_AT, direction: DESC}) { totalCount nodes { publishedAt } }
    refs(refPrefix: "refs/tags/") { totalCount }
    open: issues(states: OPEN) { totalCount }
    newest: issues(first: 20, orderBy: {field: CREATED_AT, direction: DESC}) {
      nodes { createdAt author { login } comments(first: 5) { nodes { createdAt author { login __typename } } } }
    }
    defaultBranchRef {
      refUpdateRule { pattern }
      rules(first: 1) { totalCount }
      target { ... on Commit { statusCheckRollup { state contexts(first: 100) { nodes { ... on StatusContext { context state } ... on CheckRun { conclusion } } } } } }
    }
    collaborators(first: 100) { totalCount edges { permission } }
  }
}`

// gathered is the answer to the query.
type gathered struct {
	Data struct {
		Repository *struct {
			Releases struct {
				TotalCount int
				Nodes      []struct{ PublishedAt *time.Time }
			}
			Refs, Open       *struct{ TotalCount int }
			Newest           struct{ Nodes []issue }
			DefaultBranchRef *struct {
				RefUpdateRule *struct{ Pattern string }
				Rules         *struct{ TotalCount int }
				Target        struct{ StatusCheckRollup *rollup }
			}
			Collaborators *struct {
				TotalCount int
				Edges      []struct{ Permission string }
			}
		}
	}
	Errors []struct {
		Type string
		Path []any
	}
}

// rollup sums up the checks and statuses of a commit.
type rollup struct {
	State    string
	Contexts struct {
		// Nodes are statuses, which have a context, and checks, which have none, and no
		// conclusion before they end.
		Nodes []struct{ Context, State, Conclusion string }
	}
}

// issue is one of those that were opened last.
type issue struct {
	CreatedAt time.Time
	Author    *actor
	Comments  struct {
		Nodes []struct {
			CreatedAt time.Time
			Author    *actor
		}
	}
}

// actor is nil for an account that is gone. The name is compared and not kept.
type actor struct {
	Login    string
	TypeName string `json:"__typename"`
}

// gathers are the facts that the query answers.
var gathers = []audit.ForgeFact{
	audit.FactReleases, audit.FactTags, audit.FactOpenIssues, audit.FactAnswers, audit.FactProtected, audit.FactCI, audit.FactAdmins,
}

func (c *Client) gather(ctx context.Context, r forge.Repo, f *audit.Forge) error {
	var g gathered
	err := c.ask(ctx, r, &g)
	if err == nil && g.Data.Repository == nil {
		err = fmt.Errorf("the query has no answer: %w", audit.ErrDamaged)
	}
	if err != nil {
		for _, fact := range gathers {
			f.Withhold(fact, untold(err))
		}
		return err
	}
	g.into(f)
	return nil
}

func (c *Client) ask(ctx context.Context, r forge.Repo, g *gathered) error {
	body := map[string]any{"query": query, "variables": map[string]string{"owner": r.Owner(), "name": r.Name()}}
	req, err := c.api.NewRequest(http.MethodPost, c.graphql, body)
	if err != nil {
		return err
	}
	resp, err := c.api.Do(ctx, req, g)
	if err != nil {
		return forge.Meaning(ctx, status(resp), err)
	}
	for _, fault := range g.Errors {
		if fault.Type == "RATE_LIMITED" {
			return forge.Limited(c.host.Name, time.Minute)
		}
	}
	return nil
}

// failed reports whether the answer says so of one field.
func (g *gathered) failed(field string) (audit.Untold, bool) {
	for _, fault := range g.Errors {
		if !slices.Contains(fault.Path, any(field)) {
			continue
		}
		if fault.Type == "FORBIDDEN" || fault.Type == "INSUFFICIENT_SCOPES" {
			return audit.UntoldForbidden, true
		}
		return audit.UntoldFailed, true
	}
	return "", false
}

func (g *gathered) into(f *audit.Forge) {
	repo := g.Data.Repository
	f.Releases = repo.Releases.TotalCount
	if n := repo.Releases.Nodes; len(n) > 0 && n[0].PublishedAt != nil {
		f.LatestRelease = n[0].PublishedAt.UTC()
	}
	if repo.Refs != nil {
		f.Tags = repo.Refs.TotalCount
	}
	if repo.Open != nil {
		f.OpenIssues = repo.Open.TotalCount
	}
	f.Answers = answers(repo.Newest.Nodes)
	if ref := repo.DefaultBranchRef; ref != nil {
		f.Protected = ref.RefUpdateRule != nil || ref.Rules != nil && ref.Rules.TotalCount > 0
		if rollup := ref.Target.StatusCheckRollup; rollup != nil {
			f.CI = rollup.state()
		}
	}
	if people := repo.Collaborators; people != nil && people.TotalCount <= len(people.Edges) {
		for _, edge := range people.Edges {
			if edge.Permission == "ADMIN" {
				f.Admins++
			}
		}
	} else if _, said := g.failed("collaborators"); !said {
		// GitHub answers null to whoever may not write, with or without an error.
		f.Withhold(audit.FactAdmins, audit.UntoldForbidden)
	}
	for field, fact := range map[string]audit.ForgeFact{
		"releases": audit.FactReleases, "refs": audit.FactTags, "open": audit.FactOpenIssues, "newest": audit.FactAnswers,
		"refUpdateRule": audit.FactProtected, "rules": audit.FactProtected, "statusCheckRollup": audit.FactCI, "collaborators": audit.FactAdmins,
	} {
		if why, failed := g.failed(field); failed {
			f.Withhold(fact, why)
		}
	}
}

// states are those of GitHub's rollup of checks and statuses, and conclusions of
// checks.
var states = map[string]audit.CIState{
	"SUCCESS": audit.CIPassed, "FAILURE": audit.CIFailed, "ERROR": audit.CIFailed,
	"PENDING": audit.CIRunning, "EXPECTED": audit.CIRunning, "": audit.CIRunning,
	"NEUTRAL": audit.CIPassed, "SKIPPED": audit.CIPassed, "STALE": audit.CIPassed,
	"TIMED_OUT": audit.CIFailed, "CANCELLED": audit.CIFailed, "ACTION_REQUIRED": audit.CIFailed, "STARTUP_FAILURE": audit.CIFailed,
}

// state is what GitHub makes of the checks, without what perenne itself wrote there.
func (r *rollup) state() audit.CIState {
	var others []audit.CIState
	for _, one := range r.Contexts.Nodes {
		if one.Context == "" {
			others = append(others, states[one.Conclusion])
		} else if !forge.OwnStatus(one.Context) {
			others = append(others, states[one.State])
		}
	}
	if len(others) == len(r.Contexts.Nodes) {
		return states[r.State]
	}
	return forge.Worst(others)
}

// answers looks for the first comment that neither a program nor who asked wrote.
func answers(issues []issue) audit.IssueAnswers {
	var took []time.Duration
	for _, i := range issues {
		for _, comment := range i.Comments.Nodes {
			by := comment.Author
			if by == nil || by.TypeName == "Bot" || i.Author != nil && by.Login == i.Author.Login {
				continue
			}
			took = append(took, max(comment.CreatedAt.Sub(i.CreatedAt), 0))
			break
		}
	}
	return forge.Answered(len(issues), took)
}
