// Package sqlite keeps audits in one file, with nothing else installed: one
// connection writes, others read beside it.
package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // registers the driver

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/store"
	"github.com/perenne-audit/perenne/internal/store/ledger"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Store is a [store.Store] in a SQLite file. Several processes may have the same
// file open.
type Store struct {
	ledger.Ledger
	path   string
	opened os.FileInfo
}

// Open opens the file, makes it when it is not there, with the folder it lies
// in, and brings its tables up to date. Only its owner may read a new one.
// lookup finds the checks of kept audits. Errors wrap [audit.ErrForbidden] where
// the file cannot be written, [audit.ErrDamaged] where it is not a database,
// [audit.ErrUnsupported] for a database of a newer version or another program,
// and [audit.ErrTooLarge] where the disk is full.
func Open(ctx context.Context, path string, lookup store.Lookup) (*Store, error) {
	s, err := open(ctx, path, lookup)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	return s, nil
}

func open(ctx context.Context, path string, lookup store.Lookup) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	s := &Store{path: path}
	if s.opened, err = touch(path); err != nil {
		return nil, err
	}
	s.Explain, s.Ready, s.Lookup = explain, s.inPlace, lookup
	s.Clock = "CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER)"
	if s.Write, err = sql.Open("sqlite", dsn(path, "_txlock=immediate")); err != nil {
		return nil, err
	}
	s.Write.SetMaxOpenConns(1)
	if s.Read, err = sql.Open("sqlite", dsn(path, "_pragma=query_only(1)&_pragma=cache_size(-8000)")); err != nil {
		return nil, errors.Join(err, s.Write.Close())
	}
	s.Read.SetMaxOpenConns(max(4, runtime.GOMAXPROCS(0)))
	s.Read.SetMaxIdleConns(max(4, runtime.GOMAXPROCS(0)))
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(explain(err), s.Close())
	}
	return s, nil
}

// touch makes the file when it is not there, so that the system says in its own
// words why it cannot be.
func touch(path string) (fs.FileInfo, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil, fmt.Errorf("it is a folder: %w; name a file in it", audit.ErrUnsupported)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, explain(err)
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, explain(err)
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("not a file: %w", audit.ErrUnsupported)
	}
	return info, errors.Join(err, file.Close())
}

// dsn is the address of the file for the driver. Every connection waits for
// others to finish; NORMAL loses nothing when the process is killed, and at most
// the last audits, whole, when the machine loses power.
func dsn(path, more string) string {
	address := url.URL{Scheme: "file", Path: path, RawQuery: more +
		"&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=foreign_keys(1)&_pragma=synchronous(NORMAL)"}
	return address.String()
}

func (s *Store) prepare(ctx context.Context) error {
	var tables, ours int
	err := s.Write.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(name = $1), 0) FROM sqlite_master WHERE type = 'table'`, ledger.Versions).Scan(&tables, &ours)
	if err != nil {
		return err
	}
	if tables > 0 && ours == 0 {
		return fmt.Errorf("it is the database of another program: %w; name another file", audit.ErrUnsupported)
	}
	folder, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	return ledger.Migrate(ctx, s.Write, goose.DialectSQLite3, folder)
}

// inPlace notices that the file was moved or replaced: SQLite would go on
// writing into the one that nobody will find again.
func (s *Store) inPlace() error {
	now, err := os.Stat(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("database %s: %w; put the file back", s.path, audit.ErrNotFound)
	}
	if err != nil {
		return explain(err)
	}
	if !os.SameFile(now, s.opened) {
		return fmt.Errorf("database %s was replaced while in use: %w; start perenne again", s.path, audit.ErrUnsupported)
	}
	return nil
}

// Writer returns the one connection that writes, for a queue in the same
// database. Never ask it anything inside a transaction of its own: it would wait
// for itself.
func (s *Store) Writer() *sql.DB { return s.Write }

// Reader returns the connections that only read.
func (s *Store) Reader() *sql.DB { return s.Read }

// Close closes the file; the last one to do so leaves a single file behind.
func (s *Store) Close() error {
	return errors.Join(s.Read.Close(), s.Write.Close())
}
