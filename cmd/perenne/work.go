package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/web"
)

// work audits what the queue holds, and serves at most metrics and probes.
func (p *program) work(ctx context.Context, flags serviceFlags) error {
	settings, err := p.settings(flags)
	if err != nil {
		return err
	}
	if flags.workers < 1 {
		flags.workers = workers(settings)
	}
	s, err := p.newService(ctx, settings, false, flags.workers)
	if err != nil {
		return &exit{code: exitNotAudited, message: err.Error()}
	}
	defer s.Close()
	var listener net.Listener
	if settings.Work.Listen != "" {
		if listener, err = listen(settings.Work.Listen); err != nil {
			return err
		}
		defer listener.Close()
	}
	server, failed := &http.Server{}, make(chan error, 1)
	if listener != nil {
		if server, err = s.probes(); err != nil {
			return err
		}
		fmt.Fprintln(p.stdout, p.say("work.probes", "address", "http://"+address(listener)))
		go func() { failed <- server.Serve(listener) }()
	}
	fmt.Fprintln(p.stdout, p.say("work.ready", "workers", flags.workers))
	if err := s.start(ctx); err != nil && ctx.Err() == nil {
		return &exit{code: exitNotAudited, message: err.Error()}
	}
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	// Probes go on until the last audit has ended.
	if err := errors.Join(err, s.stop(), server.Close()); err != nil {
		return &exit{code: exitNotAudited, message: err.Error()}
	}
	return nil
}

// probes prepares what a process shows that serves no pages.
func (s *service) probes() (*http.Server, error) {
	access, err := access(s.settings, s.settings.Work.Listen)
	if err != nil {
		return nil, err
	}
	handler, err := web.NewProbes(web.Probes{
		Ready: s.db.Ping, Metrics: s.metrics.Handler(), Access: access, Lang: audit.Lang(s.settings.Lang), Logger: s.logger,
	})
	if err != nil {
		return nil, err
	}
	return web.Server(s.settings.Work.Listen, handler), nil
}
