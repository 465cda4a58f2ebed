package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

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
		Args: cobra.NoArgs,
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
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return p.flagError(err) })
	p.translate(root)
	return root
}

// translate puts what cobra says of its own accord of a command and of those
// below it into the terminal's language.
func (p *program) translate(cmd *cobra.Command) {
	cmd.InitDefaultHelpFlag()
	cmd.Flags().Lookup("help").Usage = p.say("help.help")
	cmd.Use += " " + p.say("help.options")
	cmd.DisableFlagsInUseLine = true
	if fits := cmd.Args; fits != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			switch {
			case fits(cmd, args) == nil:
				return nil
			case cmd.HasSubCommands():
				return errors.New(p.say("help.no-command", "command", args[0]))
			}
			return errors.New(p.say("help.arguments", "usage", cmd.UseLine()))
		}
	}
	for _, c := range cmd.Commands() {
		p.translate(c)
	}
}

// flagError says what is wrong with a flag in the terminal's language.
func (p *program) flagError(err error) error {
	var unknown *pflag.NotExistError
	var bare *pflag.ValueRequiredError
	switch {
	case errors.As(err, &unknown):
		return errors.New(p.say("help.no-flag", "flag", typed(unknown.GetSpecifiedName(), unknown.GetSpecifiedShortnames())))
	case errors.As(err, &bare):
		return errors.New(p.say("help.no-value", "flag", typed(bare.GetSpecifiedName(), bare.GetSpecifiedShortnames())))
	}
	return err
}

// typed is a flag as it was typed: -x where it stood among short ones.
func typed(name, short string) string {
	if short != "" {
		return "-" + name
	}
	return "--" + name
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
		"{{.CommandPath}} [command]", "{{.CommandPath}} "+p.say("help.command"),
		`Use "{{.CommandPath}} [command] --help" for more information about a command.`, p.say("help.more"),
	).Replace(template)
}
