package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// forgotten is how long a process that is gone is remembered.
const forgotten = 24 * time.Hour

// Beat notes that a process lives; see [store.Processes].
func (l *Ledger) Beat(ctx context.Context, process string) error {
	err := checkWord("process", process)
	if err == nil {
		err = l.inTx(ctx, func(tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, `
				DELETE FROM processes WHERE id IN (SELECT id FROM processes WHERE seen < `+l.Clock+` - $1 ORDER BY id`+l.ForUpdate+`)`,
				forgotten.Microseconds()); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, `
				INSERT INTO processes (id, seen) VALUES ($1, `+l.Clock+`) ON CONFLICT (id) DO UPDATE SET seen = excluded.seen`, process)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("note that process %q lives: %w", process, err)
	}
	return nil
}

// Alive lists the processes that live; see [store.Processes].
func (l *Ledger) Alive(ctx context.Context, within time.Duration) ([]string, error) {
	var alive []string
	err := l.each(ctx, func(row scanner) error {
		var id string
		err := row.Scan(&id)
		alive = append(alive, id)
		return err
	}, `SELECT id FROM processes WHERE seen >= `+l.Clock+` - $1 ORDER BY id`, within.Microseconds())
	if err != nil {
		return nil, fmt.Errorf("list the processes: %w", err)
	}
	return alive, nil
}
