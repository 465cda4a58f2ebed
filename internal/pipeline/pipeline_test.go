package pipeline_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/config"
	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/acquire/gitserve"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/pipeline"
	"github.com/perenne-audit/perenne/internal/report"
)

// webApplication is a small repository with something for most checks to see.
var webApplication = map[string]string{
	"README.md":         "# Accueil\n\nUne application qui oriente les personnes vers le bon guichet, pour les agents des préfectures et des sous-préfectures.\n\n## Installation\n\n```\nmake up\n```\n\n## Contact\n\nL'équipe répond à accueil@prefecture.example du lundi au vendredi.\n\n## Licence\n\nCe logiciel est diffusé sous licence MIT.\n",
	"Makefile":          "up:\n\tdocker compose up\n",
	"Dockerfile":        "FROM python:3.12\nUSER 1000\nCMD python app.py\n",
	"compose.yaml":      "services:\n  web:\n    build: .\n    ports: [\"8000:8000\"]\n",
	"requirements.txt":  "flask==3.0.3\nsentry-sdk==2.0.0\n",
	"app.py":            "import os, sentry_sdk\nfrom flask import Flask\nsentry_sdk.init(os.environ['SENTRY_DSN'])\napp = Flask(__name__)\n@app.route('/health')\ndef health():\n    return 'ok'\n",
	"tests/test_app.py": "def test_health():\n    assert True\n",
}

func repository(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "work")
	git := func(args ...string) {
		cmd := exec.Command("git", args...)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.org",
			"GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.org", "GIT_AUTHOR_DATE=2026-03-01T10:00:00Z", "GIT_COMMITTER_DATE=2026-03-01T10:00:00Z")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	git("init", "-q", "-b", "main", dir)
	for name, content := range webApplication {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	git("-C", dir, "add", "-A")
	git("-C", dir, "commit", "-q", "-m", "first")
	bare := filepath.Join(t.TempDir(), "bare.git")
	git("clone", "-q", "--bare", dir, bare)
	return bare
}

func audited(t *testing.T, target string) *audit.Result {
	t.Helper()
	settings, err := config.Load("")
	if err != nil {
		t.Fatal(err)
	}
	result, err := pipeline.Audit(t.Context(), target, pipeline.Options{
		Checks: checks.All(), Catalogue: checks.Version,
		Acquire: acquire.Options{Limits: settings.Limits, TakenAt: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func jsonOf(t *testing.T, r *audit.Result) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.JSON(&b, []report.Outcome{{Result: r}}, report.Options{Lang: audit.French}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The same commit gives the same bytes, however it was reached and on however
// many cores it was judged.
func TestAuditIsDeterministic(t *testing.T) {
	bare := repository(t)
	server, err := gitserve.Start(filepath.Dir(bare), true)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	want := audited(t, bare)
	for _, cores := range []int{1, 2, 8} {
		old := runtime.GOMAXPROCS(cores)
		for range 3 {
			got := audited(t, server.URL+"/bare.git")
			got.Target, got.Repository.URL = want.Target, want.Repository.URL
			if jsonOf(t, got) != jsonOf(t, want) {
				t.Errorf("on %d cores, over HTTP, the report differs:\n%s\nlocally:\n%s", cores, jsonOf(t, got), jsonOf(t, want))
			}
		}
		runtime.GOMAXPROCS(old)
	}
}

func TestAudit(t *testing.T) {
	r := audited(t, repository(t))
	if len(r.Judged) != len(checks.All()) || len(r.Score.Axes) < 3 || r.Score.Continuity == nil {
		t.Errorf("%d verdicts, axes %+v", len(r.Judged), r.Score.Axes)
	}
	if len(r.Deliverables) == 0 || r.Deliverables[0].Kind != audit.WebApplication {
		t.Errorf("delivers %+v", r.Deliverables)
	}
	if r.DocumentationLanguage != audit.French || r.Languages["Python"] < 0.5 {
		t.Errorf("documentation in %q, languages %v", r.DocumentationLanguage, r.Languages)
	}
	met := map[string]bool{}
	for _, j := range r.Judged {
		met[j.Check.ID] = j.Verdict.Answer == audit.AnswerMet
	}
	for _, id := range []string{"readme-useful", "dockerfile-present", "base-image-pinned", "container-unprivileged", "dependencies-locked", "errors-reported"} {
		if !met[id] {
			t.Errorf("%s is not met: %s", id, strings.TrimSpace(jsonOf(t, r)))
			return
		}
	}
}
