package acquire

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/gitignore"
	"github.com/go-git/go-git/v5/plumbing/format/index"
	"github.com/go-git/go-git/v5/storage/filesystem"

	"github.com/perenne-audit/perenne/internal/audit"
)

const (
	// maxUncommitted is how many paths are named.
	maxUncommitted = 20
	// uncommittedTime bounds the search: it is a courtesy, not evidence.
	uncommittedTime = 500 * time.Millisecond
	// maxHashedBytes is the largest changed file whose content is compared.
	maxHashedBytes = 4 << 20
)

// uncommitted lists what a user may be surprised not to see audited: tracked
// files that differ from the commit, wherever they are, and untracked files and
// folders at the top. Filters and line endings are not applied, and folders are
// not searched for untracked files: the list is a hint. It opens nothing outside
// the work tree.
func uncommitted(ctx context.Context, store *filesystem.Storage, worktree string, committed []audit.File) []string {
	ctx, cancel := context.WithTimeout(ctx, uncommittedTime)
	defer cancel()
	idx, err := store.Index()
	if err != nil {
		return nil
	}
	root, err := os.OpenRoot(worktree)
	if err != nil {
		return nil
	}
	defer root.Close()
	inCommit := make(map[string]string, len(committed))
	for _, f := range committed {
		inCommit[f.Path] = f.Blob
	}
	var changed []string
	tops := map[string]bool{}
	for _, e := range idx.Entries {
		top, _, _ := strings.Cut(e.Name, "/")
		tops[top] = true
		if ctx.Err() != nil || len(changed) > maxUncommitted {
			break
		}
		if e.SkipWorktree || e.Stage != 0 {
			continue
		}
		if inCommit[e.Name] != string(e.Hash[:]) || differs(root, e) {
			changed = append(changed, e.Name)
		}
	}
	if ctx.Err() == nil {
		changed = append(changed, untracked(worktree, tops)...)
	}
	slices.Sort(changed)
	if len(changed) > maxUncommitted {
		changed = append(changed[:maxUncommitted], "…")
	}
	return changed
}

// differs compares a file with its index entry as git does: by size and time
// first, by content when those changed.
func differs(root *os.Root, e *index.Entry) bool {
	if !filepath.IsLocal(e.Name) || !e.Mode.IsFile() {
		return false
	}
	info, err := root.Lstat(filepath.FromSlash(e.Name))
	if err != nil {
		return os.IsNotExist(err)
	}
	if !info.Mode().IsRegular() {
		return false
	}
	if info.ModTime().Unix() == e.ModifiedAt.Unix() && info.Size() == int64(e.Size) {
		return false
	}
	if info.Size() > maxHashedBytes {
		return true
	}
	f, err := root.Open(filepath.FromSlash(e.Name))
	if err != nil {
		return false
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxHashedBytes))
	return err == nil && plumbing.ComputeHash(plumbing.BlobObject, content) != e.Hash
}

// untracked lists entries at the top of the work tree that git neither tracks
// nor ignores.
func untracked(worktree string, tracked map[string]bool) []string {
	entries, err := os.ReadDir(worktree)
	if err != nil {
		return nil
	}
	ignored := ignorePatterns(worktree)
	var found []string
	for _, e := range entries {
		name := e.Name()
		if name == ".git" || tracked[name] || ignored.Match([]string{name}, e.IsDir()) {
			continue
		}
		if e.IsDir() {
			if inside, err := os.ReadDir(filepath.Join(worktree, name)); err != nil || len(inside) == 0 {
				continue
			}
			name += "/"
		}
		found = append(found, name)
	}
	return found
}

func ignorePatterns(worktree string) gitignore.Matcher {
	var patterns []gitignore.Pattern
	for _, file := range []string{".git/info/exclude", ".gitignore"} {
		content, err := os.ReadFile(filepath.Join(worktree, filepath.FromSlash(file)))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(content)) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				patterns = append(patterns, gitignore.ParsePattern(line, nil))
			}
		}
	}
	return gitignore.NewMatcher(patterns)
}
