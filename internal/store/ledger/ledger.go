// Package ledger keeps audits in a relational database: the statements that
// SQLite and PostgreSQL share, and what is done with their rows.
package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/store"
)

// Ledger is a [store.Store] on a database whose tables are there already. It
// does not close its databases: [Ledger.Close] is left to who opened them.
type Ledger struct {
	// Write and Read may be the same.
	Write, Read *sql.DB
	// ForUpdate is what a SELECT ends with to lock its rows; empty where one
	// transaction writes at a time.
	ForUpdate string
	// Clock is the database's own time, in microseconds since 1970.
	Clock string
	// Explain gives an error of the database one of audit's meanings.
	Explain func(error) error
	// Ready is asked before every write; nil for no question.
	Ready func() error
	// Lookup finds the checks of kept results.
	Lookup store.Lookup

	// refused is true from a write that did not work to one that did.
	refused atomic.Bool
}

// inTx runs one transaction: whole, or not at all.
func (l *Ledger) inTx(ctx context.Context, do func(*sql.Tx) error) error {
	err := l.attempt(ctx, do)
	if ended := ctx.Err(); ended == nil {
		l.refused.Store(err != nil)
	} else if err != nil && !errors.Is(err, ended) {
		// The transaction is undone as soon as the context ends, from beside: the
		// statement under way may then be told that there is none any more.
		err = fmt.Errorf("%w: %w", ended, err)
	}
	return err
}

func (l *Ledger) attempt(ctx context.Context, do func(*sql.Tx) error) error {
	if l.Ready != nil {
		if err := l.Ready(); err != nil {
			return err
		}
	}
	tx, err := l.Write.BeginTx(ctx, nil)
	if err != nil {
		return l.Explain(err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit this does nothing
	if err := do(tx); err != nil {
		return l.Explain(err)
	}
	if err := tx.Commit(); err != nil {
		return l.Explain(err)
	}
	return nil
}

// Ping reports whether the database answers and, when the last write did not
// work, whether one works now.
func (l *Ledger) Ping(ctx context.Context) error {
	if l.Ready != nil {
		if err := l.Ready(); err != nil {
			return err
		}
	}
	var one int
	if err := l.Read.QueryRowContext(ctx, `SELECT 1`).Scan(&one); err != nil {
		return fmt.Errorf("ask the database: %w", l.Explain(err))
	}
	if !l.refused.Load() {
		return nil
	}
	if err := l.probe(ctx); err != nil {
		return fmt.Errorf("write to the database: %w", err)
	}
	return nil
}

// Doubt makes the next Ping find out whether a write works: somebody else could
// not write into the same database.
func (l *Ledger) Doubt() { l.refused.Store(true) }

// probeBytes is about what one audit takes, its indexes included.
const probeBytes = 64 << 10

// probe writes as much as an audit needs and takes it away again. Two
// transactions, because pages that one of them both fills and frees may never
// reach the disk.
func (l *Ledger) probe(ctx context.Context) error {
	err := l.inTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO probes (content) VALUES ($1)`, make([]byte, probeBytes))
		return err
	})
	if err != nil {
		return err
	}
	return l.inTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM probes`)
		return err
	})
}

// Fail notes an attempt that did not work.
func (l *Ledger) Fail(ctx context.Context, k store.Key, at time.Time, reason string) error {
	if err := checkKey(k); err != nil {
		return fmt.Errorf("note a failure: %w", err)
	}
	// Reasons hold what hosts answered, which may be anything.
	reason = strings.ReplaceAll(strings.ToValidUTF8(reason, "\uFFFD"), "\x00", "\uFFFD")
	if reason == "" {
		reason = "no reason given"
	}
	err := l.inTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO repositories (challenge, repository, tried, succeeded, failure) VALUES ($1, $2, $3, 0, $4)
			ON CONFLICT (challenge, repository) DO UPDATE SET tried = excluded.tried, failure = excluded.failure`,
			k.Challenge, k.Repository, micros(at), reason)
		return err
	})
	if err != nil {
		return fmt.Errorf("note a failure of %q: %w", k.Repository, err)
	}
	return nil
}

// checkKey refuses what one database keeps and the other does not.
func checkKey(k store.Key) error {
	for name, word := range map[string]string{"challenge": k.Challenge, "repository": k.Repository} {
		if word == "" {
			return fmt.Errorf("a key without %s: %w", name, audit.ErrUnsupported)
		}
		if err := checkWord(name, word); err != nil {
			return err
		}
	}
	return nil
}

func checkWord(name, word string) error {
	if !utf8.ValidString(word) || strings.ContainsRune(word, 0) {
		return fmt.Errorf("%s %q is not UTF-8: %w", name, word, audit.ErrUnsupported)
	}
	return nil
}

// micros is how times are kept: whole microseconds, which both databases can
// sort and compare; 0 for none.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(at int64) time.Time {
	if at == 0 {
		return time.Time{}
	}
	return time.UnixMicro(at).UTC()
}
