// Package deploy_test reads what this folder holds with the parsers of the
// programs that will, without any of them running: BuildKit's for the Dockerfile,
// Compose's and Helm's, the types of Kubernetes, systemd-analyze.
package deploy_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/config"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/pipeline"
)

func read(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// dockerfile returns the stages of the image.
func dockerfile(t *testing.T) []instructions.Stage {
	t.Helper()
	parsed, err := parser.Parse(bytes.NewReader(read(t, "Dockerfile")))
	if err != nil {
		t.Fatal(err)
	}
	if len(parsed.Warnings) > 0 {
		t.Errorf("%+v", parsed.Warnings)
	}
	stages, _, err := instructions.Parse(parsed.AST, nil)
	if err != nil {
		t.Fatal(err)
	}
	return stages
}

func TestDockerfile(t *testing.T) {
	stages := dockerfile(t)
	build, last := stages[0], stages[len(stages)-1]
	var toolchain string
	for line := range strings.Lines(string(read(t, "../go.mod"))) {
		if version, ok := strings.CutPrefix(line, "go "); ok {
			toolchain = strings.TrimSpace(version)
		}
	}
	// The image's toolchain fetches no other one.
	if want := "golang:" + toolchain + "-bookworm"; build.BaseName != want {
		t.Errorf("built with %s, go.mod wants %s", build.BaseName, want)
	}
	if last.BaseName != "scratch" {
		t.Errorf("shipped on %s", last.BaseName)
	}
	words := map[string][]string{}
	for _, c := range last.Commands {
		switch c := c.(type) {
		case *instructions.UserCommand:
			words["user"] = append(words["user"], c.User)
		case *instructions.ExposeCommand:
			words["expose"] = append(words["expose"], c.Ports...)
		case *instructions.VolumeCommand:
			words["volume"] = append(words["volume"], c.Volumes...)
		case *instructions.EntrypointCommand:
			words["entrypoint"] = append(words["entrypoint"], c.CmdLine...)
		case *instructions.CmdCommand:
			words["cmd"] = append(words["cmd"], c.CmdLine...)
		case *instructions.HealthCheckCommand:
			words["health"] = append(words["health"], c.Health.Test...)
		case *instructions.EnvCommand:
			for _, pair := range c.Env {
				words["env"] = append(words["env"], pair.Key+"="+pair.Value)
			}
		case *instructions.RunCommand:
			t.Errorf("%s: an image without a shell runs nothing while it is built", c)
		}
	}
	for key, want := range map[string]string{
		"user": "65532:65532", "expose": "8080", "volume": "/data", "entrypoint": "/perenne", "cmd": "serve",
		"health": "CMD /perenne probe", "env": "PERENNE_DATA=/data PERENNE_LISTEN=:8080",
	} {
		if got := strings.Join(words[key], " "); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
}

// What is copied into the build is what the program is built from: the .dockerignore
// lets every folder through that the program imports, and go:embed finds its files.
func TestDockerignore(t *testing.T) {
	out, err := exec.Command("go", "list", "-C", "..", "-deps", "-f",
		"{{if and .Module .Module.Main}}{{.Dir}}{{range .EmbedFiles}}\n{{$.Dir}}/{{.}}{{end}}{{end}}", "./cmd/perenne").Output()
	if err != nil {
		t.Fatal(err)
	}
	top, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(read(t, "../.dockerignore")), "\n")
	for name := range strings.FieldsSeq(string(out)) {
		relative, err := filepath.Rel(top, name)
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(filepath.ToSlash(relative), "/")
		if !slices.Contains(lines, "!"+first) || strings.Contains(relative, "testdata") {
			t.Errorf("the program is built from %s, which .dockerignore keeps out", relative)
		}
	}
	if !slices.Contains(lines, "*") {
		t.Error("everything is let in, secrets and history too")
	}
}

// perenne finds in itself what it asks of others.
func TestOwnChecks(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"cmd/perenne", "deploy", "internal/web"} {
		if err := os.CopyFS(filepath.Join(folder, name), os.DirFS(filepath.Join("..", name))); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"go.mod", "publiccode.yml"} {
		if err := os.WriteFile(filepath.Join(folder, name), read(t, "../"+name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{
		{"init", "--quiet", "--initial-branch=main"}, {"add", "--all"},
		{"-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "--quiet", "--message=Start"},
	} {
		git := exec.Command("git", args...)
		git.Dir = folder
		git.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull)
		if out, err := git.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	chosen, err := checks.Select([]string{"dockerfile-present", "base-image-pinned", "container-unprivileged", "services-described"})
	if err != nil {
		t.Fatal(err)
	}
	settings, err := config.Load("")
	if err != nil {
		t.Fatal(err)
	}
	options := pipeline.Options{Checks: chosen, Catalogue: checks.Version, Kinds: []audit.Kind{audit.WebApplication}}
	options.Acquire.Limits = settings.Limits
	result, err := pipeline.Audit(t.Context(), folder, options)
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range result.Judged {
		if j.Verdict.Answer != audit.AnswerMet {
			t.Errorf("%s: %+v", j.Check.ID, j.Verdict)
		}
	}
}

// tool builds the program that holds the large libraries.
var tool = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "perenne-deploy-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(folder, "deploy")
	build := exec.Command("go", "build", "-C", "../tools/deploy", "-o", path, ".")
	build.Stderr = os.Stderr
	return path, build.Run()
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := tool(); err == nil {
		_ = os.RemoveAll(filepath.Dir(path)) // what is left lies in a folder for temporary files
	}
	os.Exit(code)
}

// understood runs the tool and decodes what it prints; failed is what it says
// when it refuses.
func understood(t *testing.T, into any, args ...string) (failed string) {
	t.Helper()
	path, err := tool()
	if err != nil {
		t.Fatalf("build tools/deploy: %v; its libraries come from the module proxy", err)
	}
	cmd := exec.Command(path, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return stderr.String()
	}
	if err := json.Unmarshal(stdout.Bytes(), into); err != nil {
		t.Fatal(err)
	}
	return ""
}

// composeProject is what this test wants to know of compose.yaml.
type composeProject struct {
	Services map[string]struct {
		Image       string
		User        string
		Command     []string
		ReadOnly    bool     `json:"read_only"`
		CapDrop     []string `json:"cap_drop"`
		CapAdd      []string `json:"cap_add"`
		Privileged  bool
		SecurityOpt []string `json:"security_opt"`
		Environment map[string]string
		Networks    map[string]any
		Build       *struct{ Context, Dockerfile string }
		Volumes     []struct{ Type, Source, Target string }
		Ports       []struct {
			HostIP string `json:"host_ip"`
		}
		Healthcheck *struct{ Test []string }
		DependsOn   map[string]struct{ Condition string } `json:"depends_on"`
	}
	Networks map[string]struct{ Internal bool }
}

func TestCompose(t *testing.T) {
	var p composeProject
	if said := understood(t, &p, "compose", "compose.yaml", "POSTGRES_PASSWORD=one", "GRAFANA_PASSWORD=two"); said != "" {
		t.Fatal(said)
	}
	for name, s := range p.Services {
		if !s.ReadOnly || s.Privileged || len(s.CapAdd) > 0 || !slices.Equal(s.CapDrop, []string{"ALL"}) ||
			!slices.Contains(s.SecurityOpt, "no-new-privileges:true") {
			t.Errorf("%s has more rights than it needs: %+v", name, s)
		}
		if _, tag, found := strings.Cut(s.Image, ":"); !found || tag == "latest" {
			t.Errorf("%s: image %s has no version", name, s.Image)
		}
		for _, v := range s.Volumes {
			if _, err := os.Stat(v.Source); v.Type == "bind" && err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, port := range s.Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("%s is reached from %q without anybody having said so", name, port.HostIP)
			}
		}
		if s.Build != nil {
			if _, err := os.Stat(filepath.Join(s.Build.Context, s.Build.Dockerfile)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	web, work, database := p.Services["web"], p.Services["work"], p.Services["postgres"]
	if !slices.Equal(web.Command, []string{"serve", "--workers", "0"}) || !slices.Equal(work.Command, []string{"work", "--listen", ":8080"}) {
		t.Errorf("web runs %q, work %q", web.Command, work.Command)
	}
	if database.Healthcheck == nil || web.DependsOn["postgres"].Condition != "service_healthy" || work.DependsOn["postgres"].Condition != "service_healthy" {
		t.Error("nobody waits for the database")
	}
	if len(database.Networks) != 1 || !p.Networks["database"].Internal || len(database.Ports) > 0 {
		t.Errorf("the database is reached from outside: %+v", database.Networks)
	}
	if web.Environment["PGPASSWORD"] != "one" || database.Environment["POSTGRES_PASSWORD"] != "one" {
		t.Error("the password is not the one that was given")
	}
	// The driver takes it from there, whatever characters it holds.
	t.Setenv("PGPASSWORD", "p@ss/w%rd")
	address, err := pgx.ParseConfig(work.Environment["PERENNE_DATABASE_URL"])
	if err != nil || address.Password != "p@ss/w%rd" || address.Host != "postgres" {
		t.Errorf("%+v, %v", address, err)
	}
}

// Without passwords nothing starts, and .env.example names every variable.
func TestComposeVariables(t *testing.T) {
	said := understood(t, nil, "compose", "compose.yaml")
	if !strings.Contains(said, "write POSTGRES_PASSWORD into .env") || !strings.Contains(said, "write GRAFANA_PASSWORD into .env") {
		t.Errorf("without passwords: %q", said)
	}
	example := string(read(t, ".env.example"))
	for _, part := range strings.Split(string(read(t, "compose.yaml")), "${")[1:] {
		name := part[:strings.IndexAny(part, ":}")]
		if name != "LANG" && !strings.Contains(example, name+"=") {
			t.Errorf(".env.example does not name %s", name)
		}
	}
}

// Prometheus in compose.yaml reads what the other one reads, from another address.
func TestComposePrometheus(t *testing.T) {
	var ours, theirs map[string]any
	for name, into := range map[string]*map[string]any{"compose/prometheus.yaml": &ours, "prometheus/prometheus.yaml": &theirs} {
		if err := yaml.Unmarshal(read(t, name), into); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	for _, key := range []string{"global", "rule_files"} {
		a, b := must(yaml.Marshal(ours[key])), must(yaml.Marshal(theirs[key]))
		if !bytes.Equal(a, b) {
			t.Errorf("%s:\n%s\nwant\n%s", key, a, b)
		}
	}
}

func must(content []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return content
}
