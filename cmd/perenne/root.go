package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/text"
)

// The exit codes, which scripts rely on.
const (
	exitFine = iota
	exitBelowThreshold
	exitUsage
	exitNotAudited
)

// program is what every command shares.
type program struct {
	getenv         func(string) string
	stdout, stderr io.Writer
	// lang is the terminal's language until --lang says otherwise.
	lang audit.Lang
}

// exit carries an exit code with its message, which may be empty when the
// reason has been printed already.
type exit struct {
	code    int
	message string
}

func (e *exit) Error() string { return e.message }

// exitCode prints the error, if there is something left to say, and returns the
// code to leave with. Any error without a code of its own is a wrong use of the
// command line.
func (p *program) exitCode(err error) int {
	if err == nil {
		return exitFine
	}
	code := exitUsage
	var coded *exit
	if errors.As(err, &coded) {
		code = coded.code
	}
	if err.Error() != "" {
		fmt.Fprintf(p.stderr, "perenne: %s\n", err)
	}
	if code == exitUsage {
		fmt.Fprintln(p.stderr, p.say("help.hint"))
	}
	return code
}

func (p *program) say(key string, args ...any) string { return text.In(p.lang).Say(key, args...) }

// root assembles the commands.
func (p *program) root(args []string) *cobra.Command {
	p.lang = langOf(args, text.Detect(p.getenv))
	root := &cobra.Command{
		Use: "perenne", Short: p.say("help.short"), Long: p.say("help.long"),
		SilenceErrors: true, SilenceUsage: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("%s", p.say("help.no-command", "command", args[0]))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.PersistentFlags().String("lang", string(p.lang), p.say("help.lang"))
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) (err error) {
		name, _ := cmd.Flags().GetString("lang")
		p.lang, err = audit.ParseLang(name)
		return err
	}
	root.AddCommand(p.auditCommand(), p.handoverCommand(), p.planCommand(), p.fixCommand(), p.issuesCommand(), p.serveCommand(), p.workCommand(), p.migrateCommand(), p.backupCommand(), p.probeCommand(),
		p.checksCommand(), p.policyCommand(), p.portfolioCommand(), p.configCommand(), p.webhookCommand(), p.versionCommand())
	root.SetHelpCommand(&cobra.Command{Hidden: true})
	root.SetUsageTemplate(p.usageTemplate(root.UsageTemplate()))
	root.InitDefaultHelpFlag()
	for _, c := range append(root.Commands(), root) {
		c.InitDefaultHelpFlag()
		c.Flags().Lookup("help").Usage = p.say("help.help")
	}
	return root
}

// langOf looks for --lang before the flags are parsed: the help texts, which are
// made with them, need it. A wrong value is reported when the flags are parsed.
func langOf(args []string, fallback audit.Lang) audit.Lang {
	for i, arg := range args {
		value, found := strings.CutPrefix(arg, "--lang=")
		if arg == "--lang" && i+1 < len(args) {
			value, found = args[i+1], true
		}
		if lang, err := audit.ParseLang(value); found && err == nil {
			return lang
		}
	}
	return fallback
}

// usageTemplate puts cobra's own words into the terminal's language.
func (p *program) usageTemplate(template string) string {
	return strings.NewReplacer(
		"Usage:", p.say("help.usage"),
		"Available Commands:", p.say("help.commands"),
		"Global Flags:", p.say("help.global-flags"),
		"Flags:", p.say("help.flags"),
		"Examples:", p.say("help.examples"),
		`Use "{{.CommandPath}} [command] --help" for more information about a command.`, p.say("help.more"),
	).Replace(template)
}
