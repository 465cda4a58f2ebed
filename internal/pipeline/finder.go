package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/portfolio"
	"github.com/perenne-audit/perenne/internal/queue"
	"github.com/perenne-audit/perenne/internal/store"
)

// Finder keeps the portfolio in force joined with what forges list for its searches.
// The lists lie in the store: one process asks, and all see the same.
type Finder struct {
	// Written returns the portfolio as its files have it; the same one until they
	// change.
	Written func() *audit.Portfolio
	Store   store.Listings
	Forges  *forge.Desk
	// Every is how often a forge is asked for a list.
	Every  time.Duration
	Now    func() time.Time
	Logger *slog.Logger

	mu       sync.Mutex
	versions map[string]int64
	listings map[string]*audit.Listing
	written  *audit.Portfolio
	whole    *audit.Portfolio
}

// Portfolio returns the portfolio with what was found; the same one until something
// changes.
func (f *Finder) Portfolio() *audit.Portfolio {
	written := f.Written()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.whole == nil || f.written != written {
		f.written, f.whole = written, portfolio.Expand(written, f.listings)
	}
	return f.whole
}

// Look reads the lists that changed since it last looked.
func (f *Finder) Look(ctx context.Context) error {
	if len(searchesOf(f.Written())) == 0 {
		return nil
	}
	versions, err := f.Store.ListingVersions(ctx)
	if err != nil {
		return err
	}
	f.mu.Lock()
	before := f.versions
	f.mu.Unlock()
	changed := map[string]*audit.Listing{}
	for search, version := range versions {
		if before[search] == version {
			continue
		}
		l, err := f.Store.Listing(ctx, search)
		if err != nil {
			return err
		}
		changed[search] = l
	}
	if len(changed) == 0 {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	// Those who read the portfolio may hold the one before: it is replaced, never
	// changed.
	next := map[string]*audit.Listing{}
	for search, l := range f.listings {
		next[search] = l
	}
	for search, l := range changed {
		next[search] = l
	}
	f.versions, f.listings, f.whole = versions, next, nil
	return nil
}

// lookEvery is how long a process may go on with a list that another has replaced.
const lookEvery = 2 * time.Second

// Follow looks for new lists until the context ends.
func (f *Finder) Follow(ctx context.Context) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for failing := false; ; {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		err := f.Look(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			f.Logger.Warn("what forges list cannot be read from the database", "error", err)
		}
		failing = err != nil
	}
}

// searchesOf are the searches of a portfolio by what is asked of the forge: one for
// each answer.
func searchesOf(p *audit.Portfolio) map[string]audit.Search {
	all := map[string]audit.Search{}
	for _, c := range p.Challenges {
		for _, s := range c.Searches {
			if _, known := all[s.Key()]; !known {
				all[s.Key()] = s
			}
		}
	}
	return all
}

// again is how long a forge is left alone that could not be listed, when it did not
// say how long.
const again = time.Hour

// Due lists the searches whose turn has come: see [queue.Work].
func (f *Finder) Due(ctx context.Context, now time.Time) ([]string, error) {
	if err := f.Look(ctx); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var due []string
	for key := range searchesOf(f.Written()) {
		l, wait := f.listings[key], f.Every
		if l != nil && l.Failure != nil {
			wait = min(wait, again)
		}
		if l == nil || now.Sub(l.TriedAt).Abs() >= wait {
			due = append(due, key)
		}
	}
	return due, nil
}

// Find asks a forge for a list and keeps it: see [queue.Work]. A failure is noted
// beside the last list, which stays.
func (f *Finder) Find(ctx context.Context, key string) error {
	s, wanted := searchesOf(f.Written())[key]
	if !wanted {
		return nil
	}
	before, err := f.Store.Listing(ctx, key)
	if err != nil && !errors.Is(err, audit.ErrNotFound) {
		return err
	}
	l, why, err := f.Forges.Discover(ctx, s, nil)
	if err == nil {
		if emptied := portfolio.Follow(before, l); emptied != nil {
			why = audit.Because("search-emptied", "host", s.Host(), "variable", acquire.TokenVariable(s.Host()))
			err = fmt.Errorf("list %s: %w: %w", s.In, emptied, audit.ErrForbidden)
		}
	}
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	case err != nil:
		f.Logger.Warn("what a forge lists could not be found out; what it listed before stays", "search", key, "error", err)
		return errors.Join(err, f.Store.FailListing(context.WithoutCancel(ctx), key, f.Now(), why), f.Look(context.WithoutCancel(ctx)))
	}
	Alias(ctx, f.Forges, f.Written(), s, before, l)
	if err := f.Store.KeepListing(ctx, l, f.called(l)); err != nil {
		return fmt.Errorf("%w: %w", queue.ErrNotKept, err)
	}
	return f.Look(ctx)
}

// called says what every repository that was found is called, with a new list.
func (f *Finder) called(l *audit.Listing) []store.Identity {
	f.mu.Lock()
	listings := map[string]*audit.Listing{l.Search: l}
	for search, other := range f.listings {
		if search != l.Search {
			listings[search] = other
		}
	}
	f.mu.Unlock()
	var all []store.Identity
	for _, c := range portfolio.Expand(f.Written(), listings).Challenges {
		for _, source := range c.Repositories {
			if source.ForgeID != "" {
				all = append(all, store.Identity{Key: store.Key{Challenge: c.ID, Repository: source.URL}, ForgeID: source.ForgeID})
			}
		}
	}
	return all
}

// Alias finds out which listed repositories somebody names by a name of before: the
// forge is asked about those below the owner that it does not list by that name. What
// it said the time before, which may be nil, holds while it does not answer.
func Alias(ctx context.Context, forges *forge.Desk, p *audit.Portfolio, s audit.Search, before, l *audit.Listing) {
	paths, ids := map[string]bool{}, map[string]bool{}
	for _, one := range l.Listed {
		paths[strings.ToLower(one.Path)], ids[one.ID] = true, true
	}
	below := strings.ToLower(s.Owner()) + "/"
	for _, c := range p.Challenges {
		for _, source := range c.Repositories {
			r, ok := forge.ParseRepo(acquire.AddressOf(source.URL))
			path := strings.ToLower(r.Path)
			if !ok || r.Host != s.Host() || s.Owner() == "" || !strings.HasPrefix(path, below) || paths[path] || l.Aliases[path] != "" {
				continue
			}
			// The same is asked when it is audited, and kept until then.
			facts, _, err := forges.Ask(ctx, acquire.AddressOf(source.URL))
			id := ""
			switch {
			case err == nil && facts != nil:
				id = facts.ID
			case before != nil:
				id = before.Aliases[path]
			}
			if ids[id] {
				if l.Aliases == nil {
					l.Aliases = map[string]string{}
				}
				l.Aliases[path] = id
			}
		}
	}
}
