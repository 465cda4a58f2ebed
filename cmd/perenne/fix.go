package main

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/pipeline"
	"github.com/perenne-audit/perenne/internal/remedy"
	"github.com/perenne-audit/perenne/internal/report"
)

// fixFlags are the flags of "perenne fix" as typed.
type fixFlags struct {
	auditFlags
	licence, holder, contact, maintainer string
	write, propose, send                 bool
}

func (p *program) fixCommand() *cobra.Command {
	var flags fixFlags
	cmd := &cobra.Command{
		Use: "fix [TARGET]", Short: p.say("help.fix.short"), Long: p.say("help.fix.long"), Args: cobra.MaximumNArgs(1),
		Example: "  perenne fix --licence AGPL-3.0-or-later --contact security@ministry.example | git apply\n  perenne fix --checks build-context-clean --write\n" +
			"  perenne fix https://forge.example/team/name --merge-request --send",
		RunE: func(cmd *cobra.Command, args []string) error {
			target := "."
			if len(args) == 1 {
				target = args[0]
			}
			return p.fix(cmd.Context(), target, flags)
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&flags.checks, "checks", nil, p.say("help.fix.checks"))
	f.StringVar(&flags.licence, "licence", "", p.say("help.fix.licence", "ids", strings.Join(remedy.Licences(), ", ")))
	f.StringVar(&flags.holder, "holder", "", p.say("help.fix.holder"))
	f.StringVar(&flags.contact, "contact", "", p.say("help.fix.contact"))
	f.StringVar(&flags.maintainer, "maintainer", "", p.say("help.fix.maintainer"))
	f.BoolVar(&flags.write, "write", false, p.say("help.fix.write"))
	f.BoolVar(&flags.propose, "merge-request", false, p.say("help.fix.merge-request"))
	f.BoolVar(&flags.propose, "pull-request", false, p.say("help.fix.pull-request"))
	f.BoolVar(&flags.send, "send", false, p.say("help.fix.send"))
	f.StringVar(&flags.at, "at", "", p.say("help.audit.at"))
	f.StringVar(&flags.policy, "policy", "", p.say("help.audit.policy"))
	f.StringVar(&flags.config, "config", p.getenv("PERENNE_CONFIG"), p.say("help.audit.config"))
	return cmd
}

// owner is how CODEOWNERS names somebody.
var owner = regexp.MustCompile(`^(@[\w.-]+(/[\w.-]+)*|[\w.+-]+@[\w.-]+)$`)

// fix runs the command: everything that can be wrong with the command line is
// found before the repository is touched.
func (p *program) fix(ctx context.Context, target string, flags fixFlags) error {
	if flags.write && flags.propose {
		return errors.New(p.say("fix.write-or-propose"))
	}
	if flags.send && !flags.propose {
		return errors.New(p.say("fix.send-what"))
	}
	if flags.licence != "" && !remedy.HasLicence(flags.licence) {
		return errors.New(p.say("fix.no-licence", "id", flags.licence, "ids", remedy.Licences()))
	}
	if _, err := mail.ParseAddress(flags.contact); flags.contact != "" && (err != nil || strings.ContainsAny(flags.contact, " <>")) {
		return errors.New(p.say("fix.no-contact", "contact", flags.contact))
	}
	if flags.maintainer != "" && !owner.MatchString(flags.maintainer) {
		return errors.New(p.say("fix.no-maintainer", "maintainer", flags.maintainer))
	}
	if strings.ContainsAny(flags.holder, "\r\n") {
		return errors.New(p.say("fix.no-holder"))
	}
	options, _, err := p.options(flags.auditFlags)
	if err != nil {
		return err
	}
	if _, err := checks.Select(flags.checks); err != nil {
		return err
	}
	top := ""
	if flags.write {
		if top = workTree(target); top == "" {
			return errors.New(p.say("fix.no-work-tree", "target", acquire.Show(target)))
		}
	}
	if flags.propose {
		if target, err = p.published(ctx, target, options); err != nil {
			return err
		}
	}
	plan, result, err := p.remedies(ctx, target, options, flags)
	if err != nil {
		return &exit{code: exitNotAudited, message: err.Error()}
	}
	p.tellRemedies(plan)
	switch {
	case flags.propose:
		return p.propose(ctx, plan, result, flags)
	case flags.write:
		return p.writeChanges(top, plan)
	}
	for _, patch := range plan.Patches {
		if err := patch.Write(p.stdout); err != nil {
			return err
		}
	}
	return nil
}

// remedies audits a repository and makes its patches. What was not asked for is
// judged too: one gap's patch may rest on what another check saw.
func (p *program) remedies(ctx context.Context, target string, options pipeline.Options, flags fixFlags) (plan remedy.Plan, result *audit.Result, err error) {
	options.Only = flags.checks
	o := remedy.Options{Lang: p.lang, Licence: flags.licence, Holder: flags.holder, Contact: flags.contact, Maintainer: flags.maintainer}
	result, err = pipeline.AuditAnd(ctx, target, options, func(s *audit.Snapshot, r *audit.Result) { plan = remedy.Of(s, r, o) })
	return plan, result, err
}

// tellRemedies says on standard error, beside the patches, what they are for and
// what they leave.
func (p *program) tellRemedies(plan remedy.Plan) {
	tell := func(key string, args ...any) { fmt.Fprintln(p.stderr, p.say(key, args...)) }
	if len(plan.Patches) == 0 {
		tell("fix.none")
	}
	for _, patch := range plan.Patches {
		var paths []string
		for _, c := range patch.Changes {
			paths = append(paths, report.Clean(c.Path))
		}
		tell(map[bool]string{true: "fix.prompts", false: "fix.patch"}[patch.Prompts], "check", patch.Check.ID, "paths", paths)
		if patch.Note != "" {
			fmt.Fprintln(p.stderr, "  "+p.say("fix-note."+patch.Note))
		}
	}
	byReason := map[string][]string{}
	var order []string
	for _, left := range plan.Left {
		if byReason[left.Why] == nil {
			order = append(order, left.Why)
		}
		byReason[left.Why] = append(byReason[left.Why], left.Check.ID)
	}
	if len(order) > 0 {
		tell("fix.left")
	}
	for _, why := range order {
		fmt.Fprintln(p.stderr, "  "+p.say("fix.why", "checks", byReason[why], "why", p.say("fix-why."+why)))
	}
}

// workTree is the top of the work tree that a folder lies in, "" for none.
func workTree(folder string) string {
	dir, err := filepath.Abs(folder)
	if info, failed := os.Stat(folder); err != nil || failed != nil || !info.IsDir() {
		return ""
	}
	for {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
		dir = filepath.Dir(dir)
	}
}

// writeChanges changes the work tree, all of it or nothing: a file that is there
// already, or is not as it was committed, refuses everything.
func (p *program) writeChanges(top string, plan remedy.Plan) error {
	root, err := os.OpenRoot(top)
	if err != nil {
		return &exit{code: exitNotAudited, message: err.Error()}
	}
	defer root.Close()
	var touched []string
	for _, c := range plan.Changes() {
		name := filepath.FromSlash(c.Path)
		info, err := root.Lstat(name)
		switch {
		case c.New() && err == nil, !c.New() && (err != nil || !info.Mode().IsRegular()):
			touched = append(touched, report.Clean(c.Path))
			continue
		case c.New() && errors.Is(err, os.ErrNotExist):
			continue
		}
		if content, err := root.ReadFile(name); err != nil || string(content) != string(c.Before) {
			touched = append(touched, report.Clean(c.Path))
		}
	}
	if len(touched) > 0 {
		slices.Sort(touched)
		return &exit{code: exitUsage, message: p.say("fix.dirty", "paths", touched)}
	}
	for _, c := range plan.Changes() {
		if err := place(root, c); err != nil {
			return &exit{code: exitNotAudited, message: err.Error()}
		}
	}
	if n := len(plan.Changes()); n > 0 {
		fmt.Fprintln(p.stdout, p.say("fix.written", "count", n))
	}
	return nil
}

// place writes one file. A new one is never written over another.
func place(root *os.Root, c remedy.Change) error {
	const readable, open = 0o644, 0o755
	name := filepath.FromSlash(c.Path)
	if err := root.MkdirAll(filepath.Dir(name), open); err != nil {
		return fmt.Errorf("write %s: %w", c.Path, err)
	}
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if !c.New() {
		flags = os.O_WRONLY | os.O_TRUNC
	}
	f, err := root.OpenFile(name, flags, readable)
	if err != nil {
		return fmt.Errorf("write %s: %w", c.Path, err)
	}
	_, err = f.Write(c.After)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", c.Path, err)
	}
	return nil
}
