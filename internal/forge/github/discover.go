package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/go-github/v62/github"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
)

const (
	// perPage is as many as GitHub puts on a page.
	perPage = 100
	// searched is how many results of a search GitHub shows.
	searched = 1000
)

// Page implements [forge.Discovery]. The repositories of an organisation or a user
// are listed from the oldest, 100 for a request, which is not counted when the page
// has not changed. A topic is searched for: GitHub shows a thousand results and counts
// searches by the minute.
func (c *Client) Page(ctx context.Context, p forge.Place, at string, last *forge.Page) (*forge.Page, error) {
	if p.Owner == "" {
		return c.topic(ctx, p.Topic, max(number(at), 1))
	}
	kind, page, found := strings.Cut(at, ":")
	if found {
		return c.owned(ctx, kind, p.Owner, number(page), last)
	}
	first, err := c.owned(ctx, "orgs", p.Owner, 1, last)
	if errors.Is(err, audit.ErrNotFound) {
		return c.owned(ctx, "users", p.Owner, 1, last)
	}
	return first, err
}

// errNoList: no list at all is not an empty one.
var errNoList = fmt.Errorf("an answer without a list: %w", audit.ErrDamaged)

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// owned asks for what an organisation or a user has.
func (c *Client) owned(ctx context.Context, kind, owner string, number int, last *forge.Page) (*forge.Page, error) {
	address := fmt.Sprintf("%s/%s/repos?sort=created&direction=asc&per_page=%d&page=%d", kind, url.PathEscape(owner), perPage, number)
	var repos []*github.Repository
	resp, account, err := c.list(ctx, address, &repos, last)
	switch {
	case last != nil && status(resp) == http.StatusNotModified:
		return last, nil
	case err != nil:
		return nil, err
	case repos == nil:
		return nil, errNoList
	}
	page := &forge.Page{Listed: listed(repos), ETag: resp.Header.Get("ETag"), Account: account}
	// What follows a full page is not told by a page that has not changed.
	if resp.NextPage > number || len(repos) == perPage {
		page.Next = fmt.Sprintf("%s:%d", kind, number+1)
	}
	return page, nil
}

// topic searches the whole forge.
func (c *Client) topic(ctx context.Context, topic string, number int) (*forge.Page, error) {
	query := url.QueryEscape(`topic:` + strconv.Quote(topic) + ` fork:true`)
	var found github.RepositoriesSearchResult
	_, account, err := c.list(ctx, fmt.Sprintf("search/repositories?q=%s&per_page=%d&page=%d", query, perPage, number), &found, nil)
	switch {
	case err != nil:
		return nil, err
	case found.GetIncompleteResults():
		return nil, fmt.Errorf("the search ran out of time: %w", audit.ErrUnreachable)
	case found.Total == nil || found.Repositories == nil:
		return nil, errNoList
	}
	page := &forge.Page{Listed: listed(found.Repositories), More: found.GetTotal() > searched, Account: account}
	if number*perPage < min(found.GetTotal(), searched) {
		page.Next = strconv.Itoa(number + 1)
	}
	return page, nil
}

// list sends one request and names the account that did.
func (c *Client) list(ctx context.Context, address string, into any, last *forge.Page) (*github.Response, string, error) {
	req, err := c.api.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return nil, "", err
	}
	if last != nil && last.ETag != "" {
		req.Header.Set("If-None-Match", last.ETag)
	}
	resp, err := c.api.Do(ctx, req, into)
	if err != nil {
		return resp, "", forge.Meaning(ctx, status(resp), err)
	}
	return resp, forge.Asked(ctx), nil
}

func listed(repos []*github.Repository) []audit.Listed {
	all := make([]audit.Listed, 0, len(repos))
	for _, r := range repos {
		if r.GetID() == 0 || r.GetFullName() == "" {
			continue
		}
		all = append(all, audit.Listed{
			ID: strconv.FormatInt(r.GetID(), 10), Path: r.GetFullName(), Archived: r.GetArchived(), Fork: r.GetFork(),
			Topics: slices.Sorted(slices.Values(r.Topics)),
		})
	}
	return all
}
