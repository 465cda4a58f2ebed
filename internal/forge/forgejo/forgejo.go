// Package forgejo is the client of Forgejo and Gitea; see the package forge. A
// repository costs three requests at first: the repository, whether its owner is
// an organisation, and what the checks of the newest commit said. These forges
// have neither conditional requests nor, as a rule, a quota; a repository that was
// not touched costs one.
package forgejo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"code.gitea.io/sdk/gitea"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
)

// Client asks one Forgejo or Gitea. It implements [forge.Facts].
type Client struct{ host *forge.Host }

// Open makes a client.
func Open(h *forge.Host) (forge.Client, error) { return &Client{h}, nil }

// api returns the library's client for one context: it keeps the context itself.
func (c *Client) api(ctx context.Context) (*gitea.Client, error) {
	return gitea.NewClient(strings.TrimSuffix(c.host.URL.String(), "/"),
		// Without a version the library asks for it, which would be a request more.
		gitea.SetGiteaVersion(""), gitea.SetHTTPClient(c.host.HTTP), gitea.SetContext(ctx), gitea.SetUserAgent("perenne"))
}

// Facts implements [forge.Facts].
func (c *Client) Facts(ctx context.Context, r forge.Repo, last *forge.Answer) (*forge.Answer, error) {
	account := ""
	if last != nil {
		account = last.Account
	}
	ctx, asked := forge.About(ctx, r, account)
	api, err := c.api(ctx)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", c.host.Name, err)
	}
	repo, resp, err := api.GetRepo(r.Owner(), r.Name())
	if err == nil && repo.FullName == "" {
		err = fmt.Errorf("an answer without a name: %w", audit.ErrDamaged)
	}
	if err != nil {
		return nil, forge.Meaning(ctx, status(resp), err)
	}
	answer := &forge.Answer{Facts: c.plain(repo), LastModified: repo.Updated.UTC().Format(time.RFC3339Nano)}
	if last != nil && c.same(last, answer) {
		return last, nil
	}
	for _, ask := range []func(context.Context, *gitea.Client, *audit.Forge) error{c.owner, c.checks} {
		if err := ask(ctx, api, &answer.Facts); errors.Is(err, audit.ErrRateLimited) || errors.Is(err, context.Canceled) {
			return nil, err
		} else if err != nil || answer.Facts.CI == audit.CIRunning {
			answer.LastModified = ""
		}
	}
	answer.Account = asked()
	return answer, nil
}

// same reports whether the repository says of itself what it said last.
func (c *Client) same(last, now *forge.Answer) bool {
	a, b := last.Facts, now.Facts
	return c.host.Now().Sub(a.AskedAt) < c.host.Refresh && last.LastModified == now.LastModified &&
		a.Archived == b.Archived && a.Path == b.Path && a.Releases == b.Releases && a.OpenIssues == b.OpenIssues
}

// plain takes what the repository says of itself.
func (c *Client) plain(repo *gitea.Repository) audit.Forge {
	f := audit.Forge{
		Archived: repo.Archived, Fork: repo.Fork, ID: strconv.FormatInt(repo.ID, 10), Path: repo.FullName,
		DefaultBranch: repo.DefaultBranch, Homepage: repo.Website, Description: repo.Description,
		Topics: slices.Sorted(slices.Values(repo.Topics)), TakesIssues: repo.HasIssues, OpenIssues: repo.OpenIssues,
		Releases: repo.Releases, AskedAt: c.host.Now().UTC().Truncate(time.Second),
	}
	if repo.Parent != nil {
		f.Parent = repo.Parent.FullName
	}
	// Newer versions tell the licences of the repository; with several, which one
	// counts is not theirs to say.
	if len(repo.Licenses) == 1 {
		f.Licence = repo.Licenses[0]
	} else {
		f.Withhold(audit.FactLicence, audit.UntoldUnsupported)
	}
	for _, fact := range []audit.ForgeFact{audit.FactTags, audit.FactAnswers, audit.FactPrivateReports, audit.FactProtected, audit.FactAdmins} {
		f.Withhold(fact, audit.UntoldUnsupported)
	}
	return f
}

// owner asks whether the owner is an organisation: the repository does not say.
func (c *Client) owner(ctx context.Context, api *gitea.Client, f *audit.Forge) error {
	owner, _, _ := strings.Cut(f.Path, "/")
	_, resp, err := api.GetOrg(owner)
	switch {
	case err == nil:
		f.OwnerType = "organisation"
	case status(resp) == http.StatusNotFound:
		f.OwnerType = "user"
	default:
		return forge.Meaning(ctx, status(resp), err)
	}
	return nil
}

// checks asks what the checks of the newest commit said.
func (c *Client) checks(ctx context.Context, api *gitea.Client, f *audit.Forge) error {
	owner, name, _ := strings.Cut(f.Path, "/")
	if f.DefaultBranch == "" {
		return nil
	}
	combined, resp, err := api.GetCombinedStatus(owner, name, f.DefaultBranch)
	switch {
	case err == nil && combined != nil:
		f.CI = state(combined)
		return nil
	case err == nil || status(resp) == http.StatusNotFound:
		// An empty repository.
		return nil
	}
	err = forge.Meaning(ctx, status(resp), err)
	why := audit.UntoldFailed
	if errors.Is(err, audit.ErrForbidden) {
		why = audit.UntoldForbidden
	}
	f.Withhold(audit.FactCI, why)
	return err
}

// states are those of a status.
var states = map[gitea.StatusState]audit.CIState{
	gitea.StatusSuccess: audit.CIPassed, gitea.StatusWarning: audit.CIPassed, gitea.StatusFailure: audit.CIFailed,
	gitea.StatusError: audit.CIFailed, gitea.StatusPending: audit.CIRunning,
}

// state sums up the statuses of a commit, without what perenne itself wrote there.
func state(s *gitea.CombinedStatus) audit.CIState {
	var others []audit.CIState
	for _, one := range s.Statuses {
		if !forge.OwnStatus(one.Context) {
			others = append(others, states[one.State])
		}
	}
	switch {
	case s.TotalCount == 0 && len(s.Statuses) == 0:
		return audit.CINone
	case len(others) == len(s.Statuses):
		return states[s.State]
	}
	return forge.Worst(others)
}

// status is that of an answer, 0 without one.
func status(resp *gitea.Response) int {
	if resp == nil || resp.Response == nil {
		return 0
	}
	return resp.StatusCode
}
