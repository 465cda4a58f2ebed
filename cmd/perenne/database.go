package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/config"
	"github.com/perenne-audit/perenne/internal/queue"
	"github.com/perenne-audit/perenne/internal/store"
	"github.com/perenne-audit/perenne/internal/store/postgres"
	"github.com/perenne-audit/perenne/internal/store/sqlite"
)

// database is the store with the queue that lives beside it.
type database struct {
	store.Store
	// doubt makes the next question after its state try a write.
	doubt    func()
	newQueue func(queue.Config, queue.Work) (*queue.Queue, error)
}

// openDatabase opens what the settings name and brings its tables up to date.
func openDatabase(ctx context.Context, settings config.Config) (*database, error) {
	if settings.Database.URL != "" {
		return openPostgres(ctx, settings.Database.URL)
	}
	return openSQLite(ctx, settings.Data)
}

func openSQLite(ctx context.Context, folder string) (*database, error) {
	const private = 0o750
	if err := os.MkdirAll(folder, private); err != nil {
		return nil, fmt.Errorf("make the data folder: %w; name another one with --data", err)
	}
	s, err := sqlite.Open(ctx, filepath.Join(folder, "perenne.db"), checks.ByID)
	if err != nil {
		return nil, err
	}
	driver := riversqlite.New(s.Writer())
	if err := queue.Migrate(ctx, driver); err != nil {
		_ = s.Close()
		return nil, err
	}
	return &database{Store: s, doubt: s.Doubt, newQueue: func(c queue.Config, w queue.Work) (*queue.Queue, error) { return queue.New(driver, c, w) }}, nil
}

func openPostgres(ctx context.Context, url string) (*database, error) {
	s, err := postgres.Open(ctx, url, checks.ByID)
	if err != nil {
		return nil, err
	}
	driver := riverpgxv5.New(s.Pool())
	if err := queue.Migrate(ctx, driver); err != nil {
		_ = s.Close()
		return nil, err
	}
	return &database{Store: s, doubt: s.Doubt, newQueue: func(c queue.Config, w queue.Work) (*queue.Queue, error) { return queue.New(driver, c, w) }}, nil
}
