package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"
)

// probeTime is how long a service that is well may take to say so. It is below
// the three seconds that the image's HEALTHCHECK waits.
const probeTime = 2 * time.Second

// probeCommand asks a running service how it is, for images that hold no other
// program: neither a shell nor curl.
func (p *program) probeCommand() *cobra.Command {
	var flags serviceFlags
	cmd := &cobra.Command{
		Use: "probe [URL]", Short: p.say("help.probe.short"), Long: p.say("help.probe.long"), Args: cobra.MaximumNArgs(1), Hidden: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				return p.probe(cmd.Context(), args[0])
			}
			settings, err := p.settings(flags)
			if err != nil {
				return err
			}
			return p.probe(cmd.Context(), "http://"+reachable(settings.Listen)+"/healthz")
		},
	}
	cmd.Flags().StringVar(&flags.config, "config", p.getenv("PERENNE_CONFIG"), p.say("help.audit.config"))
	cmd.Flags().StringVar(&flags.listen, "listen", "", p.say("help.serve.listen"))
	return cmd
}

// reachable is where a service that listens on this address is found from the
// same machine.
func reachable(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen
	}
	switch ip := net.ParseIP(host); {
	case host == "" || ip.Equal(net.IPv4zero):
		// Not localhost, for which an empty image may have no name service.
		host = "127.0.0.1"
	case ip != nil && ip.IsUnspecified():
		host = "::1"
	}
	return net.JoinHostPort(host, port)
}

func (p *program) probe(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	// The service is asked itself: a proxy named in the environment, or another
	// address it sends to, may be well while it is not.
	client := http.Client{
		Transport:     &http.Transport{Proxy: nil},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	answer, err := client.Do(request)
	if err != nil {
		return &exit{code: exitNotAudited, message: err.Error()}
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return &exit{code: exitNotAudited, message: p.say("probe.ill", "url", url, "status", answer.Status)}
	}
	_, err = fmt.Fprintln(p.stdout, p.say("probe.well", "url", url))
	return err
}
