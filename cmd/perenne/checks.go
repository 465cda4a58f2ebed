package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/internal/report"
	"github.com/perenne-audit/perenne/internal/text"
)

func (p *program) checksCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "checks", Short: p.say("help.checks.short"), Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	list := &cobra.Command{Use: "list", Short: p.say("help.checks.list"), Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return p.listChecks() }}
	show := &cobra.Command{Use: "show ID", Short: p.say("help.checks.show"), Args: cobra.ExactArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var ids []string
			for _, c := range checks.All() {
				ids = append(ids, c.ID)
			}
			return ids, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error { return p.showCheck(args[0]) }}
	cmd.AddCommand(list, show)
	return cmd
}

func (p *program) listChecks() error {
	m := text.In(p.lang)
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	for _, c := range checks.All() {
		t, err := c.Text(p.lang)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", c.ID, m.Word(string(c.Axis)), m.Word(string(c.Severity)), t.Title)
	}
	return w.Flush()
}

func (p *program) showCheck(id string) error {
	chosen, err := checks.Select([]string{id})
	if err != nil {
		return err
	}
	page, err := report.CheckPage(chosen[0], p.lang)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(p.stdout, page)
	return err
}
