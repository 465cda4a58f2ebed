package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Identity says which repository of a forge a key stands for.
type Identity struct {
	Key
	// ForgeID is [audit.Source.ForgeID].
	ForgeID string
}

// Listings keeps what forges list for the searches of a portfolio, for every process
// of the service alike.
type Listings interface {
	// KeepListing replaces what a search lists and, with it, says what repositories
	// are called now: what was kept about one by another name of the same challenge,
	// audits, changes and decisions, goes on under the new one. What was kept by that
	// name about another repository is set aside, under the name with a number.
	// Nothing is ever removed.
	KeepListing(ctx context.Context, l *audit.Listing, called []Identity) error
	// FailListing notes an attempt that did not work. What was listed stays.
	FailListing(ctx context.Context, search string, at time.Time, why audit.Reason) error
	// Listing returns what is kept for a search; the error wraps [audit.ErrNotFound].
	Listing(ctx context.Context, search string) (*audit.Listing, error)
	// ListingVersions maps each search to a number that grows with every change.
	ListingVersions(ctx context.Context) (map[string]int64, error)
}

// listingContent is a listing as it is kept, beside its times.
type listingContent struct {
	Listed  []audit.Listed    `json:"listed"`
	Aliases map[string]string `json:"aliases,omitempty"`
	More    bool              `json:"more,omitempty"`
}

// EncodeListing writes what is listed.
func EncodeListing(l *audit.Listing) ([]byte, error) {
	return json.Marshal(listingContent{l.Listed, l.Aliases, l.More})
}

// DecodeListing reads into a listing what [EncodeListing] wrote. The error wraps
// [audit.ErrDamaged].
func DecodeListing(content []byte, l *audit.Listing) error {
	var kept listingContent
	if err := json.Unmarshal(content, &kept); err != nil {
		return fmt.Errorf("read a kept listing: %w: %w", audit.ErrDamaged, err)
	}
	l.Listed, l.Aliases, l.More = kept.Listed, kept.Aliases, kept.More
	return nil
}
