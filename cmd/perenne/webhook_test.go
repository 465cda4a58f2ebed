package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// What a forge tells of a running service's repository has it audited again, once
// for however many events; what nobody signed does not.
func TestWebhooks(t *testing.T) {
	t.Parallel()
	server := hosted(t)
	folder := t.TempDir()
	file := filepath.Join(folder, "portfolio.yaml")
	write(t, file, "ministries: [{id: m, name: M}]\nchallenges:\n  - id: guichet\n    name: Guichet\n    ministry: m\n    repositories: [{url: \""+server.Address()+"\"}]\n")
	env := []string{"PERENNE_DATA=" + filepath.Join(folder, "data"), "PERENNE_WEBHOOKS_SECRETS=an-old-secret-of-ours,a-new-secret-of-ours", "PERENNE_WEBHOOKS_PATH=/perenne/hooks",
		"PERENNE_WEBHOOKS_WAIT=1s", "PERENNE_ACCESS_READING=open"}
	c := started(t, env, "serve", "--portfolio", file, "--listen", "127.0.0.1:0")
	counted := func(line string) bool {
		_, metrics := c.get("/metrics")
		return strings.Contains(metrics, line+"\n")
	}
	until(t, "the first audit", func() bool { return counted(`perenne_audits_total{outcome="succeeded"} 1`) })

	wrong := []string{"PERENNE_WEBHOOKS_SECRETS=nobody-has-this-secret"}
	if n := command(t, wrong, "webhook", "test", c.url+"/perenne/hooks", "--repository", server.Address()).ends(); n != exitNotAudited {
		t.Errorf("with another secret: %d", n)
	}
	tried := command(t, []string{"PERENNE_WEBHOOKS_SECRETS=a-new-secret-of-ours"}, "webhook", "test", c.url+"/perenne/hooks", "--repository", server.Address())
	if n := tried.ends(); n != exitFine || !strings.Contains(tried.out.String(), "an audit is queued") || !strings.Contains(tried.out.String(), "an audit waits already") {
		t.Errorf("%d %s", n, &tried.out)
	}
	until(t, "the audit that was told of", func() bool { return counted(`perenne_audits_total{outcome="unchanged"} 1`) })
	if !counted(`perenne_webhooks_total{outcome="refused",sender="gitlab"} 4`) {
		t.Error("what was refused is not counted")
	}
	if log := c.err.String(); strings.Contains(log, "secret-of-ours") {
		t.Error("a secret is logged")
	}
}
