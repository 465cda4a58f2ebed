package store

import (
	"context"
	"time"
)

// PostingKind is what was written to a forge.
type PostingKind string

// The kinds.
const (
	PostedIssue  PostingKind = "issue"
	PostedStatus PostingKind = "status"
)

// Posting is what is known of one thing that perenne writes to a forge.
type Posting struct {
	// Challenge is an id; Repository the address of the only one that it is about, ""
	// for the challenge as a whole.
	Challenge, Repository string
	Kind                  PostingKind
	// Number and URL are those of the issue; 0 and "" before there is one.
	Number int64
	URL    string
	// Digest is of what was written last, Seen of what it was made from.
	Digest, Seen string
	// WrittenAt is when something was written last, TriedAt the last attempt; zero for
	// none. Failure says in words why the last attempt failed, "" when it did not.
	WrittenAt, TriedAt time.Time
	Failure            string
}

// Postings keeps what was written to forges.
type Postings interface {
	// ClaimPosting takes the right to write one thing, for so long by the database's
	// clock, and returns what is known of it; false when another process has it.
	ClaimPosting(ctx context.Context, challenge, repository string, kind PostingKind, lease time.Duration) (Posting, bool, error)
	// KeepPosting keeps what was done with that right, and gives it back.
	KeepPosting(ctx context.Context, p Posting) error
	// Postings returns what is known of a challenge, of all when it is "", sorted by
	// challenge, repository and kind.
	Postings(ctx context.Context, challenge string) ([]Posting, error)
}
