package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

const selectPlacement = `
	SELECT id, challenge, repository, check_id, quadrant, side, assignee, due, progress, reason, author, at FROM placements`

// Place keeps what somebody decided; see [store.Placements].
func (l *Ledger) Place(ctx context.Context, p audit.Placement) (audit.Placement, error) {
	p.At, p.Due = p.At.UTC().Truncate(time.Microsecond), p.Due.UTC().Truncate(time.Microsecond)
	err := p.Validate()
	if err == nil {
		err = l.inTx(ctx, func(tx *sql.Tx) error {
			return tx.QueryRowContext(ctx, `
				INSERT INTO placements (challenge, repository, check_id, quadrant, side, assignee, due, progress, reason, author, at)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id`,
				p.Challenge, p.Repository, p.Check, string(p.Quadrant), string(p.Side), p.Assignee, micros(p.Due), string(p.Progress),
				p.Reason, p.Author, micros(p.At)).Scan(&p.ID)
		})
	}
	if err != nil {
		return audit.Placement{}, fmt.Errorf("keep a decision about %q: %w", p.Check, err)
	}
	return p, nil
}

// Placements returns what is in force; see [store.Placements].
func (l *Ledger) Placements(ctx context.Context, challenge string) ([]audit.Placement, error) {
	query, args := selectPlacement+` WHERE id IN (SELECT MAX(id) FROM placements GROUP BY challenge, repository, check_id)`, []any(nil)
	if challenge != "" {
		query, args = selectPlacement+` WHERE id IN (SELECT MAX(id) FROM placements WHERE challenge = $1 GROUP BY repository, check_id)`, []any{challenge}
	}
	return l.placements(ctx, query+` ORDER BY challenge, repository, check_id`, args...)
}

// Decisions returns all that was ever decided; see [store.Placements].
func (l *Ledger) Decisions(ctx context.Context, challenge string, limit int) ([]audit.Placement, error) {
	return l.placements(ctx, selectPlacement+` WHERE challenge = $1 ORDER BY id DESC LIMIT $2`, challenge, max(limit, 0))
}

func (l *Ledger) placements(ctx context.Context, query string, args ...any) ([]audit.Placement, error) {
	for _, arg := range args {
		if word, ok := arg.(string); ok && checkWord("challenge", word) != nil {
			return nil, nil // nothing was ever kept about it
		}
	}
	var all []audit.Placement
	err := l.each(ctx, func(row scanner) error {
		var p audit.Placement
		var quadrant, side, progress string
		var due, at int64
		err := row.Scan(&p.ID, &p.Challenge, &p.Repository, &p.Check, &quadrant, &side, &p.Assignee, &due, &progress, &p.Reason, &p.Author, &at)
		p.Quadrant, p.Side, p.Progress = audit.Quadrant(quadrant), audit.Side(side), audit.Progress(progress)
		p.Due, p.At = fromMicros(due), fromMicros(at)
		all = append(all, p)
		return err
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read what was decided: %w", err)
	}
	return all, nil
}
