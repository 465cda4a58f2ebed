package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/config"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/board"
	"github.com/perenne-audit/perenne/internal/web"
)

// serviceFlags are the flags of the service's commands as typed.
type serviceFlags struct {
	config, portfolio, policy, data string
	// listen is where pages are served, probes where 'work' answers.
	listen, probes string
	workers        int
	demo           bool
}

func (p *program) serveCommand() *cobra.Command {
	var flags serviceFlags
	cmd := &cobra.Command{
		Use: "serve", Short: p.say("help.serve.short"), Long: p.say("help.serve.long"), Args: cobra.NoArgs,
		Example: "  perenne serve\n  perenne serve --portfolio portfolio.yaml --listen :8080\n  perenne serve --demo",
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.serve(cmd.Context(), flags) },
	}
	p.serviceFlags(cmd, &flags)
	f := cmd.Flags()
	f.StringVar(&flags.listen, "listen", "", p.say("help.serve.listen"))
	workersFlag(cmd, &flags, p.say("help.serve.workers"))
	f.BoolVar(&flags.demo, "demo", false, p.say("help.serve.demo"))
	return cmd
}

func (p *program) workCommand() *cobra.Command {
	var flags serviceFlags
	cmd := &cobra.Command{
		Use: "work", Short: p.say("help.work.short"), Long: p.say("help.work.long"), Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.work(cmd.Context(), flags) },
	}
	p.serviceFlags(cmd, &flags)
	workersFlag(cmd, &flags, p.say("help.work.workers"))
	cmd.Flags().StringVar(&flags.probes, "listen", "", p.say("help.work.listen"))
	return cmd
}

func (p *program) migrateCommand() *cobra.Command {
	var flags serviceFlags
	cmd := &cobra.Command{
		Use: "migrate", Short: p.say("help.migrate.short"), Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			settings, err := p.settings(flags)
			if err != nil {
				return err
			}
			db, err := openDatabase(cmd.Context(), settings)
			if err != nil {
				return &exit{code: exitNotAudited, message: err.Error()}
			}
			fmt.Fprintln(p.stdout, p.say("migrate.done"))
			return db.Close()
		},
	}
	p.serviceFlags(cmd, &flags)
	// They change nothing here, and stay for whoever passes all the flags of serve.
	for _, name := range []string{"portfolio", "policy"} {
		cmd.Flags().Lookup(name).Hidden = true
	}
	return cmd
}

func (p *program) serviceFlags(cmd *cobra.Command, flags *serviceFlags) {
	f := cmd.Flags()
	f.StringVar(&flags.config, "config", p.getenv("PERENNE_CONFIG"), p.say("help.audit.config"))
	f.StringVar(&flags.portfolio, "portfolio", "", p.say("help.serve.portfolio"))
	f.StringVar(&flags.policy, "policy", "", p.say("help.serve.policy"))
	f.StringVar(&flags.data, "data", "", p.say("help.serve.data"))
}

// workersFlag adds --workers, whose default is the configuration's.
func workersFlag(cmd *cobra.Command, flags *serviceFlags, usage string) {
	cmd.Flags().IntVar(&flags.workers, "workers", -1, usage)
	// Of a default of 0 nothing is printed; the usage names the true one.
	cmd.Flags().Lookup("workers").DefValue = "0"
}

// settings are the configuration with what the flags override.
func (p *program) settings(flags serviceFlags) (config.Config, error) {
	settings, err := config.Load(flags.config)
	if err != nil {
		return settings, err
	}
	for _, one := range []struct {
		flag    string
		setting *string
	}{
		{flags.listen, &settings.Listen}, {flags.probes, &settings.Work.Listen},
		{flags.portfolio, &settings.Portfolio}, {flags.policy, &settings.Policy}, {flags.data, &settings.Data},
	} {
		if one.flag != "" {
			*one.setting = one.flag
		}
	}
	return settings, nil
}

// serve runs the service until it is told to stop.
func (p *program) serve(ctx context.Context, flags serviceFlags) error {
	settings, err := p.settings(flags)
	if err != nil {
		return err
	}
	if flags.workers < 0 {
		flags.workers = workers(settings)
	}
	s, err := p.newService(ctx, settings, flags.demo, flags.workers)
	if err != nil {
		return &exit{code: exitNotAudited, message: err.Error()}
	}
	defer s.Close()
	s.count(s.board)
	handler, err := p.handler(ctx, s)
	if err != nil {
		return err
	}
	listener, err := listen(settings.Listen)
	if err != nil {
		return err
	}
	if s.portfolio().Demonstration {
		fmt.Fprintln(p.stdout, p.say("serve.demonstration"))
	}
	fmt.Fprintln(p.stdout, p.say("serve.ready", "address", "http://"+address(listener)))
	if err := s.run(ctx, web.Server(settings.Listen, handler), listener, flags.workers); err != nil {
		return &exit{code: exitNotAudited, message: err.Error()}
	}
	return nil
}

func listen(address string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, &exit{code: exitNotAudited, message: fmt.Sprintf("listen on %s: %s; choose another address with --listen", address, err)}
	}
	return listener, nil
}

// run serves and works until the context ends, then drains.
func (s *service) run(ctx context.Context, server *http.Server, listener net.Listener, workers int) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// The first list of a large portfolio takes seconds: not those of a reader. The
	// first reader is told what is wrong with it.
	go func() { _, _, _ = s.board.Rows(ctx, board.Query{Limit: 1}) }()
	failed := make(chan error, 2)
	go func() { failed <- server.Serve(listener) }()
	started := make(chan struct{})
	go func() {
		defer close(started)
		if workers == 0 {
			go s.follow(ctx)
		} else if err := s.start(ctx); err != nil && ctx.Err() == nil {
			failed <- err
		}
	}()
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	cancel()
	stopped := make(chan error, 1)
	go func() {
		// What starts while it is stopped would never stop.
		<-started
		stopped <- s.stop()
	}()
	grace, cut := context.WithTimeout(context.WithoutCancel(ctx), pageGrace)
	defer cut()
	if server.Shutdown(grace) != nil {
		// Whoever still reads has had time enough, which is no failure of ours.
		_ = server.Close()
	}
	return errors.Join(err, <-stopped)
}

// pageGrace is how long answers under way may take when the service stops.
const pageGrace = 5 * time.Second

func (p *program) handler(ctx context.Context, s *service) (http.Handler, error) {
	access, err := access(s.settings, s.settings.Listen)
	if err != nil {
		return nil, err
	}
	access.Sessions = s.db
	const adminPrefix = "/admin/queue"
	admin, err := s.queue.Admin(ctx, adminPrefix)
	if err != nil {
		return nil, err
	}
	hooks, err := s.webhooks()
	if err != nil {
		return nil, err
	}
	v, _ := build()
	return web.New(web.Config{
		Hooks: hooks, HooksPath: s.settings.Webhooks.Path,
		Board: s.board, Checks: checks.All(), Catalogue: checks.Version, Ask: s.ask, Place: s.db.Place,
		Hours: s.settings.Plan.Hours(), Metrics: s.metrics.Handler(),
		Admin: admin, Access: access, Lang: audit.Lang(s.settings.Lang), Version: v, Logger: s.logger,
	})
}

// access turns the settings into who may do what at an address. Reading is open
// by default where only this machine can reach it.
func access(settings config.Config, listen string) (web.Access, error) {
	a := web.Access{TrustForwarded: settings.Access.TrustForwarded}
	switch settings.Access.Reading {
	case "restricted":
		a.Restricted = true
	case "auto":
		a.Restricted = !loopback(listen)
	}
	for _, t := range settings.Access.Tokens {
		a.Tokens = append(a.Tokens, web.Token{Name: t.Name, SHA256: t.SHA256, Role: web.Role(t.Role)})
	}
	// A secret alone may be there for everybody; whoever names more wants a login.
	if o := settings.Access.OIDC; o.Issuer != "" || o.ClientID != "" || o.RedirectURL != "" || len(o.Roles) > 0 || o.DefaultRole != "" {
		a.OIDC = &web.OIDC{Issuer: o.Issuer, ClientID: o.ClientID, ClientSecret: o.ClientSecret, RedirectURL: o.RedirectURL,
			Scopes: o.Scopes, RoleClaim: o.Claim, Roles: map[string]web.Role{}, Default: web.Role(o.DefaultRole)}
		for _, grant := range o.Roles {
			a.OIDC.Roles[grant.Group] = web.Role(grant.Role)
		}
	}
	return a, a.Check()
}

func loopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// address is where a browser on this machine finds the service.
func address(l net.Listener) string {
	tcp, ok := l.Addr().(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return l.Addr().String()
	}
	return fmt.Sprintf("localhost:%d", tcp.Port)
}
