package metrics

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// A real Prometheus scrapes a running service with our rules, and the alerts
// fire. Then each query of the dashboard finds something there.
func TestRealPrometheus(t *testing.T) {
	t.Parallel()
	now := time.Now()
	urgent, calm := sheet(1, 3), sheet(2, 3)
	urgent.Challenge = &audit.Challenge{ID: "gobelins", MissionEnd: now.AddDate(0, 0, 20)}
	urgent.AuditedAt, calm.AuditedAt = now, now
	calm.Challenge = &audit.Challenge{ID: "cis-front", MissionEnd: now.AddDate(1, 0, 0)}
	m := fed(Config{Board: &shelf{rows: append(sheets(600, 3), urgent, calm)}, Keep: time.Nanosecond})
	service := httptest.NewServer(m.Handler())
	defer service.Close()
	p := startPrometheus(t, strings.TrimPrefix(service.URL, "http://"))

	p.until(t, "the scores", func() bool { return len(p.query(t, `perenne_axis_score_ratio{challenge="gobelins"}`)) == 4 })
	p.until(t, "a firing alert", func() bool {
		return len(p.query(t, `ALERTS{alertname="PerenneMissionEndsWithBlocker",alertstate="firing",challenge="gobelins"}`)) == 1
	})
	if quiet := p.query(t, `ALERTS{challenge="cis-front"}`); len(quiet) > 0 {
		t.Errorf("a calm challenge raises %s", quiet)
	}
	for name, scraped := range map[string]string{
		"challenges": `count(perenne_ready_for_production)`, "up": `sum(up{job="perenne"}) * 602`,
	} {
		if got := p.query(t, scraped); len(got) != 1 || !strings.Contains(string(got[0]), `"602"`) {
			t.Errorf("%s: %s", name, got)
		}
	}
	p.until(t, "rates", func() bool {
		m.Took(Judge, time.Millisecond)
		return len(p.query(t, `rate(perenne_audit_duration_seconds_count[1m])`)) > 0
	})
	for title, queries := range portfolioDashboard(t).queries() {
		for _, q := range queries {
			if len(p.query(t, q)) == 0 {
				t.Errorf("dashboard: %s finds nothing: %s", title, q)
			}
		}
	}
}

// server is a running Prometheus.
type server struct{ address string }

// startPrometheus starts the program on a free port, with our rules, looking
// every second.
func startPrometheus(t *testing.T, target string) server {
	t.Helper()
	dir := t.TempDir()
	absolute, err := filepath.Abs(rulesFile)
	if err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf("global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: [%q]\n"+
		"scrape_configs: [{job_name: perenne, static_configs: [{targets: [%q]}]}]\n", absolute, target)
	file := filepath.Join(dir, "prometheus.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	p := server{address: freePort(t)}
	cmd := exec.CommandContext(ctx, tool(t, "prometheus"), "--config.file="+file, "--storage.tsdb.path="+filepath.Join(dir, "data"),
		"--web.listen-address="+p.address, "--log.level=warn")
	var log strings.Builder
	cmd.Stderr = &log
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		cancel()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("prometheus says:\n%s", log.String())
		}
	})
	p.until(t, "readiness", func() bool {
		response, err := http.Get("http://" + p.address + "/-/ready")
		if err != nil {
			return false
		}
		response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
	return p
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// query returns the series that an expression gives now.
func (p server) query(t *testing.T, expr string) []json.RawMessage {
	t.Helper()
	response, err := http.PostForm("http://"+p.address+"/api/v1/query", url.Values{"query": {expr}})
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct {
		Status, Error string
		Data          struct{ Result []json.RawMessage }
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || answer.Status != "success" {
		t.Fatalf("%s: %v %s", expr, err, answer.Error)
	}
	return answer.Data.Result
}

// patience is generous: it passes only when something is wrong.
const patience = 20 * time.Second

func (p server) until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !holds(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after %s Prometheus does not show %s", patience, what)
		}
	}
}
