package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Versions is the table that says which migrations a database has.
const Versions = "perenne_versions"

// attempts bounds how often a migration that failed is looked at again: another
// process may have been doing the same one.
const attempts = 5

// Migrate brings the tables of a database to this program's version. A database
// of a newer version is refused: the error wraps [audit.ErrUnsupported].
func Migrate(ctx context.Context, db *sql.DB, dialect goose.Dialect, migrations fs.FS, options ...goose.ProviderOption) error {
	options = append(options, goose.WithTableName(Versions), goose.WithDisableGlobalRegistry(true))
	provider, err := goose.NewProvider(dialect, db, migrations, options...)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	for attempt := range attempts {
		if err = up(ctx, provider); err == nil || ctx.Err() != nil || errors.Is(err, audit.ErrUnsupported) {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(attempt) * 100 * time.Millisecond):
		}
	}
	return err
}

func up(ctx context.Context, provider *goose.Provider) error {
	current, target, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the version of the database: %w", err)
	}
	if current > target {
		return fmt.Errorf("the database has version %d and this program knows %d: %w; "+
			"start the newer perenne that wrote it, or restore a backup from before", current, target, audit.ErrUnsupported)
	}
	if current == target {
		return nil
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate the database from version %d to %d: %w", current, target, err)
	}
	return nil
}
