package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/config"
)

func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "perenne.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDefaults(t *testing.T) {
	c, err := config.Load("")
	if err != nil {
		t.Fatal(err)
	}
	if c.Forges.Ask != config.AskAuto || c.Forges.Refresh != 7*24*time.Hour || len(c.Forges.Hosts) > 0 || len(c.Network.Allow) > 0 {
		t.Errorf("%+v", c.Forges)
	}
	if c.Publish.Send || c.Publish.Every != 24*time.Hour || c.Publish.Page("a") != "" {
		t.Errorf("%+v", c.Publish)
	}
	c.Publish.URL = "https://perenne.example/eig"
	if got := c.Publish.Page("gobelins"); got != "https://perenne.example/eig/challenges/gobelins" {
		t.Error(got)
	}
	if c.Listen != "127.0.0.1:8080" || c.Queue.Every != 24*time.Hour || c.Limits.BlobBytes != 8<<20 || c.Access.Reading != "auto" {
		t.Errorf("%+v", c)
	}
}

// A file goes before the defaults, and the environment before the file.
func TestPrecedence(t *testing.T) {
	t.Setenv("PERENNE_LIMITS_TIMEOUT", "7s")
	t.Setenv("PERENNE_ACCESS_READING", "open")
	t.Setenv("PERENNE_DATABASE_URL", "postgres://u:s3cret@db/perenne")
	c, err := config.Load(file(t, "limits: {timeout: 3s, files: 5}\nlisten: ':9090'\n"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Limits.Timeout != 7*time.Second || c.Limits.Files != 5 || c.Listen != ":9090" || c.Access.Reading != "open" {
		t.Errorf("%+v", c)
	}
	if c.Limits.Commits != 200000 {
		t.Errorf("a default beside an overridden one is lost: %+v", c.Limits)
	}
}

func TestFaults(t *testing.T) {
	for name, tc := range map[string]struct{ content, says string }{
		"unknown key":     {"limit: {files: 3}\n", "limit"},
		"not a number":    {"jobs: many\n", "jobs"},
		"below nothing":   {"jobs: -1\n", "jobs must be 0 or more"},
		"zero":            {"limits: {files: 0}\n", "limits.files must be above 0"},
		"language":        {"lang: de\n", "fr or en"},
		"reading":         {"access: {reading: everybody}\n", "auto, open or restricted"},
		"database":        {"database: {url: 'mysql://u:s3cret@h/d'}\n", "postgres://"},
		"forges, when":    {"forges: {ask: often}\n", "auto, always or never"},
		"forges, time":    {"forges: {timeout: 0s}\n", "forges.timeout must be above 0"},
		"forge, host":     {"forges: {hosts: [{host: 'https://forge.example/'}]}\n", "write a host as addresses do"},
		"forge, kind":     {"forges: {hosts: [{host: forge.example, kind: svn}]}\n", "github, gitlab, forgejo or git"},
		"forge, address":  {"forges: {hosts: [{host: forge.example, url: 'https://u:s3cret@forge.example'}]}\n", "write https://forge.example/"},
		"forge, key":      {"forges: {hosts: [{name: forge.example}]}\n", "name"},
		"publish, time":   {"publish: {every: 5s}\n", "publish.every must be"},
		"publish, where":  {"publish: {url: perenne.example}\n", "https://perenne.example/"},
		"network":         {"network: {allow: ['*']}\n", "write a host"},
		"broken":          {"limits: [\n", "read configuration"},
		"several at once": {"jobs: -1\nlang: de\n", "fr or en"},
	} {
		_, err := config.Load(file(t, tc.content))
		if err == nil || !strings.Contains(err.Error(), tc.says) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := config.Load(filepath.Join(t.TempDir(), "absent.yaml")); err == nil {
		t.Error("a file that does not exist")
	}
}

// What is shown is in force, and no secret is.
func TestShow(t *testing.T) {
	t.Setenv("PERENNE_JOBS", "3")
	shown, err := config.Show(file(t, "database: {url: 'postgres://u:s3cret@h/d'}\n"+
		"access: {tokens: [{name: ci, sha256: s3cret, role: editor}], oidc: {client_secret: s3cret}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(shown, "s3cret") || strings.Count(shown, "(set)") != 3 || !strings.Contains(shown, "jobs: \"3\"") {
		t.Error(shown)
	}
}
