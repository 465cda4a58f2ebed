package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/perenne-audit/perenne/config"
	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/hook"
	"github.com/perenne-audit/perenne/internal/queue"
	"github.com/perenne-audit/perenne/internal/store"
)

// webhooks receives what forges tell; nil without a secret.
func (s *service) webhooks() (http.Handler, error) {
	secrets := hook.ParseSecrets(s.settings.Webhooks.Secrets)
	if err := secrets.Check(); err != nil || len(secrets) == 0 {
		return nil, err
	}
	return hook.New(hook.Config{
		Secrets: secrets, Portfolio: s.portfolio, Address: acquire.AddressOf, Known: s.keeper.Options.Forges.Known, Notice: s.notice,
		Count:  func(sender forge.Kind, o hook.Outcome) { s.metrics.Received(string(sender), string(o)) },
		Logger: s.logger,
	}), nil
}

// notice has repositories audited once they have been quiet for a while.
func (s *service) notice(ctx context.Context, keys []store.Key, kind hook.Kind) (int, error) {
	jobs := make([]queue.Job, len(keys))
	for i, k := range keys {
		jobs[i] = queue.Job{Challenge: k.Challenge, Repository: k.Repository}
		if kind == hook.Membership {
			// Who belongs to it is no change of the repository itself to a forge.
			s.keeper.Options.Forges.Forget(acquire.AddressOf(k.Repository))
		}
	}
	n, err := s.queue.Notice(ctx, jobs, s.settings.Webhooks.Wait)
	if err != nil {
		s.db.doubt()
		return n, fmt.Errorf("%w: %w", audit.ErrUnreachable, err)
	}
	return n, nil
}

// webhookFlags are the flags of "perenne webhook test" as typed.
type webhookFlags struct {
	config, repository string
	forges             []string
}

// senders are the forges that send webhooks.
var senders = []forge.Kind{forge.GitHub, forge.GitLab, forge.Forgejo}

func (p *program) webhookCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "webhook", Short: p.say("help.webhook.short"), Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	var flags webhookFlags
	test := &cobra.Command{Use: "test [URL]", Short: p.say("help.webhook.test"), Long: p.say("help.webhook.long"), Args: cobra.MaximumNArgs(1),
		Example: "  PERENNE_WEBHOOKS_SECRETS_FILE=/run/secrets/webhooks perenne webhook test https://perenne.example/hooks\n  perenne webhook test --forge gitlab --lang fr",
		RunE:    func(cmd *cobra.Command, args []string) error { return p.webhookTest(cmd.Context(), args, flags) }}
	f := test.Flags()
	f.StringVar(&flags.config, "config", p.getenv("PERENNE_CONFIG"), p.say("help.audit.config"))
	f.StringSliceVar(&flags.forges, "forge", nil, p.say("help.webhook.forge"))
	f.StringVar(&flags.repository, "repository", "https://forge.example/perenne-test/example", p.say("help.webhook.repository"))
	cmd.AddCommand(test)
	return cmd
}

// webhookTest sends an example of each event to a running service, then tells what
// to type into the forges.
func (p *program) webhookTest(ctx context.Context, args []string, flags webhookFlags) error {
	settings, err := config.Load(flags.config)
	if err != nil {
		return err
	}
	secrets := hook.ParseSecrets(settings.Webhooks.Secrets)
	if err := secrets.Check(); err != nil {
		return err
	}
	if len(secrets) == 0 {
		return errors.New(p.say("webhook.no-secret"))
	}
	chosen, err := p.senders(flags.forges)
	if err != nil {
		return err
	}
	repo, ok := forge.ParseRepo(flags.repository)
	if !ok {
		return errors.New(p.say("webhook.repository", "address", flags.repository))
	}
	address := cmp.Or(settings.Webhooks.URL, "http://"+reachable(settings.Listen)+settings.Webhooks.Path)
	if len(args) == 1 {
		address = args[0]
	}
	fmt.Fprintln(p.stdout, p.say("webhook.sending", "url", address))
	fine := true
	for _, sender := range chosen {
		for _, sent := range hook.Examples(sender, repo, secretFor(sender, secrets), time.Now()) {
			answer, ok := p.deliver(ctx, address, sent)
			fine = fine && ok
			fmt.Fprintf(p.stdout, "  %-8s %-14s %s\n", sender, sent.Name, answer)
		}
	}
	for _, sender := range chosen {
		fmt.Fprintln(p.stdout)
		p.tellSetup(sender, address)
	}
	if !fine {
		return &exit{code: exitNotAudited, message: p.say("webhook.failed")}
	}
	return nil
}

func (p *program) senders(named []string) ([]forge.Kind, error) {
	if len(named) == 0 {
		return senders, nil
	}
	var all []forge.Kind
	for _, name := range named {
		kind := forge.Kind(strings.ToLower(name))
		if kind == "gitea" {
			kind = forge.Forgejo
		}
		if !slices.Contains(senders, kind) {
			return nil, errors.New(p.say("webhook.no-forge", "name", name))
		}
		all = append(all, kind)
	}
	return all, nil
}

// secretFor is the first that the forge can sign with: only GitLab makes signing
// tokens, and only it takes them.
func secretFor(sender forge.Kind, secrets hook.Secrets) string {
	for _, one := range secrets {
		if sender == forge.GitLab || !strings.HasPrefix(one, "whsec_") {
			return one
		}
	}
	return secrets[0]
}

// deliveryTime is how long a service may take: GitHub gives up after ten seconds.
const deliveryTime = 10 * time.Second

// deliver sends one delivery and says what was answered.
func (p *program) deliver(ctx context.Context, address string, sent hook.Sent) (said string, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, deliveryTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(sent.Body))
	if err != nil {
		return err.Error(), false
	}
	request.Header = sent.Header
	// Forges follow no redirect either.
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	began := time.Now()
	response, err := client.Do(request)
	if err != nil {
		return err.Error(), false
	}
	defer response.Body.Close()
	const most = 4 << 10
	content, _ := io.ReadAll(io.LimitReader(response.Body, most))
	took := time.Since(began).Round(time.Millisecond)
	var answer hook.Answer
	if json.Unmarshal(content, &answer) != nil || answer.Answer == "" {
		return p.say("webhook.stranger", "status", response.StatusCode, "took", took.String()), false
	}
	said = p.say("webhook.answer", "status", response.StatusCode, "meaning", p.say("webhook-answer."+string(answer.Answer)), "took", took.String())
	return said, response.StatusCode == http.StatusAccepted
}

// tellSetup says what to type into a forge.
func (p *program) tellSetup(sender forge.Kind, address string) {
	for _, line := range []string{"where", "url", "secret", "events"} {
		text := p.say("webhook-setup."+string(sender)+"-"+line, "url", address)
		if line != "where" {
			text = "  " + text
		}
		fmt.Fprintln(p.stdout, text)
	}
}
