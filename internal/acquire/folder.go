package acquire

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/storage/filesystem"
	"github.com/go-git/go-git/v5/storage/filesystem/dotgit"

	"github.com/perenne-audit/perenne/internal/acquire/gitpack"
	"github.com/perenne-audit/perenne/internal/audit"
)

// fromFolder reads a local repository in place. Its configuration is looked at
// for the address of its remote and for nothing else; what it may name as
// commands is never run.
func fromFolder(ctx context.Context, folder string, o Options) (*Snapshot, error) {
	o.Progress(Reading)
	found, err := locate(folder)
	if err != nil {
		return nil, err
	}
	store := found.open()
	s, err := fromStore(ctx, store, found.commonDir, found.worktree, o)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	s.close = store.Close
	return s, nil
}

func fromStore(ctx context.Context, store *filesystem.Storage, commonDir, worktree string, o Options) (*Snapshot, error) {
	hash, branch, err := localHead(store, o.Branch)
	if err != nil {
		return nil, err
	}
	r := &reader{objects: store, limits: o.Limits, folder: o.Folder}
	s := &Snapshot{Snapshot: &audit.Snapshot{TakenAt: o.TakenAt}}
	var head commit
	if s.Repository, head, err = r.describe(hash, branch, remoteURL(store)); err != nil {
		return nil, err
	}
	if s.Tree, err = r.tree(head.tree); err != nil {
		return nil, err
	}
	if o.Needs&(audit.NeedAuthors|audit.NeedFileHistory) != 0 {
		packs, err := gitpack.Open(filepath.Join(commonDir, "objects"))
		if err != nil {
			return nil, err
		}
		defer packs.Close()
		if s.History, err = r.past(ctx, hash, s.Files(), o.Needs, localTrees(packs, store)); err != nil {
			return nil, err
		}
	}
	if s.Past, err = r.takenAway(ctx, s.History, r.graph, s.Files()); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("time is up: %w", audit.ErrUnreachable)
	}
	if o.Needs.Has(audit.NeedTags) {
		s.Tags, s.Limits = boundTags(localTags(store), o.Limits.Tags)
	}
	s.Limits = append(s.Limits, r.reached...)
	if worktree != "" && o.Branch == "" && o.Folder == "" {
		s.Uncommitted = uncommitted(ctx, store, worktree, s.Files())
	}
	return s, nil
}

// located is a repository on disk.
type located struct {
	// gitDir holds HEAD; commonDir holds the objects, and differs from gitDir in
	// a linked work tree only.
	gitDir, commonDir string
	// worktree is empty for a bare repository.
	worktree string
}

// locate finds the repository that the folder is, or lies in.
func locate(folder string) (located, error) {
	info, err := os.Stat(folder)
	if err != nil {
		return located{}, fmt.Errorf("open folder: %w", audit.ErrNotFound)
	}
	if !info.IsDir() {
		return located{}, fmt.Errorf("it is a file, not a folder: %w", audit.ErrNotFound)
	}
	start, err := filepath.Abs(folder)
	if err != nil {
		return located{}, err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		if isGitDir(dir) {
			return located{gitDir: dir, commonDir: commonDir(dir)}, nil
		}
		dot := filepath.Join(dir, ".git")
		if isGitDir(dot) {
			return located{gitDir: dot, commonDir: commonDir(dot), worktree: dir}, nil
		}
		if linked := linkedGitDir(dot); linked != "" {
			return located{gitDir: linked, commonDir: commonDir(linked), worktree: dir}, nil
		}
		if dir == filepath.Dir(dir) {
			return located{}, fmt.Errorf("no git repository here or above: %w", audit.ErrNotFound)
		}
	}
}

// isGitDir reports whether a folder is what git calls a git directory. The
// objects may lie elsewhere when it belongs to a linked work tree.
func isGitDir(dir string) bool {
	exists := func(name string) bool {
		_, err := os.Stat(filepath.Join(dir, name))
		return err == nil
	}
	return exists("HEAD") && (exists("objects") && exists("refs") || exists("commondir"))
}

// maxPointerBytes bounds the small files in which git keeps a path.
const maxPointerBytes = 4096

// pointer reads a file that holds one path, or "".
func pointer(file, prefix string) string {
	info, err := os.Stat(file)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxPointerBytes {
		return ""
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	path, found := strings.CutPrefix(strings.TrimSpace(string(data)), prefix)
	if !found || path == "" {
		return ""
	}
	if path = strings.TrimSpace(path); !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(file), path)
	}
	return path
}

func linkedGitDir(dotGit string) string {
	if dir := pointer(dotGit, "gitdir:"); dir != "" && isGitDir(dir) {
		return dir
	}
	return ""
}

func commonDir(gitDir string) string {
	if dir := pointer(filepath.Join(gitDir, "commondir"), ""); dir != "" {
		return dir
	}
	return gitDir
}

// open reads packs through descriptors that stay open and assumes that nobody
// repacks meanwhile: half the time on a long history.
func (l located) open() *filesystem.Storage {
	fs := osfs.New(l.gitDir)
	if l.commonDir != l.gitDir {
		fs = dotgit.NewRepositoryFilesystem(fs, osfs.New(l.commonDir))
	}
	return filesystem.NewStorageWithOptions(fs, cache.NewObjectLRU(4*cache.MiByte),
		filesystem.Options{ExclusiveAccess: true, KeepDescriptors: true})
}

// localHead resolves HEAD, or the branch that was asked for: the repository's own
// or its origin's.
func localHead(store *filesystem.Storage, wanted string) (plumbing.Hash, string, error) {
	if config, err := store.Config(); err == nil && strings.EqualFold(config.Raw.Section("extensions").Option("objectformat"), "sha256") {
		return plumbing.ZeroHash, "", fmt.Errorf("repository with SHA-256 object names: %w", audit.ErrUnsupported)
	}
	if wanted != "" {
		for _, name := range []plumbing.ReferenceName{plumbing.NewBranchReferenceName(wanted), plumbing.NewRemoteReferenceName("origin", wanted)} {
			if ref, err := store.Reference(name); err == nil && ref.Type() == plumbing.HashReference {
				return ref.Hash(), wanted, nil
			}
		}
		return plumbing.ZeroHash, "", fmt.Errorf("no branch %q: %w", wanted, audit.ErrNotFound)
	}
	ref, err := store.Reference(plumbing.HEAD)
	if err != nil {
		return plumbing.ZeroHash, "", fmt.Errorf("read HEAD: %w", audit.ErrDamaged)
	}
	if ref.Type() == plumbing.HashReference {
		return ref.Hash(), "", nil
	}
	target, err := store.Reference(ref.Target())
	if err == nil && target.Type() == plumbing.HashReference {
		return target.Hash(), ref.Target().Short(), nil
	}
	if empty(store) {
		return plumbing.ZeroHash, "", audit.ErrEmpty
	}
	return plumbing.ZeroHash, "", fmt.Errorf("HEAD names the branch %q, which does not exist; check out one that does: %w", ref.Target().Short(), audit.ErrNotFound)
}

// empty reports whether a repository has no reference at all.
func empty(store *filesystem.Storage) bool {
	loose, err := store.CountLooseRefs()
	_, packed := os.Stat(filepath.Join(store.Filesystem().Root(), "packed-refs"))
	return err == nil && loose == 0 && packed != nil
}

// remoteURL returns the address of origin without credentials, or "".
func remoteURL(store *filesystem.Storage) string {
	config, err := store.Config()
	if err != nil || config.Remotes["origin"] == nil || len(config.Remotes["origin"].URLs) == 0 {
		return ""
	}
	place, err := ParseTarget(config.Remotes["origin"].URLs[0])
	if err != nil {
		return ""
	}
	return place.URL
}
