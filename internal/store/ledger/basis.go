package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/perenne-audit/perenne/internal/store"
)

// Latest returns what the latest audit follows from; see [store.Store].
func (l *Ledger) Latest(ctx context.Context, k store.Key) (store.Latest, error) {
	var latest store.Latest
	if err := checkKey(k); err != nil {
		return latest, nil // no such key was ever kept
	}
	err := l.Read.QueryRowContext(ctx, `
		SELECT a.commit_id, r.basis FROM repositories r JOIN audits a ON a.id = r.latest
		WHERE r.challenge = $1 AND r.repository = $2`,
		k.Challenge, k.Repository).Scan(&latest.Commit, &latest.Basis)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return store.Latest{}, fmt.Errorf("read the latest audit of %q: %w", k.Repository, l.Explain(err))
	}
	return latest, nil
}

// Seen notes that the latest audit was found again; see [store.Store].
func (l *Ledger) Seen(ctx context.Context, k store.Key, basis string, at time.Time) (bool, error) {
	if basis == "" {
		return false, nil
	}
	seen := false
	err := l.inTx(ctx, func(tx *sql.Tx) error {
		var latest int64
		err := tx.QueryRowContext(ctx, `
			UPDATE repositories SET tried = $1, succeeded = $1, failure = ''
			WHERE challenge = $2 AND repository = $3 AND basis = $4 AND latest IS NOT NULL RETURNING latest`,
			micros(at), k.Challenge, k.Repository, basis).Scan(&latest)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		seen = true
		_, err = tx.ExecContext(ctx, `UPDATE audits SET seen = $1 WHERE id = $2 AND seen < $1`, micros(at), latest)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("note that %q was seen: %w", k.Repository, err)
	}
	return seen, nil
}
