package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/store"
)

// KeepEvidence keeps what an audit looked at; see [store.Store].
func (l *Ledger) KeepEvidence(ctx context.Context, k store.Key, commit, scope string, content []byte) error {
	err := l.inTx(ctx, func(tx *sql.Tx) error {
		kept, err := tx.ExecContext(ctx, `
			INSERT INTO evidence (repository_id, commit_id, scope, content)
			SELECT id, $1, $2, $3 FROM repositories WHERE challenge = $4 AND repository = $5
			ON CONFLICT (repository_id) DO UPDATE SET commit_id = excluded.commit_id, scope = excluded.scope, content = excluded.content`,
			commit, scope, content, k.Challenge, k.Repository)
		if err != nil {
			return err
		}
		if n, err := kept.RowsAffected(); err == nil && n == 0 {
			return audit.ErrNotFound
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep the evidence of %q: %w", k.Repository, err)
	}
	return nil
}

// Evidence returns what an audit looked at; see [store.Store].
func (l *Ledger) Evidence(ctx context.Context, k store.Key, commit, scope string) ([]byte, error) {
	var content []byte
	err := l.Read.QueryRowContext(ctx, `
		SELECT e.content FROM evidence e JOIN repositories r ON r.id = e.repository_id
		WHERE r.challenge = $1 AND r.repository = $2 AND e.commit_id = $3 AND e.scope = $4`,
		k.Challenge, k.Repository, commit, scope).Scan(&content)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("read the evidence of %q: %w", k.Repository, audit.ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("read the evidence of %q: %w", k.Repository, l.Explain(err))
	}
	return content, nil
}
