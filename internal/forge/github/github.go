// Package github is the client of GitHub and GitHub Enterprise; see the package
// forge. A repository costs three requests at first: the repository itself, one
// query that gathers the rest, and whether vulnerabilities may be reported in
// private. After that, the first alone is asked with the mark of the last answer,
// which GitHub does not count while nothing changed.
package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/google/go-github/v62/github"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
)

// Client asks one GitHub. It implements [forge.Facts].
type Client struct {
	host *forge.Host
	api  *github.Client
	// graphql is the address of the query language.
	graphql string
}

// Open makes a client.
func Open(h *forge.Host) (forge.Client, error) {
	base, err := url.Parse(forge.APIOf(h.URL))
	if err != nil {
		return nil, fmt.Errorf("address of %s: %w", h.Name, err)
	}
	c := &Client{host: h, api: github.NewClient(h.HTTP), graphql: base.JoinPath("graphql").String()}
	if h.URL.Host != "github.com" {
		c.graphql = h.URL.JoinPath("api/graphql").String()
	}
	c.api.BaseURL = base
	c.api.UserAgent = "perenne"
	return c, nil
}

// Facts implements [forge.Facts].
func (c *Client) Facts(ctx context.Context, r forge.Repo, last *forge.Answer) (*forge.Answer, error) {
	account := ""
	if last != nil {
		account = last.Account
	}
	ctx, asked := forge.About(ctx, r, account)
	repo, resp, err := c.repository(ctx, r, last)
	switch {
	case status(resp) == http.StatusNotModified && last != nil:
		return last, nil
	case err != nil:
		return nil, forge.Meaning(ctx, status(resp), err)
	}
	answer := &forge.Answer{
		Facts: c.plain(repo), ETag: resp.Header.Get("ETag"), LastModified: resp.Header.Get("Last-Modified"),
		// The mark belongs to who got it; the next request may be another's.
		Account: asked(),
	}
	now := forge.Repo{Host: r.Host, Path: answer.Facts.Path}
	whole, err := c.rest(ctx, now, &answer.Facts)
	if err != nil {
		return nil, err
	}
	if !whole || answer.Facts.CI == audit.CIRunning {
		// What was missing, or was not over, is asked for next time.
		answer.ETag, answer.LastModified = "", ""
	}
	return answer, nil
}

// repository asks for the repository, and only whether it changed when the last
// answer is young enough.
func (c *Client) repository(ctx context.Context, r forge.Repo, last *forge.Answer) (*github.Repository, *github.Response, error) {
	req, err := c.api.NewRequest(http.MethodGet, "repos/"+r.Path, nil)
	if err != nil {
		return nil, nil, err
	}
	if last != nil && c.host.Now().Sub(last.Facts.AskedAt) < c.host.Refresh {
		// GitHub heeds the first, which belongs to a token; the second is for when
		// another token asks.
		for name, value := range map[string]string{"If-None-Match": last.ETag, "If-Modified-Since": last.LastModified} {
			if value != "" {
				req.Header.Set(name, value)
			}
		}
	}
	repo := &github.Repository{}
	resp, err := c.api.Do(ctx, req, repo)
	if err == nil && repo.GetFullName() == "" {
		err = fmt.Errorf("an answer without a name: %w", audit.ErrDamaged)
	}
	return repo, resp, err
}

// plain takes what the repository says of itself.
func (c *Client) plain(repo *github.Repository) audit.Forge {
	f := audit.Forge{
		Archived: repo.GetArchived(), Fork: repo.GetFork(), ID: strconv.FormatInt(repo.GetID(), 10), Path: repo.GetFullName(),
		DefaultBranch: repo.GetDefaultBranch(), Homepage: repo.GetHomepage(), Description: repo.GetDescription(),
		TakesIssues: repo.GetHasIssues(), AskedAt: c.host.Now().UTC().Truncate(time.Second),
		Topics: slices.Sorted(slices.Values(repo.Topics)),
	}
	if parent := repo.GetParent(); parent != nil && f.Fork {
		f.Parent = parent.GetFullName()
	}
	switch repo.GetOwner().GetType() {
	case "Organization":
		f.OwnerType = "organisation"
	case "User":
		f.OwnerType = "user"
	}
	if id := repo.GetLicense().GetSPDXID(); id != "NOASSERTION" {
		f.Licence = id
	}
	return f
}

// rest asks for what the repository does not say of itself, and reports whether
// nothing failed. The error is a limit's or the context's: then asking again is
// better than an answer with holes.
func (c *Client) rest(ctx context.Context, r forge.Repo, f *audit.Forge) (whole bool, err error) {
	gather := c.gather
	if !c.host.Named {
		gather = c.releases
	}
	for _, ask := range []func(context.Context, forge.Repo, *audit.Forge) error{gather, c.privateReports} {
		if err := ask(ctx, r, f); errors.Is(err, audit.ErrRateLimited) || errors.Is(err, context.Canceled) {
			return false, err
		}
	}
	for _, why := range f.Untold {
		if why == audit.UntoldFailed {
			return false, nil
		}
	}
	return true, nil
}

// privateReports asks whether vulnerabilities may be reported in private.
func (c *Client) privateReports(ctx context.Context, r forge.Repo, f *audit.Forge) error {
	enabled, resp, err := c.api.Repositories.IsPrivateReportingEnabled(ctx, r.Owner(), r.Name())
	if err == nil {
		f.PrivateReports = enabled
		return nil
	}
	err = forge.Meaning(ctx, status(resp), err)
	f.Withhold(audit.FactPrivateReports, untold(err))
	return err
}

// releases asks what anybody may know without a token, and withholds what takes
// one.
func (c *Client) releases(ctx context.Context, r forge.Repo, f *audit.Forge) error {
	for _, fact := range []audit.ForgeFact{
		audit.FactProtected, audit.FactTags, audit.FactOpenIssues, audit.FactAnswers, audit.FactCI, audit.FactAdmins,
	} {
		f.Withhold(fact, audit.UntoldForbidden)
	}
	newest, resp, err := c.api.Repositories.ListReleases(ctx, r.Owner(), r.Name(), &github.ListOptions{PerPage: 1})
	if err != nil {
		err = forge.Meaning(ctx, status(resp), err)
		f.Withhold(audit.FactReleases, untold(err))
		return err
	}
	// With one on a page, the number of the last page counts them.
	f.Releases = max(resp.LastPage, len(newest))
	if len(newest) > 0 {
		f.LatestRelease = newest[0].GetPublishedAt().UTC()
	}
	return nil
}

// untold is why something was not said.
func untold(err error) audit.Untold {
	switch {
	case errors.Is(err, audit.ErrForbidden):
		return audit.UntoldForbidden
	case errors.Is(err, audit.ErrNotFound):
		return audit.UntoldUnsupported
	}
	return audit.UntoldFailed
}

// status is that of an answer, 0 without one.
func status(resp *github.Response) int {
	if resp == nil || resp.Response == nil {
		return 0
	}
	return resp.StatusCode
}
