package main

import (
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/config"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/policy"
	"github.com/perenne-audit/perenne/internal/report"
)

// policies says where policies are read from; opened may be nil.
func policies(opened func(file string)) policy.Options {
	return policy.Options{Catalogue: checks.All(), Library: config.Policies(), Opened: opened}
}

func (p *program) policyCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "policy", Short: p.say("help.policy.short"), Long: p.say("help.policy.long"), Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	names := func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return policies(nil).Names(), cobra.ShellCompDirectiveDefault
	}
	list := &cobra.Command{Use: "list", Short: p.say("help.policy.list"), Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return p.listPolicies() }}
	show := &cobra.Command{Use: "show NAME", Short: p.say("help.policy.show"), Args: cobra.ExactArgs(1), ValidArgsFunction: names,
		Example: "  perenne policy show interior-cloud-pi-native\n  perenne policy show culture.yaml",
		RunE: func(_ *cobra.Command, args []string) error {
			found, err := policy.Load(args[0], ".", policies(nil))
			if err != nil {
				return err
			}
			page, err := report.PolicyPage(found, checks.All(), p.lang)
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(p.stdout, page)
			return err
		}}
	check := &cobra.Command{Use: "check FILE", Short: p.say("help.policy.check"), Args: cobra.ExactArgs(1), ValidArgsFunction: names,
		Example: "  perenne policy check culture.yaml",
		RunE: func(_ *cobra.Command, args []string) error {
			found, err := policy.Load(args[0], ".", policies(nil))
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(p.stdout, p.say("policy.fine", "policy", found, "rules", len(found.Rules),
				"requirements", len(found.Requirements), "severities", len(found.Severities)))
			return err
		}}
	cmd.AddCommand(list, show, check)
	return cmd
}

func (p *program) listPolicies() error {
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	for _, name := range policies(nil).Names() {
		found, err := policy.Load(name, ".", policies(nil))
		if err != nil {
			return err
		}
		title := found.Title(p.lang)
		if name == policy.Default {
			title += " (" + p.say("policy.default") + ")"
		}
		fmt.Fprintf(w, "%s\t%s\n", name, title)
	}
	return w.Flush()
}

// rulesOf lists the questions that the policies of a round add, each id once.
func rulesOf(own *audit.Policy, in *audit.Portfolio) []*audit.Check {
	var all []*audit.Check
	add := func(p *audit.Policy) {
		if p == nil {
			return
		}
		for _, rule := range p.Rules {
			if !slices.ContainsFunc(all, func(c *audit.Check) bool { return c.ID == rule.ID }) {
				all = append(all, rule)
			}
		}
	}
	add(own)
	if in != nil {
		for _, c := range in.Challenges {
			add(c.Rules)
		}
	}
	return all
}
