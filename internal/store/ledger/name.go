package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"

	"github.com/perenne-audit/perenne/internal/store"
)

// row is a repository of a challenge as it is kept.
type row struct {
	id          int64
	name, forge string
}

// call gives repositories the names that they have now; see [store.Listings].
func (l *Ledger) call(ctx context.Context, tx *sql.Tx, called []store.Identity) error {
	byChallenge := map[string][]store.Identity{}
	for _, one := range called {
		byChallenge[one.Challenge] = append(byChallenge[one.Challenge], one)
	}
	// Always in the same order, so that two processes wait for each other instead of
	// holding each other up.
	for _, challenge := range slices.Sorted(maps.Keys(byChallenge)) {
		c := &caller{tx: tx, challenge: challenge, byName: map[string]row{}, byForge: map[string]row{}}
		if err := c.read(ctx, l.ForUpdate); err != nil {
			return err
		}
		if err := c.call(ctx, byChallenge[challenge]); err != nil {
			return err
		}
	}
	return nil
}

// caller renames the repositories of one challenge.
type caller struct {
	tx              *sql.Tx
	challenge       string
	byName, byForge map[string]row
}

func (c *caller) read(ctx context.Context, forUpdate string) error {
	rows, err := c.tx.QueryContext(ctx, `SELECT id, repository, forge_id FROM repositories WHERE challenge = $1 ORDER BY id`+forUpdate, c.challenge)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // rows.Err says what went wrong
	for rows.Next() {
		var r row
		if err := rows.Scan(&r.id, &r.name, &r.forge); err != nil {
			return err
		}
		c.byName[r.name] = r
		if r.forge != "" {
			c.byForge[r.forge] = r
		}
	}
	return rows.Err()
}

func (c *caller) call(ctx context.Context, called []store.Identity) error {
	moving := map[int64]string{}
	for _, one := range called {
		if r, known := c.byForge[one.ForgeID]; known && r.name != one.Repository {
			moving[r.id] = one.Repository
		}
	}
	for _, one := range called {
		there, taken := c.byName[one.Repository]
		_, known := c.byForge[one.ForgeID]
		_, leaves := moving[there.id]
		switch {
		case taken && there.forge == one.ForgeID:
			continue
		case taken && there.forge == "" && !known:
			// Somebody named it before it was found, or it was found before it was kept.
			if _, err := c.tx.ExecContext(ctx, `UPDATE repositories SET forge_id = $1 WHERE id = $2`, one.ForgeID, there.id); err != nil {
				return err
			}
			continue
		case taken && !leaves:
			if err := c.rename(ctx, there, fmt.Sprintf("%s#%d", there.name, there.id)); err != nil {
				return err
			}
		}
	}
	return c.move(ctx, moving, called)
}

// move gives new names, by way of names that nothing has: two may change theirs with
// each other. Then it adds what is new.
func (c *caller) move(ctx context.Context, moving map[int64]string, called []store.Identity) error {
	var between []row
	for _, r := range slices.SortedFunc(maps.Values(c.byName), func(a, b row) int { return int(a.id - b.id) }) {
		if _, moves := moving[r.id]; !moves {
			continue
		}
		aside := row{r.id, fmt.Sprintf("%s#moving-%d", r.name, r.id), r.forge}
		if err := c.rename(ctx, r, aside.name); err != nil {
			return err
		}
		between = append(between, aside)
	}
	for _, r := range between {
		if err := c.rename(ctx, r, moving[r.id]); err != nil {
			return err
		}
	}
	for _, one := range called {
		if _, known := c.byForge[one.ForgeID]; known {
			continue
		}
		_, err := c.tx.ExecContext(ctx, `
			INSERT INTO repositories (challenge, repository, tried, succeeded, failure, forge_id) VALUES ($1, $2, 0, 0, '', $3)
			ON CONFLICT (challenge, repository) DO NOTHING`, c.challenge, one.Repository, one.ForgeID)
		if err != nil {
			return err
		}
	}
	return nil
}

// rename moves all that is kept about a repository to another name.
func (c *caller) rename(ctx context.Context, r row, to string) error {
	if _, err := c.tx.ExecContext(ctx, `UPDATE repositories SET repository = $1 WHERE id = $2`, to, r.id); err != nil {
		return err
	}
	// A process that did not know of a new name yet may have written by the one of before.
	if _, err := c.tx.ExecContext(ctx, `DELETE FROM postings WHERE challenge = $1 AND repository = $2`, c.challenge, to); err != nil {
		return err
	}
	for _, table := range []string{"changes", "placements", "postings"} {
		if _, err := c.tx.ExecContext(ctx, `UPDATE `+table+` SET repository = $1 WHERE challenge = $2 AND repository = $3`, to, c.challenge, r.name); err != nil {
			return err
		}
	}
	return nil
}
