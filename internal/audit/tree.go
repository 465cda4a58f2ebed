package audit

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// FileMode says what an entry of the tree is.
type FileMode uint8

// The modes that git knows, directories left out.
const (
	Regular FileMode = iota
	Executable
	Symlink
	Submodule
)

// File is one entry of the audited commit.
type File struct {
	// Path is relative to the top, with slashes, byte for byte as git holds it.
	Path string
	// Blob is the object name of the content, in binary or hexadecimal as the
	// [Blobs] that will be asked for it likes best.
	Blob string
	// SizeBytes is -1 when it is not known: the content was not fetched.
	SizeBytes int64
	Mode      FileMode
}

// Name is the last element of the path.
func (f File) Name() string { return path.Base(f.Path) }

// Dir is the path without its last element, "" at the top.
func (f File) Dir() string {
	dir, _ := path.Split(f.Path)
	return strings.TrimSuffix(dir, "/")
}

// Within reports whether a folder is root or lies below it; everything lies
// within the top, "".
func Within(dir, root string) bool {
	return root == "" || dir == root || strings.HasPrefix(dir, root+"/")
}

// Blobs gives the content of files. An implementation must allow concurrent
// calls and wrap [ErrNotFound] for content it does not hold, [ErrTooLarge] for
// content past its limit and [ErrDamaged] for content that cannot be decoded.
// The caller does not change what it gets.
type Blobs interface {
	Blob(f File) ([]byte, error)
}

// Witness may be implemented by [Blobs] that remember what checks read: Pass gives
// content without remembering it, Seen remembers what Pass gave. Blob does both.
type Witness interface {
	Pass(f File) ([]byte, error)
	Seen(f File, content []byte, err error)
}

// Tree is the files of one commit.
type Tree struct {
	// files are sorted by path, bytewise.
	files []File
	blobs Blobs
	// truncated is true when the commit holds more files than these.
	truncated bool

	mu        sync.Mutex
	kept      map[string]*keptBlob
	keptBytes int64
}

type keptBlob struct {
	once    sync.Once
	seen    atomic.Bool
	content []byte
	err     error
}

// keepBytes is how much content is kept in memory for the next check that asks;
// past it, content is read again.
const keepBytes = 32 << 20

// NewTree returns a tree over files, which it sorts and keeps. Truncated says
// that the commit holds more files than were listed.
func NewTree(files []File, blobs Blobs, truncated bool) *Tree {
	slices.SortFunc(files, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	return &Tree{files: files, blobs: blobs, truncated: truncated, kept: map[string]*keptBlob{}}
}

// Through makes the tree read through blobs and returns what it read from before,
// which blobs can then ask. Call it before anything is read.
func (t *Tree) Through(blobs Blobs) (before Blobs) {
	before, t.blobs = t.blobs, blobs
	return before
}

// Files returns every file, sorted by path. The slice is shared: do not change
// it.
func (s *Snapshot) Files() []File {
	if s.Tree == nil {
		return nil
	}
	return s.Tree.files
}

// OwnFiles returns the files that the repository's authors wrote, sorted by
// path: those for which neither [File.Foreign] nor [Snapshot.Copied] is true.
func (s *Snapshot) OwnFiles() []File {
	return Once(s, ownFilesKey{}, func(s *Snapshot) []File {
		var own []File
		for _, f := range s.Files() {
			if !f.Foreign() && !s.Copied(f) {
				own = append(own, f)
			}
		}
		return own
	})
}

type ownFilesKey struct{}

// Truncated reports whether the commit holds files that were not listed; see
// the reached limits.
func (s *Snapshot) Truncated() bool { return s.Tree != nil && s.Tree.truncated }

// File finds one file by its exact path.
func (s *Snapshot) File(name string) (File, bool) {
	files := s.Files()
	i, found := slices.BinarySearchFunc(files, name, func(f File, name string) int { return cmp.Compare(f.Path, name) })
	if !found {
		return File{}, false
	}
	return files[i], true
}

// HasDir reports whether some file lies below the folder.
func (s *Snapshot) HasDir(dir string) bool {
	files, prefix := s.Files(), dir+"/"
	i, _ := slices.BinarySearchFunc(files, prefix, func(f File, p string) int { return cmp.Compare(f.Path, p) })
	return i < len(files) && strings.HasPrefix(files[i].Path, prefix)
}

// maxLinks is how many symbolic links are followed one after the other.
const maxLinks = 8

// Read returns the content of a file, following symbolic links inside the tree.
// The content is shared between checks: do not change it. It returns an error
// that wraps [ErrNotFound] for a submodule or a link that leaves the tree; other
// failures are those of [Blobs] and are remembered: a negative answer that
// rests on a file nobody could read becomes unknown.
func (s *Snapshot) Read(f File) ([]byte, error) {
	for range maxLinks {
		if f.Mode == Submodule {
			return nil, fmt.Errorf("read %q: submodule: %w", f.Path, ErrNotFound)
		}
		content, err := s.Tree.read(f, false)
		if err != nil {
			if s.unread != nil {
				s.unread.add(Unread{Path: f.Path, Err: err})
			}
			return nil, fmt.Errorf("read %q: %w", f.Path, err)
		}
		if f.Mode != Symlink {
			return content, nil
		}
		target := path.Join(f.Dir(), string(content))
		next, found := s.File(target)
		if !found || path.IsAbs(string(content)) {
			return nil, fmt.Errorf("read %q: link to %q: %w", f.Path, content, ErrNotFound)
		}
		f = next
	}
	return nil, fmt.Errorf("read %q: too many links: %w", f.Path, ErrNotFound)
}

// ReadText is Read for a file that a person writes: it also says no when the
// content is binary. A byte order mark is taken off.
func (s *Snapshot) ReadText(f File) (string, bool) {
	content, err := s.Read(f)
	if err != nil || IsBinary(content) {
		return "", false
	}
	return string(bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))), true
}

// IsBinary reports whether git would call the content binary: a NUL byte among
// the first 8,000.
func IsBinary(content []byte) bool {
	return bytes.IndexByte(content[:min(len(content), 8000)], 0) >= 0
}

// Skim is Read for a reader of everything, inside [Digest]: a witness does not
// remember the content, and it does not count as unread when it cannot be had.
// Links are not followed.
func (s *Snapshot) Skim(f File) ([]byte, error) {
	if f.Mode == Submodule || f.Mode == Symlink {
		return nil, fmt.Errorf("read %q: no file: %w", f.Path, ErrNotFound)
	}
	content, err := s.Tree.read(f, true)
	if err != nil {
		return nil, fmt.Errorf("read %q: %w", f.Path, err)
	}
	return content, nil
}

func (t *Tree) read(f File, passing bool) ([]byte, error) {
	t.mu.Lock()
	entry, ok := t.kept[f.Blob]
	if !ok {
		entry = &keptBlob{}
		if t.keptBytes < keepBytes {
			t.kept[f.Blob] = entry
			t.keptBytes += max(f.SizeBytes, 0)
		}
	}
	t.mu.Unlock()
	witness, watched := t.blobs.(Witness)
	entry.once.Do(func() {
		if watched {
			entry.content, entry.err = witness.Pass(f)
		} else {
			entry.content, entry.err = t.blobs.Blob(f)
		}
	})
	if watched && !passing && entry.seen.CompareAndSwap(false, true) {
		witness.Seen(f, entry.content, entry.err)
	}
	return entry.content, entry.err
}
