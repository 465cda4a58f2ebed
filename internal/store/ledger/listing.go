package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/store"
)

// KeepListing keeps what a forge lists; see [store.Listings].
func (l *Ledger) KeepListing(ctx context.Context, listing *audit.Listing, called []store.Identity) error {
	err := checkWord("search", listing.Search)
	for _, one := range called {
		err = errors.Join(err, checkKey(one.Key), checkWord("forge", one.ForgeID))
	}
	var packed []byte
	if err == nil {
		packed, err = packListing(listing)
	}
	if err == nil {
		err = l.inTx(ctx, func(tx *sql.Tx) error {
			if err := l.call(ctx, tx, called); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, `
				INSERT INTO listings (search, version, content, listed, tried, failure) VALUES ($1, 1, $2, $3, $4, '')
				ON CONFLICT (search) DO UPDATE SET version = listings.version + 1, content = excluded.content,
					listed = excluded.listed, tried = excluded.tried, failure = ''`,
				listing.Search, packed, micros(listing.At), micros(listing.TriedAt))
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("keep the list of %q: %w", listing.Search, err)
	}
	return nil
}

func packListing(listing *audit.Listing) ([]byte, error) {
	content, err := store.EncodeListing(listing)
	if err != nil {
		return nil, err
	}
	return compress(content)
}

// FailListing notes an attempt; see [store.Listings].
func (l *Ledger) FailListing(ctx context.Context, search string, at time.Time, why audit.Reason) error {
	reason, err := json.Marshal(why)
	if err == nil {
		err = checkWord("search", search)
	}
	var empty []byte
	if err == nil {
		empty, err = packListing(&audit.Listing{})
	}
	if err == nil {
		err = l.inTx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `
				INSERT INTO listings (search, version, content, listed, tried, failure) VALUES ($1, 1, $2, 0, $3, $4)
				ON CONFLICT (search) DO UPDATE SET version = listings.version + 1, tried = excluded.tried, failure = excluded.failure`,
				search, empty, micros(at), string(reason))
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("note that %q could not be listed: %w", search, err)
	}
	return nil
}

// Listing returns what is kept; see [store.Listings].
func (l *Ledger) Listing(ctx context.Context, search string) (*audit.Listing, error) {
	listing := &audit.Listing{Search: search}
	if checkWord("search", search) != nil {
		return nil, fmt.Errorf("read a list: %w", audit.ErrNotFound) // nothing was ever kept about it
	}
	var packed []byte
	var listed, tried int64
	var failure string
	err := l.Read.QueryRowContext(ctx, `SELECT content, listed, tried, failure FROM listings WHERE search = $1`, search).
		Scan(&packed, &listed, &tried, &failure)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("read the list of %q: %w", search, audit.ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("read the list of %q: %w", search, l.Explain(err))
	}
	listing.At, listing.TriedAt = fromMicros(listed), fromMicros(tried)
	content, err := decompress(packed)
	if err == nil {
		err = store.DecodeListing(content, listing)
	}
	if err == nil && failure != "" {
		listing.Failure = &audit.Reason{}
		err = json.Unmarshal([]byte(failure), listing.Failure)
	}
	if err != nil {
		return nil, fmt.Errorf("read the list of %q: %w", search, err)
	}
	return listing, nil
}

// ListingVersions tells what changed; see [store.Listings].
func (l *Ledger) ListingVersions(ctx context.Context) (map[string]int64, error) {
	versions := map[string]int64{}
	err := l.each(ctx, func(row scanner) error {
		var search string
		var version int64
		err := row.Scan(&search, &version)
		versions[search] = version
		return err
	}, `SELECT search, version FROM listings`)
	if err != nil {
		return nil, fmt.Errorf("look for new lists: %w", err)
	}
	return versions, nil
}
