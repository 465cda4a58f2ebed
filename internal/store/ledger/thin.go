package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/perenne-audit/perenne/internal/store"
)

// thinAtOnce is how many repositories one transaction thins: enough to be quick,
// few enough that an audit waiting to be saved does not notice.
const thinAtOnce = 200

// Thin applies the retention; see [store.Store]. It is whole for each
// repository: one that stops halfway has done some of them, and the next goes
// on.
func (l *Ledger) Thin(ctx context.Context, now time.Time) (int, error) {
	// Whoever has fewer than three steps keeps them all.
	var repositories []int64
	err := l.each(ctx, func(row scanner) error {
		var id int64
		err := row.Scan(&id)
		repositories = append(repositories, id)
		return err
	}, `SELECT repository_id FROM steps GROUP BY repository_id HAVING count(*) > 2 ORDER BY repository_id`)
	if err != nil {
		return 0, fmt.Errorf("thin old audits: %w", err)
	}
	total := 0
	for some := range slices.Chunk(repositories, thinAtOnce) {
		gone := 0
		err := l.inTx(ctx, func(tx *sql.Tx) error {
			for _, id := range some {
				n, err := l.thin(ctx, tx, id, now)
				if err != nil {
					return err
				}
				gone += n
			}
			return nil
		})
		if err != nil {
			return total, fmt.Errorf("thin old audits: %w", err)
		}
		total += gone
	}
	return total, nil
}

// thin thins one repository and returns how many audits went.
func (l *Ledger) thin(ctx context.Context, tx *sql.Tx, repository int64, now time.Time) (int, error) {
	var latest sql.NullInt64
	err := tx.QueryRowContext(ctx, `SELECT latest FROM repositories WHERE id = $1`+l.ForUpdate, repository).Scan(&latest)
	if err != nil {
		return 0, err
	}
	steps, err := stepsOf(ctx, tx, repository)
	if err != nil {
		return 0, err
	}
	gone := 0
	for _, s := range store.Thinned(now, latest.Int64, steps) {
		if _, err := tx.ExecContext(ctx, `DELETE FROM steps WHERE id = $1`, s.ID); err != nil {
			return 0, err
		}
		// An audit goes with the last step that leads to it.
		done, err := tx.ExecContext(ctx, `
			DELETE FROM audits WHERE id = $1 AND id <> $2 AND NOT EXISTS (SELECT 1 FROM steps WHERE audit_id = $1)`, s.Audit, latest.Int64)
		if err != nil {
			return 0, err
		}
		n, err := done.RowsAffected()
		if err != nil {
			return 0, err
		}
		gone += int(n)
	}
	return gone, nil
}

func stepsOf(ctx context.Context, tx *sql.Tx, repository int64) ([]store.Step, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, audit_id, at FROM steps WHERE repository_id = $1`, repository)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // rows.Err says what went wrong
	var steps []store.Step
	for rows.Next() {
		var s store.Step
		var at int64
		if err := rows.Scan(&s.ID, &s.Audit, &at); err != nil {
			return nil, err
		}
		s.At = fromMicros(at)
		steps = append(steps, s)
	}
	return steps, rows.Err()
}
