package acquire_test

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/audit"
)

func TestFolder(t *testing.T) {
	t.Parallel()
	r := sample(t)
	bare := r.bare()
	worktree := filepath.Join(t.TempDir(), "linked")
	r.git("worktree", "add", "-q", "--detach", worktree)
	for name, target := range map[string]string{
		"folder": r.dir, "sub-folder": filepath.Join(r.dir, "src"), "bare": bare,
		"git folder": filepath.Join(r.dir, ".git"), "file address": "file://" + bare, "linked work tree": worktree,
	} {
		t.Run(name, func(t *testing.T) {
			s := fetch(t, target, options())
			if diff := cmp.Diff([]string{"README.md", "src/app.py"}, paths(s)); diff != "" {
				t.Error(diff)
			}
			if got := contentOf(t, s, "src/app.py"); got != "print('hello')\n" {
				t.Errorf("content %q", got)
			}
			if want := r.git("rev-parse", "HEAD"); s.Repository.Commit != want {
				t.Errorf("commit %s, want %s", s.Repository.Commit, want)
			}
			if len(s.History.Commits) != 2 || s.History.Truncated {
				t.Errorf("history %+v", s.History)
			}
			if with := s.History.Commits; len(with[0].CoAuthors)+len(with[1].CoAuthors) != 1 {
				t.Errorf("co-authors %+v", with)
			}
		})
	}
}

func TestFolderOnlyReadsWhatIsNeeded(t *testing.T) {
	t.Parallel()
	o := options()
	o.Needs = audit.NeedTree
	if s := fetch(t, sample(t).dir, o); s.History != nil {
		t.Error("history was read although nothing needs it")
	}
}

func TestUncommitted(t *testing.T) {
	t.Parallel()
	r := sample(t)
	r.write(".gitignore", "*.log\n")
	r.commit("ignore")
	r.write("README.md", "# Changed\n")
	r.write("LICENSE", "new\n")
	r.write("docs/guide.md", "new\n")
	r.write("debug.log", "ignored\n")
	if err := os.Remove(filepath.Join(r.dir, "src", "app.py")); err != nil {
		t.Fatal(err)
	}
	s := fetch(t, r.dir, options())
	if diff := cmp.Diff([]string{"LICENSE", "README.md", "docs/", "src/app.py"}, s.Uncommitted); diff != "" {
		t.Error(diff)
	}
	if got := contentOf(t, s, "README.md"); got != "# Sample\n" {
		t.Errorf("audited %q, which is not what was committed", got)
	}
	if clean := fetch(t, sample(t).dir, options()); len(clean.Uncommitted) != 0 {
		t.Errorf("clean folder: %v", clean.Uncommitted)
	}
}

func TestFolderDetached(t *testing.T) {
	t.Parallel()
	r := sample(t)
	r.git("checkout", "-q", "--detach", "HEAD~1")
	s := fetch(t, r.dir, options())
	if s.Repository.Branch != "" || len(s.Files()) != 1 {
		t.Errorf("branch %q, files %v", s.Repository.Branch, paths(s))
	}
}

func TestFolderErrors(t *testing.T) {
	t.Parallel()
	empty := newRepo(t)
	missing := sample(t)
	missing.git("symbolic-ref", "HEAD", "refs/heads/gone")
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	sha256 := filepath.Join(t.TempDir(), "sha256")
	runGit(t, "", nil, "init", "-q", "--object-format=sha256", sha256)
	runGit(t, sha256, nil, "commit", "-q", "--allow-empty", "-m", "first")
	corrupt := corrupted(t)
	for name, tc := range map[string]struct {
		target  string
		meaning error
		says    string
	}{
		"no such folder":      {filepath.Join(t.TempDir(), "absent"), audit.ErrNotFound, "no such folder"},
		"not a repository":    {t.TempDir(), audit.ErrNotFound, "no git repository here"},
		"a file":              {file, audit.ErrNotFound, "not a folder"},
		"empty repository":    {empty.dir, audit.ErrEmpty, "push a first commit"},
		"missing branch":      {missing.dir, audit.ErrNotFound, `"gone", which does not exist`},
		"SHA-256":             {sha256, audit.ErrUnsupported, "SHA-256"},
		"corrupted commit":    {corrupt, audit.ErrDamaged, "git fsck"},
		"remote helper":       {"ext::sh -c touch% pwned", audit.ErrUnsupported, "never run"},
		"option":              {"--upload-pack=touch pwned", nil, "hyphen"},
		"option as host":      {"ssh://-oProxyCommand=touch/x", nil, "not an address"},
		"unknown protocol":    {"ftp://example.org/x.git", audit.ErrUnsupported, "use http"},
		"unfinished shortcut": {"github:owner", nil, "github:owner/name"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := acquire.Fetch(t.Context(), tc.target, options())
			if err == nil {
				t.Fatal("no error")
			}
			if tc.meaning != nil && !errors.Is(err, tc.meaning) {
				t.Errorf("%v does not mean %v", err, tc.meaning)
			}
			if !strings.Contains(err.Error(), tc.says) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%q does not say %q on one line", err, tc.says)
			}
		})
	}
}

// corrupted returns a repository whose HEAD commit cannot be inflated.
func corrupted(t *testing.T) string {
	r := sample(t)
	name := r.git("rev-parse", "HEAD")
	object := filepath.Join(r.dir, ".git", "objects", name[:2], name[2:])
	if err := os.Chmod(object, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(object, []byte("not deflated"), 0o644); err != nil {
		t.Fatal(err)
	}
	return r.dir
}

// A blob that is lost, truncated or left out of a partial clone is one file that
// cannot be read; everything else is audited.
func TestFolderLostBlob(t *testing.T) {
	t.Parallel()
	damage := map[string]func(t *testing.T, object string){
		"missing":   func(t *testing.T, object string) { must(t, os.Remove(object)) },
		"truncated": func(t *testing.T, object string) { must(t, os.Truncate(object, 4)) },
		"garbage":   func(t *testing.T, object string) { must(t, os.WriteFile(object, []byte("garbage garbage"), 0o644)) },
	}
	for name, spoil := range damage {
		t.Run(name, func(t *testing.T) {
			r := sample(t)
			blob := r.git("rev-parse", "HEAD:README.md")
			object := filepath.Join(r.dir, ".git", "objects", blob[:2], blob[2:])
			must(t, os.Chmod(object, 0o644))
			spoil(t, object)
			s := fetch(t, r.dir, options())
			view := s.View()
			f, _ := view.File("README.md")
			if _, err := view.Read(f); err == nil {
				t.Error("the lost blob was read")
			}
			if lost := view.Unread(); len(lost) != 1 || lost[0].Path != "README.md" {
				t.Errorf("unread %v", lost)
			}
			if got := contentOf(t, s, "src/app.py"); got == "" {
				t.Error("the other file was lost too")
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestFolderShallow(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "shallow")
	runGit(t, "", nil, "clone", "-q", "--depth", "1", "file://"+sample(t).bare(), dir)
	s := fetch(t, dir, options())
	if !s.History.Truncated || len(s.History.Commits) != 1 {
		t.Errorf("history %+v", s.History)
	}
}

// What a repository's own configuration names is never run, and what it points
// at outside of itself is never read.
func TestFolderRunsNothing(t *testing.T) {
	t.Parallel()
	r := sample(t)
	pwned := filepath.Join(t.TempDir(), "pwned")
	r.write("secret.txt", "x\n")
	must(t, os.Symlink("/etc/hostname", filepath.Join(r.dir, "leak")))
	must(t, os.Symlink("../../../../etc/hostname", filepath.Join(r.dir, "src", "leak")))
	must(t, os.Symlink("README.md", filepath.Join(r.dir, "inside")))
	must(t, os.Symlink("loop", filepath.Join(r.dir, "loop")))
	r.write(".gitattributes", "* filter=evil diff=evil\n")
	r.commit("links")
	for _, key := range []string{"core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "filter.evil.smudge", "filter.evil.clean",
		"filter.evil.process", "diff.evil.textconv", "diff.external", "credential.helper", "uploadpack.packObjectsHook"} {
		r.git("config", key, "touch "+pwned)
	}
	for _, hook := range []string{"post-checkout", "pre-commit", "post-index-change", "fsmonitor-watchman", "reference-transaction"} {
		must(t, os.WriteFile(filepath.Join(r.dir, ".git", "hooks", hook), []byte("#!/bin/sh\ntouch "+pwned+"\n"), 0o755))
	}
	must(t, os.WriteFile(filepath.Join(r.dir, "secret.txt"), []byte("changed\n"), 0o644))
	s := fetch(t, r.dir, options())
	for _, f := range s.Files() {
		content, err := s.Read(f)
		if strings.Contains(f.Path, "leak") && err == nil {
			t.Errorf("%s was followed out of the tree: %q", f.Path, content)
		}
	}
	if got := contentOf(t, s, "inside"); got != "# Sample\n" {
		t.Errorf("link inside the tree: %q", got)
	}
	if !slices.Contains(s.Uncommitted, "secret.txt") {
		t.Errorf("uncommitted %v", s.Uncommitted)
	}
	if _, err := os.Stat(pwned); err == nil {
		t.Error("something that the repository names was run")
	}
}

func TestFolderOddNames(t *testing.T) {
	t.Parallel()
	r := sample(t)
	odd := []string{"new\nline.md", "esc\x1b[31m.md", "invalid\xff\xfe.md", " leading", "日本語.md"}
	for _, name := range odd {
		r.write(name, "x\n")
	}
	r.commit("odd")
	s := fetch(t, r.dir, options())
	for _, name := range odd {
		if got := contentOf(t, s, name); got != "x\n" {
			t.Errorf("%q: %q", name, got)
		}
	}
}

func TestFolderSubmodule(t *testing.T) {
	t.Parallel()
	r, other := sample(t), sample(t)
	r.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", other.dir, "other")
	r.commit("submodule")
	s := fetch(t, r.dir, options())
	f, _ := s.File("other")
	if f.Mode != audit.Submodule {
		t.Errorf("mode %v", f.Mode)
	}
	if _, err := s.Read(f); !errors.Is(err, audit.ErrNotFound) {
		t.Errorf("read submodule: %v", err)
	}
}

func TestFolderLimits(t *testing.T) {
	t.Parallel()
	r := sample(t)
	r.write("large.bin", strings.Repeat("x", 4096))
	r.commit("large")
	o := options()
	o.Limits.BlobBytes, o.Limits.Files, o.Limits.Commits = 1024, 2, 1
	s := fetch(t, r.dir, o)
	if !s.Truncated() || len(s.Files()) != 2 || !s.History.Truncated {
		t.Errorf("files %v, history %+v", paths(s), s.History)
	}
	var names []string
	for _, l := range s.Limits {
		names = append(names, l.Name)
	}
	if diff := cmp.Diff([]string{"files", "blob_bytes", "commits"}, names); diff != "" {
		t.Error(diff)
	}
	o = options()
	o.Limits.BlobBytes = 1024
	s = fetch(t, r.dir, o)
	f, _ := s.File("large.bin")
	if _, err := s.Read(f); !errors.Is(err, audit.ErrTooLarge) {
		t.Errorf("read past the limit: %v", err)
	}
}

// A commit that names a file of two gibibytes, of which not a byte is read.
func TestFolderHugeBlob(t *testing.T) {
	t.Parallel()
	r := sample(t)
	const name = "1111111111111111111111111111111111111111"
	var object bytes.Buffer
	z := zlib.NewWriter(&object)
	_, err := fmt.Fprintf(z, "blob %d\x00", 2<<30)
	must(t, err)
	must(t, z.Flush())
	dir := filepath.Join(r.dir, ".git", "objects", name[:2])
	must(t, os.MkdirAll(dir, 0o755))
	must(t, os.WriteFile(filepath.Join(dir, name[2:]), object.Bytes(), 0o644))
	tree := runGit(t, r.dir, []byte("100644 blob "+name+"\thuge.bin\n"), "mktree", "--missing")
	r.git("update-ref", "refs/heads/main", r.git("commit-tree", tree, "-m", "huge"))
	s := fetch(t, r.dir, options())
	f, _ := s.File("huge.bin")
	if _, err := s.Read(f); !errors.Is(err, audit.ErrTooLarge) || f.SizeBytes != 2<<30 {
		t.Errorf("%d bytes: %v", f.SizeBytes, err)
	}
}

// A million files in one folder: as many are listed as the limit allows.
func TestFolderMillionFiles(t *testing.T) {
	t.Parallel()
	r := sample(t)
	blob, err := hex.DecodeString(r.git("rev-parse", "HEAD:README.md"))
	must(t, err)
	var listing bytes.Buffer
	for i := range 1_000_000 {
		fmt.Fprintf(&listing, "100644 f%07d\x00%s", i, blob)
	}
	tree := runGit(t, r.dir, listing.Bytes(), "hash-object", "-t", "tree", "-w", "--stdin", "--literally")
	r.git("update-ref", "refs/heads/main", r.git("commit-tree", tree, "-m", "million"))
	o := options()
	o.Limits.Files = 20000
	s := fetch(t, r.dir, o)
	if len(s.Files()) != 20000 || !s.Truncated() {
		t.Errorf("%d files", len(s.Files()))
	}
}
