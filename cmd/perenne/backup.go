package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/perenne-audit/perenne/internal/store/sqlite"
)

// backupCommand copies the SQLite database, also while the service runs.
func (p *program) backupCommand() *cobra.Command {
	var flags serviceFlags
	cmd := &cobra.Command{
		Use: "backup FILE", Short: p.say("help.backup.short"), Long: p.say("help.backup.long"), Args: cobra.ExactArgs(1),
		Example: "  perenne backup /srv/backups/perenne-$(date +%F).db",
		RunE:    func(cmd *cobra.Command, args []string) error { return p.backup(cmd.Context(), flags, args[0]) },
	}
	cmd.Flags().StringVar(&flags.config, "config", p.getenv("PERENNE_CONFIG"), p.say("help.audit.config"))
	cmd.Flags().StringVar(&flags.data, "data", "", p.say("help.serve.data"))
	return cmd
}

func (p *program) backup(ctx context.Context, flags serviceFlags, file string) error {
	settings, err := p.settings(flags)
	if err != nil {
		return err
	}
	if settings.Database.URL != "" {
		// The address is not repeated: it may hold a password.
		return &exit{code: exitUsage, message: p.say("backup.postgres")}
	}
	database := filepath.Join(settings.Data, "perenne.db")
	if _, err := os.Stat(database); errors.Is(err, fs.ErrNotExist) {
		return &exit{code: exitNotAudited, message: p.say("backup.none", "path", database)}
	}
	if err := sqlite.Backup(ctx, database, file); err != nil {
		return &exit{code: exitNotAudited, message: err.Error()}
	}
	_, err = fmt.Fprintln(p.stdout, p.say("backup.done", "path", file))
	return err
}
