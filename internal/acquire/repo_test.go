package acquire_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/audit"
)

// repo is a real git repository made by the real git.
type repo struct {
	t   *testing.T
	dir string
}

func newRepo(t *testing.T) *repo {
	t.Helper()
	r := &repo{t: t, dir: filepath.Join(t.TempDir(), "work")}
	r.git("init", "-q", "-b", "main", r.dir)
	return r
}

// git runs git in the repository, apart from the machine's own configuration.
func (r *repo) git(args ...string) string {
	r.t.Helper()
	return runGit(r.t, r.dir, nil, args...)
}

func runGit(t *testing.T, dir string, stdin []byte, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	if _, err := os.Stat(dir); err == nil {
		cmd.Dir = dir
	}
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "LC_ALL=C",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.org", "GIT_AUTHOR_DATE=2026-03-01T10:00:00Z",
		"GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.org", "GIT_COMMITTER_DATE=2026-03-01T10:00:00Z")
	if stdin != nil {
		cmd.Stdin = strings.NewReader(string(stdin))
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func (r *repo) write(path, content string) {
	r.t.Helper()
	file := filepath.Join(r.dir, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

func (r *repo) commit(message string) {
	r.t.Helper()
	r.git("add", "-A")
	r.git("commit", "-q", "--allow-empty", "-m", message)
}

// bare makes a bare copy and returns its path.
func (r *repo) bare() string {
	r.t.Helper()
	dir := filepath.Join(r.t.TempDir(), "bare.git")
	runGit(r.t, r.dir, nil, "clone", "-q", "--bare", r.dir, dir)
	return dir
}

// sample has two commits and a folder.
func sample(t *testing.T) *repo {
	r := newRepo(t)
	r.write("README.md", "# Sample\n")
	r.commit("first")
	r.write("src/app.py", "print('hello')\n")
	r.commit("second\n\nCo-authored-by: Grace <grace@example.org>")
	return r
}

func options() acquire.Options {
	return acquire.Options{
		Limits: acquire.Limits{
			FetchBytes: 64 << 20, BlobBytes: 1 << 20, MemoryBytes: 8 << 20, DiskBytes: 64 << 20,
			Files: 10000, Commits: 10000, UnfilteredCommits: 50, Tags: 100, Timeout: 30 * time.Second,
		},
		Needs:   audit.NeedTree | audit.NeedAuthors,
		TakenAt: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC),
	}
}

// fetch acquires a target that must succeed; everything is closed at the end.
func fetch(t *testing.T, target string, o acquire.Options) *acquire.Snapshot {
	t.Helper()
	s, err := acquire.Fetch(t.Context(), target, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func paths(s *acquire.Snapshot) []string {
	var all []string
	for _, f := range s.Files() {
		all = append(all, f.Path)
	}
	return all
}

func contentOf(t *testing.T, s *acquire.Snapshot, path string) string {
	t.Helper()
	f, found := s.File(path)
	if !found {
		t.Fatalf("no file %s among %v", path, paths(s))
	}
	content, err := s.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
