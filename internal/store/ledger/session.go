package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/store"
)

// KeepSession keeps who is logged in; see [store.Sessions].
func (l *Ledger) KeepSession(ctx context.Context, s store.Session) error {
	err := checkWord("session", s.Token)
	if err == nil {
		err = l.inTx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `
				INSERT INTO sessions (token, content, expires) VALUES ($1, $2, $3)
				ON CONFLICT (token) DO UPDATE SET content = excluded.content, expires = excluded.expires`,
				s.Token, s.Content, micros(s.Expires))
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("keep a session: %w", err)
	}
	return nil
}

// Session returns who is logged in; see [store.Sessions].
func (l *Ledger) Session(ctx context.Context, token string, now time.Time) (store.Session, error) {
	s := store.Session{Token: token}
	if checkWord("session", token) != nil {
		return s, fmt.Errorf("read a session: %w", audit.ErrNotFound) // no such token was ever kept
	}
	var expires int64
	err := l.Read.QueryRowContext(ctx, `SELECT content, expires FROM sessions WHERE token = $1 AND expires > $2`, token, micros(now)).
		Scan(&s.Content, &expires)
	if errors.Is(err, sql.ErrNoRows) {
		return s, fmt.Errorf("read a session: %w", audit.ErrNotFound)
	}
	if err != nil {
		return s, fmt.Errorf("read a session: %w", l.Explain(err))
	}
	s.Expires = fromMicros(expires)
	return s, nil
}

// EndSession forgets who was logged in; see [store.Sessions].
func (l *Ledger) EndSession(ctx context.Context, token string) error {
	if checkWord("session", token) != nil {
		return nil
	}
	err := l.inTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE token = $1`, token)
		return err
	})
	if err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return nil
}

// EndExpired removes sessions that have ended; see [store.Sessions].
func (l *Ledger) EndExpired(ctx context.Context, now time.Time) (int, error) {
	var ended int64
	err := l.inTx(ctx, func(tx *sql.Tx) error {
		// Sorted and locked in that order on PostgreSQL, so that two processes that
		// remove the same ones wait for each other instead of holding each other up.
		gone, err := tx.ExecContext(ctx, `
			DELETE FROM sessions WHERE token IN (SELECT token FROM sessions WHERE expires <= $1 ORDER BY token`+l.ForUpdate+`)`, micros(now))
		if err != nil {
			return err
		}
		ended, err = gone.RowsAffected()
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("remove ended sessions: %w", err)
	}
	return int(ended), nil
}
