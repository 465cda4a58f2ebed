package forge

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/guard"
)

// Place is where repositories are looked for on a forge.
type Place struct {
	Host     string
	Insecure bool
	// Owner is the path of an organisation, a user or a group; "" for the whole forge.
	Owner string
	// Topic, when not empty, is one that the repositories of a whole forge carry. What
	// an owner has is listed whatever it is about.
	Topic string
}

// Page is a part of a list.
type Page struct {
	// Listed may be empty. Missing is not set.
	Listed []audit.Listed
	// Next asks for the page that follows; "" after the last.
	Next string
	// More is true when the forge has more and will not list it.
	More bool
	// ETag, "" for none, is that of the page for Account.
	ETag, Account string
}

// Discovery is implemented by a client that can list repositories.
type Discovery interface {
	// Page asks for a page, the first when at is "" and else the one that Next of the
	// page before names. Pages are ordered by something that does not change, so that
	// what is pushed to meanwhile is neither seen twice nor missed. It takes one
	// request, up to three for the first. Last is the page that was answered before,
	// nil at first: when the forge says that it is the same, it is returned itself.
	// Repositories without a readable name are left out. The error is as that of
	// [Facts]; an owner that the forge does not show wraps [audit.ErrNotFound].
	Page(ctx context.Context, p Place, at string, last *Page) (*Page, error)
}

// A list is bounded, so that a forge that never comes to an end fills no memory.
const (
	maxListed = 20_000
	maxPages  = 1000
)

// errEndless: pages that lead in a circle.
var errEndless = fmt.Errorf("the pages of the list lead in a circle: %w", audit.ErrDamaged)

// Discover lists what a search of the portfolio may find: everything below its owner,
// or all with its topic on the whole forge. Nothing is chosen yet. Each token of the
// host is asked, because each may see what the others do not. Pages that have not
// changed since they were last listed spend no quota where the forge has conditional
// requests. Progress, when not nil, is told how many are listed so far.
//
// The reason, for people, and the error say why there is no list. The error wraps one
// of audit's meanings; with [audit.ErrRateLimited] it has a method RetryAfter. A nil
// desk asks nobody. A host without a token is asked without one: whoever wrote the
// search wants it asked.
func (d *Desk) Discover(ctx context.Context, s audit.Search, progress func(listed int)) (*audit.Listing, audit.Reason, error) {
	p, ok := placeOf(s)
	switch {
	case d == nil:
		return nil, audit.Because("search-not-asked"), fmt.Errorf("list %s: forges.ask is never: %w", s.In, audit.ErrUnsupported)
	case !ok:
		return nil, audit.Because("search-nowhere"), fmt.Errorf("list %s: no address of a forge: %w", s.In, audit.ErrUnsupported)
	}
	if progress == nil {
		progress = func(int) {}
	}
	r := Repo{Host: p.Host, Path: p.Owner, Insecure: p.Insecure}
	l, err := d.discover(ctx, r, p, progress)
	if err != nil {
		return nil, d.unlisted(r, err), fmt.Errorf("list %s: %w", s.In, err)
	}
	l.Search, l.At = s.Key(), d.c.Now().UTC()
	l.TriedAt = l.At
	return l, audit.Reason{}, nil
}

// placeOf reads the address of a search.
func placeOf(s audit.Search) (Place, bool) {
	u, err := url.Parse(s.In)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return Place{}, false
	}
	p := Place{Host: strings.ToLower(u.Host), Insecure: u.Scheme == "http", Owner: strings.Trim(u.Path, "/")}
	if p.Owner == "" {
		p.Topic = s.Topic
	}
	return p, (p.Owner != "" || p.Topic != "") && !strings.ContainsFunc(p.Owner, unfit)
}

// unlisted says for people why there is no list.
func (d *Desk) unlisted(r Repo, err error) audit.Reason {
	variable := d.c.Variable(r.Host)
	switch {
	case errors.Is(err, errNoDiscovery):
		return audit.Because("forge-unrecognised", "host", r.Host)
	case errors.Is(err, errEndless):
		return audit.Because("search-endless", "host", r.Host)
	case errors.Is(err, audit.ErrRateLimited), errors.Is(err, guard.ErrPrivate):
	case errors.Is(err, audit.ErrForbidden):
		return audit.Because("search-forbidden", "host", r.Host, "variable", variable)
	case errors.Is(err, audit.ErrNotFound):
		return audit.Because("search-not-found", "host", r.Host, "variable", variable)
	}
	return d.reason(r, err)
}

// errNoDiscovery: the host's client cannot list.
var errNoDiscovery = fmt.Errorf("no forge that perenne can list: %w", audit.ErrUnsupported)

func (d *Desk) discover(ctx context.Context, r Repo, p Place, progress func(int)) (*audit.Listing, error) {
	// Who wrote the search named the host, wherever it lies.
	ctx = guard.Naming(ctx, r.Host)
	client, host, err := d.open(ctx, r, true)
	if errors.Is(err, errNoForge) {
		err = errNoDiscovery
	}
	if err != nil {
		return nil, err
	}
	discovery, ok := client.(Discovery)
	if !ok {
		return nil, errNoDiscovery
	}
	var denied error
	all, seen, answered := &audit.Listing{}, map[string]bool{}, false
	for _, account := range host.Accounts {
		ask := asking{Desk: d, discovery: discovery, place: p, account: account}
		err := ask.pages(ctx, func(page *Page) {
			all.More = all.More || page.More
			for _, l := range page.Listed {
				if !seen[l.ID] && len(all.Listed) < maxListed {
					seen[l.ID] = true
					all.Listed = append(all.Listed, l)
				}
			}
			progress(len(all.Listed))
		})
		switch {
		case errors.Is(err, audit.ErrNotFound), errors.Is(err, audit.ErrForbidden) && !errors.Is(err, guard.ErrPrivate):
			// Tokens of several owners may serve one host: another may be shown it.
			denied = err
		case err != nil:
			return nil, err
		default:
			answered = true
		}
	}
	if !answered {
		return nil, denied
	}
	slices.SortFunc(all.Listed, audit.ByAge)
	return all, nil
}

// asking is the list that one account is shown.
type asking struct {
	*Desk
	discovery Discovery
	place     Place
	account   string
}

// pages asks for page after page.
func (a asking) pages(ctx context.Context, take func(*Page)) error {
	seen := map[string]bool{}
	at := ""
	for range maxPages {
		page, err := a.page(ctx, at)
		if err != nil {
			return err
		}
		page.Listed = slices.DeleteFunc(page.Listed, unreadable)
		before := len(seen)
		for _, l := range page.Listed {
			seen[l.ID] = true
		}
		take(page)
		switch {
		case page.Next == "":
			return nil
		case len(seen) == before:
			// A page that brings nothing new and names another.
			return errEndless
		case len(seen) >= maxListed:
			take(&Page{More: true})
			return nil
		}
		at = page.Next
	}
	return errEndless
}

// page asks for one page, and only whether it changed when it is kept.
func (a asking) page(ctx context.Context, at string) (*Page, error) {
	outer := ctx
	ctx, cancel := context.WithTimeout(ctx, a.c.Timeout)
	defer cancel()
	name := strings.Join([]string{"page", a.place.Host, a.place.Owner, a.place.Topic, a.account, at}, "\n")
	last := a.c.Cache.loadPage(name, a.c.Now())
	account := a.account
	if last != nil {
		account = last.Account
	}
	page, err := a.discovery.Page(as(ctx, account), a.place, at, last)
	switch {
	case err != nil && outer.Err() != nil:
		return nil, outer.Err()
	case err != nil:
		return nil, err
	case page != last && page.ETag != "":
		a.c.Cache.savePage(name, page)
	}
	return page, nil
}

// unreadable reports what the forge says that no address can be made of.
func unreadable(l audit.Listed) bool {
	return l.ID == "" || strings.ContainsFunc(l.ID+l.Path, unfit) || !strings.Contains(l.Path, "/") ||
		strings.HasPrefix(l.Path, "/") || strings.HasPrefix(l.Path, "-") || path.Clean(l.Path) != l.Path || strings.HasPrefix(l.Path, "..")
}
