package forgejo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"code.gitea.io/sdk/gitea"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
)

// perPage is as many as Forgejo and Gitea put on a page, unless they are set up to
// put fewer.
const perPage = 50

// Page implements [forge.Discovery] by a search, the one list that these forges order
// by number: what an organisation has is ordered by what was pushed to last. A search
// wants the owner's number, which takes a request of its own, or two for a user.
func (c *Client) Page(ctx context.Context, p forge.Place, at string, _ *forge.Page) (*forge.Page, error) {
	api, err := c.api(ctx)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", c.host.Name, err)
	}
	if p.Owner == "" {
		n, _ := strconv.Atoi(at)
		return c.search(ctx, api, url.Values{"q": {p.Topic}, "topic": {"true"}}, "", max(n, 1))
	}
	owner, number, found := strings.Cut(at, ":")
	n, _ := strconv.Atoi(number)
	if !found {
		if owner, err = c.number(ctx, api, p.Owner); err != nil {
			return nil, err
		}
		n = 1
	}
	return c.search(ctx, api, url.Values{"uid": {owner}, "exclusive": {"true"}}, owner+":", n)
}

// number asks for that of an organisation or a user.
func (c *Client) number(ctx context.Context, api *gitea.Client, owner string) (string, error) {
	org, resp, err := api.GetOrg(owner)
	if err == nil && org.ID > 0 {
		return strconv.FormatInt(org.ID, 10), nil
	}
	if err = refusal(ctx, resp, err); !errors.Is(err, audit.ErrNotFound) {
		return "", err
	}
	user, resp, err := api.GetUserInfo(owner)
	if err == nil && user.ID > 0 {
		return strconv.FormatInt(user.ID, 10), nil
	}
	return "", refusal(ctx, resp, err)
}

// refusal gives an answer that is none a meaning.
func refusal(ctx context.Context, resp *gitea.Response, err error) error {
	if err == nil {
		return fmt.Errorf("an answer without a number: %w", audit.ErrDamaged)
	}
	return forge.Meaning(ctx, status(resp), err)
}

func (c *Client) search(ctx context.Context, api *gitea.Client, query url.Values, cursor string, number int) (*forge.Page, error) {
	for name, value := range map[string]string{"sort": "id", "order": "asc", "limit": strconv.Itoa(perPage), "page": strconv.Itoa(number)} {
		query.Set(name, value)
	}
	repos, resp, err := api.SearchRepos(gitea.SearchRepoOptions{RawQuery: query.Encode()})
	if err != nil {
		return nil, forge.Meaning(ctx, status(resp), err)
	}
	if repos == nil {
		return nil, fmt.Errorf("an answer without a list: %w", audit.ErrDamaged)
	}
	page := &forge.Page{Listed: listed(repos), Account: forge.Asked(ctx)}
	if resp.NextPage > number || total(resp.Header) > number*perPage {
		page.Next = cursor + strconv.Itoa(number+1)
	}
	return page, nil
}

// total is how many there are on all pages.
func total(h http.Header) int {
	n, _ := strconv.Atoi(h.Get("X-Total-Count"))
	return n
}

func listed(repos []*gitea.Repository) []audit.Listed {
	all := make([]audit.Listed, 0, len(repos))
	for _, r := range repos {
		if r.ID == 0 || r.FullName == "" {
			continue
		}
		all = append(all, audit.Listed{
			ID: strconv.FormatInt(r.ID, 10), Path: r.FullName, Archived: r.Archived, Fork: r.Fork, Topics: slices.Sorted(slices.Values(r.Topics)),
		})
	}
	return all
}
