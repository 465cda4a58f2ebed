// Package postgres keeps audits in PostgreSQL, for more than one machine.
package postgres

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/store"
	"github.com/perenne-audit/perenne/internal/store/ledger"
)

//go:embed migrations/*.sql
var migrations embed.FS

// connectTimeout is for an address that says nothing about it: long enough for
// a slow network, short enough for a readiness probe.
const connectTimeout = 5 * time.Second

// migrationLock is the advisory lock under which one process migrates and the
// others wait: any number that nobody else uses.
const migrationLock = 7373663 // "perenne" on a telephone

// Store is a [store.Store] in a PostgreSQL database. A server that was away is
// found again without help.
type Store struct {
	ledger.Ledger
	pool *pgxpool.Pool
	db   *sql.DB
}

// Open connects to the database at a URL, postgres://user@host/name, or at a list
// of key=value words, and brings its tables up to date. lookup finds the checks
// of kept audits. Errors wrap [audit.ErrUnreachable] where no server answers,
// [audit.ErrForbidden] where it lets nobody in, [audit.ErrNotFound] where it has
// no such database, and [audit.ErrUnsupported] for a database of a newer version
// or an address that makes no sense. No password is ever in them.
func Open(ctx context.Context, url string, lookup store.Lookup) (*Store, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("open PostgreSQL database: %w: %w; write postgres://user@host/name", audit.ErrUnsupported, err)
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = connectTimeout
	}
	config.ConnConfig.RuntimeParams["application_name"] = "perenne"
	where := fmt.Sprintf("open PostgreSQL database %q at %s", config.ConnConfig.Database, config.ConnConfig.Host)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", where, explain(err))
	}
	db := stdlib.OpenDBFromPool(pool)
	s := &Store{pool: pool, db: db, Ledger: ledger.Ledger{
		Write: db, Read: db, ForUpdate: " FOR UPDATE", Clock: "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint", Explain: explain, Lookup: lookup,
	}}
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", where, explain(err)), s.Close())
	}
	return s, nil
}

func (s *Store) migrate(ctx context.Context) error {
	if err := s.pool.Ping(ctx); err != nil {
		return err
	}
	folder, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockID(migrationLock), lock.WithLockTimeout(1, 60))
	if err != nil {
		return err
	}
	return ledger.Migrate(ctx, s.db, goose.DialectPostgres, folder, goose.WithSessionLocker(locker))
}

// Pool returns the connections, for a queue in the same database.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// Close closes every connection; it waits for those in use.
func (s *Store) Close() error {
	err := s.db.Close()
	s.pool.Close()
	return err
}
