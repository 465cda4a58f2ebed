package gitpack

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/perenne-audit/perenne/internal/audit"
)

// packed makes a repository of one pack with the real git: trees told as changes
// to each other, and one file of a megabyte.
func packed(tb testing.TB) string {
	tb.Helper()
	dir := tb.TempDir()
	git := func(stdin string, args ...string) string {
		cmd := exec.Command("git", args...)
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(stdin)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
		out, err := cmd.Output()
		if err != nil {
			tb.Fatalf("git %v: %v", args, err)
		}
		return string(out)
	}
	git("", "init", "-q", "--bare", ".")
	var stream strings.Builder
	for n := range 60 {
		fmt.Fprintf(&stream, "commit refs/heads/main\ncommitter Ada <ada@example.org> %d +0000\ndata 1\nx\n", 1700000000+n)
		for k := range 40 {
			if k%7 == n%7 || n == 0 {
				content := fmt.Sprintf("%d %d", k, n)
				fmt.Fprintf(&stream, "M 644 inline dir%d/file-%d\ndata %d\n%s\n", k%3, k, len(content), content)
			}
		}
	}
	large := strings.Repeat("large ", 1<<18)
	fmt.Fprintf(&stream, "commit refs/heads/main\ncommitter Ada <ada@example.org> 1800000000 +0000\ndata 1\nx\nM 644 inline large\ndata %d\n%s\n", len(large), large)
	git(stream.String(), "fast-import", "--quiet")
	git("", "repack", "-q", "-a", "-d", "-f", "--depth=50", "--window=50")
	return dir
}

func TestObjectsAreGits(t *testing.T) {
	t.Parallel()
	dir := packed(t)
	packs, err := Open(filepath.Join(dir, "objects"))
	if err != nil {
		t.Fatal(err)
	}
	defer packs.Close()
	cmd := exec.Command("git", "cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)")
	cmd.Dir = dir
	list, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	// A cache too small for anything, and one that holds everything.
	for _, cacheBytes := range []int{0, 64 << 20} {
		reader, deltas := packs.Reader(cacheBytes), 0
		for line := range strings.Lines(string(list)) {
			name, kind, _ := strings.Cut(strings.TrimSpace(line), " ")
			content, err := reader.Object(plumbing.NewHash(name))
			if err != nil {
				t.Fatal(err)
			}
			parsed, err := plumbing.ParseObjectType(kind)
			if err != nil {
				t.Fatal(err)
			}
			if got := plumbing.ComputeHash(parsed, content); got.String() != name {
				t.Errorf("%s %s: content has the name %s", kind, name, got)
			}
			deltas += len(reader.chain)
		}
		if deltas == 0 {
			t.Error("no object was told as changes to another: the test shows nothing")
		}
	}
	if _, err := packs.Reader(0).Object(plumbing.NewHash(strings.Repeat("ab", 20))); !errors.Is(err, audit.ErrNotFound) {
		t.Errorf("unknown object: %v", err)
	}
}

// A pack that is damaged anywhere gives an error or the truth about another
// object, never a crash or a hang.
func TestDamagedPack(t *testing.T) {
	t.Parallel()
	dir := packed(t)
	files, err := filepath.Glob(filepath.Join(dir, "objects", "pack", "*.pack"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	whole, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(files[0], 0o644); err != nil {
		t.Fatal(err)
	}
	failed := 0
	for at := 12; at < len(whole); at += 1 + len(whole)/40 {
		broken := bytes.Clone(whole)
		broken[at] ^= 0xff
		if err := os.WriteFile(files[0], broken[:len(broken)-at%2], 0o644); err != nil {
			t.Fatal(err)
		}
		packs, err := Open(filepath.Join(dir, "objects"))
		if err != nil {
			t.Fatal(err)
		}
		reader := packs.Reader(1 << 20)
		for i := 0; i+nameBytes <= len(packs.packs[0].names); i += nameBytes {
			var name plumbing.Hash
			copy(name[:], packs.packs[0].names[i:])
			if _, err := reader.Object(name); err != nil {
				failed++
			}
		}
		if err := packs.Close(); err != nil {
			t.Error(err)
		}
	}
	if failed == 0 {
		t.Error("no damage was noticed")
	}
}

func FuzzPatch(f *testing.F) {
	delta := binary.AppendUvarint(nil, 5)
	delta = binary.AppendUvarint(delta, 8)
	f.Add([]byte("hello"), append(delta, 0x90, 5, 3, 'a', 'b', 'c'))
	f.Fuzz(func(t *testing.T, base, delta []byte) {
		if result, err := patch(base, delta); err != nil && result != nil {
			t.Error("an error and a result")
		}
	})
}

func FuzzParseIndex(f *testing.F) {
	header := make([]byte, headerBytes)
	copy(header, []byte{0xff, 't', 'O', 'c', 0, 0, 0, 2})
	f.Add(header)
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := parseIndex(data)
		if err != nil {
			return
		}
		for b := range 256 {
			p.find(plumbing.Hash{byte(b), 1})
		}
	})
}
