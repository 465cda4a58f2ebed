package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Backup does what [Store.Backup] does for the database in a file, which need not
// be open: its tables stay of the version they are, so that the copy made before
// an upgrade is one that the older program opens.
func Backup(ctx context.Context, database, path string) error {
	database, err := filepath.Abs(database)
	if err != nil {
		return err
	}
	return (&Store{path: database}).Backup(ctx, path)
}

// Backup writes a copy of the database as it is at one moment, while it is in
// use. The copy is a whole database: to restore it, stop perenne, put it where
// the database was, remove the -wal and -shm files beside it, and start again.
// The file must not be there yet, and never is there by half.
func (s *Store) Backup(ctx context.Context, path string) error {
	if err := s.backup(ctx, path); err != nil {
		return fmt.Errorf("back up %s to %s: %w", s.path, path, explain(err))
	}
	return nil
}

func (s *Store) backup(ctx context.Context, path string) (err error) {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the file is there already: %w; name another", audit.ErrUnsupported)
	}
	// Not among the connections that only read, nor the one that writes: it
	// would hold up every audit.
	db, err := sql.Open("sqlite", dsn(s.path, ""))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	partial := path + ".partial"
	file, err := os.OpenFile(partial, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, file.Close())
		if err != nil {
			err = errors.Join(err, os.Remove(partial))
		}
	}()
	if _, err := db.ExecContext(ctx, `VACUUM INTO $1`, partial); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	return os.Rename(partial, path)
}
