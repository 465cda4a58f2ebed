package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/store"
)

const postingColumns = `challenge, repository, kind, number, url, digest, seen, written, tried, failure`

func scanPosting(row scanner) (store.Posting, error) {
	var p store.Posting
	var written, tried int64
	err := row.Scan(&p.Challenge, &p.Repository, &p.Kind, &p.Number, &p.URL, &p.Digest, &p.Seen, &written, &tried, &p.Failure)
	p.WrittenAt, p.TriedAt = fromMicros(written), fromMicros(tried)
	return p, err
}

// ClaimPosting takes the right to write; see [store.Postings].
func (l *Ledger) ClaimPosting(ctx context.Context, challenge, repository string, kind store.PostingKind, lease time.Duration) (p store.Posting, claimed bool, err error) {
	err = errors.Join(checkWord("challenge", challenge), checkWord("repository", repository))
	if err == nil {
		err = l.inTx(ctx, func(tx *sql.Tx) (err error) {
			p, err = scanPosting(tx.QueryRowContext(ctx, `
				INSERT INTO postings (challenge, repository, kind, number, url, digest, seen, written, tried, failure, claimed)
				VALUES ($1, $2, $3, 0, '', '', '', 0, 0, '', `+l.Clock+` + $4)
				ON CONFLICT (challenge, repository, kind) DO UPDATE SET claimed = excluded.claimed WHERE postings.claimed < `+l.Clock+`
				RETURNING `+postingColumns, challenge, repository, string(kind), lease.Microseconds()))
			if claimed = err == nil; errors.Is(err, sql.ErrNoRows) {
				return nil
			}
			return err
		})
	}
	if err != nil {
		return p, false, fmt.Errorf("claim what is written for %q: %w", challenge, err)
	}
	return p, claimed, nil
}

// KeepPosting keeps what was written; see [store.Postings].
func (l *Ledger) KeepPosting(ctx context.Context, p store.Posting) error {
	err := errors.Join(checkWord("challenge", p.Challenge), checkWord("repository", p.Repository), checkWord("address", p.URL))
	// Reasons hold what hosts answered, which may be anything.
	p.Failure = strings.ReplaceAll(strings.ToValidUTF8(p.Failure, "\uFFFD"), "\x00", "\uFFFD")
	if err == nil {
		err = l.inTx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `
				INSERT INTO postings (`+postingColumns+`, claimed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0)
				ON CONFLICT (challenge, repository, kind) DO UPDATE SET number = excluded.number, url = excluded.url, digest = excluded.digest,
				seen = excluded.seen, written = excluded.written, tried = excluded.tried, failure = excluded.failure, claimed = 0`,
				p.Challenge, p.Repository, string(p.Kind), p.Number, p.URL, p.Digest, p.Seen, micros(p.WrittenAt), micros(p.TriedAt), p.Failure)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("keep what was written for %q: %w", p.Challenge, err)
	}
	return nil
}

// Postings returns what was written; see [store.Postings].
func (l *Ledger) Postings(ctx context.Context, challenge string) ([]store.Posting, error) {
	query, args := `SELECT `+postingColumns+` FROM postings`, []any(nil)
	if challenge != "" {
		if checkWord("challenge", challenge) != nil {
			return nil, nil // nothing was ever kept about it
		}
		query, args = query+` WHERE challenge = $1`, []any{challenge}
	}
	var all []store.Posting
	err := l.each(ctx, func(row scanner) error {
		p, err := scanPosting(row)
		all = append(all, p)
		return err
	}, query+` ORDER BY challenge, repository, kind`, args...)
	if err != nil {
		return nil, fmt.Errorf("read what was written: %w", err)
	}
	return all, nil
}
