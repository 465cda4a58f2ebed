package acquire

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/storer"

	"github.com/perenne-audit/perenne/internal/audit"
)

// maxDepth is how many folders deep a tree is followed. Git itself has no limit;
// a path is rarely a tenth as deep.
const maxDepth = 128

// tree lists the files of a commit. A folder that cannot be read makes the tree
// truncated, as going past the limit of files does.
func (r *reader) tree(root plumbing.Hash) (*audit.Tree, error) {
	l := &lister{reader: r}
	root, err := r.below(root)
	if err != nil {
		return nil, err
	}
	if err := l.list(root, "", 0); err != nil {
		return nil, fmt.Errorf("read the files: %w", err)
	}
	r.blobs = &blobs{objects: r.objects, limit: r.limits.BlobBytes, omitted: r.omitted}
	r.noteLarge(l.files)
	return audit.NewTree(l.files, r.blobs, l.truncated), nil
}

// below finds the folder that the audit is limited to.
func (r *reader) below(root plumbing.Hash) (plumbing.Hash, error) {
	folder := strings.Trim(r.folder, "/")
	if folder == "" {
		return root, nil
	}
	tree, err := object.GetTree(r.objects, root)
	if err != nil {
		return root, lost(err)
	}
	entry, err := tree.FindEntry(folder)
	if err != nil || entry.Mode != filemode.Dir {
		return root, fmt.Errorf("no folder %q in the repository: %w", folder, audit.ErrNotFound)
	}
	return entry.Hash, nil
}

type lister struct {
	*reader
	files     []audit.File
	truncated bool
}

func (l *lister) list(hash plumbing.Hash, prefix string, depth int) error {
	if depth > maxDepth {
		l.truncated = true
		return nil
	}
	tree, err := object.GetTree(l.objects, hash)
	if err != nil && depth == 0 {
		return lost(err)
	}
	if err != nil {
		// One lost folder must not lose the others.
		l.truncated = true
		return nil
	}
	for _, e := range tree.Entries {
		if len(l.files) >= l.limits.Files {
			if !l.truncated {
				l.reach("files", int64(l.limits.Files), prefix+e.Name)
			}
			l.truncated = true
			return nil
		}
		if e.Mode == filemode.Dir {
			if err := l.list(e.Hash, prefix+e.Name+"/", depth+1); err != nil {
				return err
			}
			continue
		}
		l.files = append(l.files, l.file(prefix+e.Name, e))
	}
	return nil
}

func (l *lister) file(path string, e object.TreeEntry) audit.File {
	f := audit.File{Path: path, Blob: string(e.Hash[:]), SizeBytes: -1}
	switch e.Mode {
	case filemode.Executable:
		f.Mode = audit.Executable
	case filemode.Symlink:
		f.Mode = audit.Symlink
	case filemode.Submodule:
		f.Mode = audit.Submodule
		return f
	}
	if size, err := l.objects.EncodedObjectSize(e.Hash); err == nil {
		f.SizeBytes = size
	}
	return f
}

// maxLargeNoted is how many files past the limit of size are named.
const maxLargeNoted = 20

// noteLarge records which files are past the limit of size, or were left out of
// the fetch for that reason.
func (r *reader) noteLarge(files []audit.File) {
	noted := 0
	for _, f := range files {
		large := f.SizeBytes >= r.limits.BlobBytes || (r.omitted && f.SizeBytes < 0 && f.Mode != audit.Submodule)
		if large && noted < maxLargeNoted {
			r.reach("blob_bytes", r.limits.BlobBytes, f.Path)
			noted++
		}
	}
}

// blobs reads content out of a store of objects, one at a time: go-git's packs
// share one file position.
type blobs struct {
	mu      sync.Mutex
	objects storer.EncodedObjectStorer
	limit   int64
	// omitted says that content which is not held was left out for its size.
	omitted bool
}

// Blob implements [audit.Blobs].
func (b *blobs) Blob(f audit.File) ([]byte, error) {
	if f.SizeBytes >= b.limit || (b.omitted && f.SizeBytes < 0) {
		return nil, fmt.Errorf("%d bytes or more: %w", b.limit, audit.ErrTooLarge)
	}
	var hash plumbing.Hash
	copy(hash[:], f.Blob)
	b.mu.Lock()
	defer b.mu.Unlock()
	obj, err := b.objects.EncodedObject(plumbing.BlobObject, hash)
	if err != nil {
		return nil, lost(err)
	}
	if obj.Size() >= b.limit {
		return nil, fmt.Errorf("%d bytes: %w", obj.Size(), audit.ErrTooLarge)
	}
	return content(obj)
}

// content returns a whole object, which nobody may change: one that is held in
// memory is not copied.
func content(obj plumbing.EncodedObject) ([]byte, error) {
	if held, ok := obj.(interface{ Held() []byte }); ok && held.Held() != nil {
		return held.Held(), nil
	}
	r, err := obj.Reader()
	if err != nil {
		return nil, lost(err)
	}
	defer r.Close()
	data := make([]byte, obj.Size())
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, lost(err)
	}
	return data, nil
}

// lost gives an error of the object store its meaning.
func lost(err error) error {
	if errors.Is(err, plumbing.ErrObjectNotFound) {
		return fmt.Errorf("object not held here: %w", audit.ErrNotFound)
	}
	return fmt.Errorf("%w: %w", audit.ErrDamaged, err)
}
