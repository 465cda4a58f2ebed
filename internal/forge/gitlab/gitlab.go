// Package gitlab is the client of GitLab, in the cloud and self-hosted; see the
// package forge. A repository costs two requests: the project itself and one query
// that gathers the rest. GitLab counts requests by the minute and answers to a
// conditional one too, so an unchanged repository costs one.
package gitlab

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	gitlab "gitlab.com/gitlab-org/api/client-go"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
)

// Client asks one GitLab. It implements [forge.Facts].
type Client struct {
	host *forge.Host
	api  *gitlab.Client
}

// anybody keeps the library from showing a token of its own: the host's way shows
// one.
type anybody struct{ gitlab.AccessTokenAuthSource }

// Header implements gitlab's AuthSource with a header that says nothing.
func (anybody) Header(context.Context) (string, string, error) {
	return "X-Requested-By", "perenne", nil
}

// unlimited leaves limits to the host's way: the library's own limiter sleeps.
type unlimited struct{}

func (unlimited) Wait(context.Context) error { return nil }

// Open makes a client.
func Open(h *forge.Host) (forge.Client, error) {
	api, err := gitlab.NewAuthSourceClient(anybody{},
		gitlab.WithBaseURL(h.URL.String()), gitlab.WithHTTPClient(h.HTTP), gitlab.WithoutRetries(),
		gitlab.WithCustomLimiter(unlimited{}), gitlab.WithUserAgent("perenne"))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", h.Name, err)
	}
	return &Client{host: h, api: api}, nil
}

// Facts implements [forge.Facts].
func (c *Client) Facts(ctx context.Context, r forge.Repo, last *forge.Answer) (*forge.Answer, error) {
	account, mark := "", ""
	if last != nil && c.host.Now().Sub(last.Facts.AskedAt) < c.host.Refresh {
		account, mark = last.Account, last.ETag
	}
	ctx, asked := forge.About(ctx, r, account)
	options := []gitlab.RequestOptionFunc{gitlab.WithContext(ctx)}
	if mark != "" {
		options = append(options, gitlab.WithHeader("If-None-Match", mark))
	}
	licence := true
	project, resp, err := c.api.Projects.GetProject(r.Path, &gitlab.GetProjectOptions{License: &licence}, options...)
	switch {
	case status(resp) == http.StatusNotModified && mark != "":
		return last, nil
	case err == nil && project.PathWithNamespace == "":
		err = fmt.Errorf("an answer without a name: %w", audit.ErrDamaged)
	}
	if err != nil {
		return nil, meaning(ctx, resp, err)
	}
	// The mark belongs to who got it; the next request may be another's.
	answer := &forge.Answer{Facts: c.plain(project), ETag: resp.Header.Get("ETag"), Account: asked()}
	if err := c.gather(ctx, &answer.Facts); errors.Is(err, audit.ErrRateLimited) || errors.Is(err, context.Canceled) {
		return nil, err
	} else if err != nil || answer.Facts.CI == audit.CIRunning {
		answer.ETag = ""
	}
	return answer, nil
}

// plain takes what the project says of itself.
func (c *Client) plain(p *gitlab.Project) audit.Forge {
	f := audit.Forge{
		Archived: p.Archived, ID: strconv.FormatInt(p.ID, 10), Path: p.PathWithNamespace, DefaultBranch: p.DefaultBranch,
		Description: p.Description, Topics: slices.Sorted(slices.Values(p.Topics)),
		TakesIssues: p.IssuesAccessLevel == gitlab.EnabledAccessControl || p.IssuesAccessLevel == gitlab.PrivateAccessControl,
		AskedAt:     c.host.Now().UTC().Truncate(time.Second),
	}
	if p.ForkedFromProject != nil {
		f.Fork, f.Parent = true, p.ForkedFromProject.PathWithNamespace
	}
	if p.Namespace != nil {
		f.OwnerType = map[string]string{"group": "organisation", "user": "user"}[p.Namespace.Kind]
	}
	if p.License != nil {
		f.Licence = spdx(p.License.Key)
	}
	// The tags are git's to tell; whose notes answer an issue takes a request each. An
	// issue may be confidential, and nothing tells a reader so.
	f.Withhold(audit.FactPrivateReports, audit.UntoldUnsupported)
	f.Withhold(audit.FactTags, audit.UntoldUnsupported)
	f.Withhold(audit.FactAnswers, audit.UntoldUnsupported)
	return f
}

// spdx writes GitLab's key of a licence as SPDX does: "apache-2.0" is Apache-2.0.
func spdx(key string) string {
	if key == "other" {
		return ""
	}
	return strings.NewReplacer("APACHE", "Apache", "CLAUSE", "Clause", "UNLICENSE", "Unlicense", "ARTISTIC", "Artistic", "ZLIB", "Zlib").
		Replace(strings.ToUpper(key))
}

// meaning gives an error of the library one of audit's meanings.
func meaning(ctx context.Context, resp *gitlab.Response, err error) error {
	if errors.Is(err, gitlab.ErrNotFound) {
		return forge.Meaning(ctx, http.StatusNotFound, err)
	}
	return forge.Meaning(ctx, status(resp), err)
}

// status is that of an answer, 0 without one.
func status(resp *gitlab.Response) int {
	if resp == nil || resp.Response == nil {
		return 0
	}
	return resp.StatusCode
}
