package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/perenne-audit/perenne/config"
	"github.com/perenne-audit/perenne/internal/hook"
	"github.com/perenne-audit/perenne/internal/policy"
	"github.com/perenne-audit/perenne/internal/portfolio"
)

func (p *program) configCommand() *cobra.Command {
	var path string
	cmd := &cobra.Command{Use: "config", Short: p.say("help.config.short"), Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.PersistentFlags().StringVar(&path, "config", p.getenv("PERENNE_CONFIG"), p.say("help.audit.config"))
	show := &cobra.Command{Use: "show", Short: p.say("help.config.show"), Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			shown, err := config.Show(path)
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(p.stdout, shown)
			return err
		}}
	check := &cobra.Command{Use: "check", Short: p.say("help.config.check"), Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			settings, err := config.Load(path)
			if err != nil {
				return err
			}
			if _, err := access(settings, settings.Listen); err != nil {
				return err
			}
			if err := hook.ParseSecrets(settings.Webhooks.Secrets).Check(); err != nil {
				return err
			}
			if _, err := policy.Load(settings.Policy, ".", policies(nil)); err != nil {
				return err
			}
			if settings.Portfolio != "" {
				if _, _, err := loadBoth(settings.Portfolio, settings.Policy); err != nil {
					return err
				}
			}
			_, err = fmt.Fprintln(p.stdout, p.say("config.fine"))
			return err
		}}
	cmd.AddCommand(show, check)
	return cmd
}

func (p *program) portfolioCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "portfolio", Short: p.say("help.portfolio.short"), Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	check := &cobra.Command{Use: "check FILE", Short: p.say("help.portfolio.check"), Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			found, _, err := loadBoth(args[0], policy.Default)
			if err != nil {
				return err
			}
			repositories, searches := 0, 0
			for _, c := range found.Challenges {
				repositories, searches = repositories+len(c.Repositories), searches+len(c.Searches)
			}
			fine := p.say("portfolio.fine", "challenges", len(found.Challenges), "repositories", repositories)
			if searches > 0 {
				fine += " " + p.say("portfolio.searches", "searches", searches)
			}
			_, err = fmt.Fprintln(p.stdout, fine)
			return err
		}}
	var promotions []string
	var month int
	load := &cobra.Command{Use: "import FILE", Short: p.say("help.portfolio.import"), Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			content, err := os.ReadFile(args[0])
			if err != nil {
				return err
			}
			written, err := portfolio.Import(content, portfolio.ImportOptions{Promotions: promotions, StartMonth: time.Month(month)})
			if err != nil {
				return fmt.Errorf("import %s: %w", args[0], err)
			}
			_, err = p.stdout.Write(written)
			return err
		}}
	load.Flags().StringSliceVar(&promotions, "promotion", nil, p.say("help.portfolio.promotion"))
	load.Flags().IntVar(&month, "start-month", 1, p.say("help.portfolio.start-month"))
	cmd.AddCommand(check, p.discoverCommand(), load)
	return cmd
}
