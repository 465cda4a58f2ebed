package main

import (
	"cmp"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/perenne-audit/perenne/config"
	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/forge/forgejo"
	"github.com/perenne-audit/perenne/internal/forge/github"
	"github.com/perenne-audit/perenne/internal/forge/gitlab"
	"github.com/perenne-audit/perenne/internal/guard"
	"github.com/perenne-audit/perenne/internal/metrics"
)

// network is what all connections to hosts of repositories share.
type network struct {
	guard *guard.Guard
	// git speaks http for git.
	git http.RoundTripper
	// token returns the secret that git shows to a host.
	token func(host string) string
	// forges is nil when none is to be asked.
	forges *forge.Desk
}

// network prepares connections. Answers of forges are kept below the folder, or
// nowhere without one; what is asked of them is counted in the metrics, if there are
// any.
func (p *program) network(settings config.Config, folder string, counted func() *metrics.Metrics) network {
	n := network{guard: guard.New(settings.Network.Allow)}
	n.git = acquire.NewTransport(n.guard)
	tokens := func(host string) []string { return forge.Tokens(p.getenv, acquire.TokenVariable(host)) }
	n.token = func(host string) string {
		if all := tokens(host); len(all) > 0 {
			return all[0]
		}
		return ""
	}
	if settings.Forges.Ask == config.AskNever {
		return n
	}
	var cache *forge.Cache
	if folder != "" {
		cache = forge.NewCache(filepath.Join(folder, "forges"), settings.Forges.CacheBytes)
	}
	var watch forge.Watch
	if counted != nil {
		watch.Asked = func(host string, status int) { counted().ForgeAsked(host, status) }
		watch.Left = func(host string, requests int) { counted().ForgeRemaining(host, requests) }
	}
	n.forges = forge.NewDesk(forge.Config{
		Open: map[forge.Kind]forge.Open{
			forge.GitHub: github.Open, forge.GitLab: gitlab.Open, forge.Forgejo: forgejo.Open,
		},
		Hosts: settings.Forges.Hosts, Tokens: tokens, Variable: acquire.TokenVariable, App: p.app,
		Always: settings.Forges.Ask == config.AskAlways, Refresh: settings.Forges.Refresh, Timeout: settings.Forges.Timeout,
		Cache: cache, Guard: n.guard, Watch: watch,
	})
	return n
}

// app reads what the environment says of a GitHub App for a host:
// PERENNE_GITHUB_APP_ID_GITHUB_COM and so on.
func (p *program) app(host string) (*forge.App, error) {
	suffix := strings.TrimPrefix(acquire.TokenVariable(host), acquire.TokenVariable(""))
	return forge.ParseApp(p.getenv("PERENNE_GITHUB_APP_ID_"+suffix), p.getenv("PERENNE_GITHUB_APP_INSTALLATION_"+suffix),
		p.getenv("PERENNE_GITHUB_APP_KEY_"+suffix))
}

// userCache is where a command keeps what it can do without; "" without a home.
func (p *program) userCache() string {
	folder := p.getenv("XDG_CACHE_HOME")
	if home, err := os.UserHomeDir(); folder == "" && err == nil {
		folder = filepath.Join(home, ".cache")
	}
	if !filepath.IsAbs(cmp.Or(folder, ".")) {
		return ""
	}
	return filepath.Join(folder, "perenne")
}
