package acquire

import (
	"bytes"
	"fmt"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/perenne-audit/perenne/internal/audit"
)

// change is one file that differs between two trees.
type change struct {
	path          string
	before, after plumbing.Hash
}

// differ compares trees.
type differ struct {
	trees trees
	path  []byte
	found []change
}

func (d *differ) batch(steps []step) batch {
	b := batch{changes: make([][]change, len(steps))}
	for i, s := range steps {
		d.path, d.found = d.path[:0], nil
		if b.err = d.compare(s.before, s.after, 0); b.err != nil {
			return b
		}
		b.changes[i] = d.found
	}
	return b
}

// compare adds the files that differ between two trees, of which one may be zero.
// Folders of the same name in both trees are the same folder; those whose hashes
// are equal are not even read.
func (d *differ) compare(before, after plumbing.Hash, depth int) error {
	if depth > maxDepth {
		return nil
	}
	old, err := d.read(before)
	if err != nil {
		return err
	}
	new, err := d.read(after)
	if err != nil {
		return err
	}
	for len(old) > 0 || len(new) > 0 {
		if length := entryBytes(old); length > 0 && length <= len(new) && bytes.Equal(old[:length], new[:length]) {
			old, new = old[length:], new[length:]
			continue
		}
		var a, b treeEntry
		switch order := orderOf(old, new); {
		case order < 0:
			a, old, err = cutEntry(old)
		case order > 0:
			b, new, err = cutEntry(new)
		default:
			if a, old, err = cutEntry(old); err == nil {
				b, new, err = cutEntry(new)
			}
		}
		if err != nil {
			return err
		}
		if err := d.differs(a, b, depth); err != nil {
			return err
		}
	}
	return nil
}

// differs notes a file, or goes into a folder. A folder that became a file, or
// the other way round, is both gone and new.
func (d *differ) differs(a, b treeEntry, depth int) error {
	length := len(d.path)
	defer func() { d.path = d.path[:length] }()
	d.path = append(d.path, nameOf(a, b)...)
	if a.folder || b.folder {
		var before, after plumbing.Hash
		if a.folder {
			before = a.hash
		}
		if b.folder {
			after = b.hash
		}
		d.path = append(d.path, '/')
		if err := d.compare(before, after, depth+1); err != nil {
			return err
		}
		d.path = d.path[:len(d.path)-1]
	}
	if a.file() || b.file() {
		c := change{path: string(d.path)}
		if a.file() {
			c.before = a.hash
		}
		if b.file() {
			c.after = b.hash
		}
		d.found = append(d.found, c)
	}
	return nil
}

func (d *differ) read(tree plumbing.Hash) ([]byte, error) {
	if tree.IsZero() {
		return nil, nil
	}
	return d.trees(tree)
}

// treeEntry is one line of a tree; its name lies in the tree.
type treeEntry struct {
	name   []byte
	hash   plumbing.Hash
	folder bool
}

func (e treeEntry) file() bool { return e.name != nil && !e.folder }

func nameOf(a, b treeEntry) []byte {
	if a.name != nil {
		return a.name
	}
	return b.name
}

// entryBytes returns the length of the first entry: "mode name\0" and a hash.
func entryBytes(tree []byte) int {
	end := bytes.IndexByte(tree, 0)
	if end < 0 || end+1+len(plumbing.Hash{}) > len(tree) {
		return 0
	}
	return end + 1 + len(plumbing.Hash{})
}

func cutEntry(tree []byte) (e treeEntry, rest []byte, err error) {
	length := entryBytes(tree)
	space := bytes.IndexByte(tree, ' ')
	if length == 0 || space < 0 || space > length-len(e.hash)-1 {
		return e, nil, fmt.Errorf("tree: %w", audit.ErrDamaged)
	}
	e.name = tree[space+1 : length-len(e.hash)-1]
	copy(e.hash[:], tree[length-len(e.hash):length])
	// Git writes 40000 for a folder; some old tools wrote 040000.
	mode := bytes.TrimLeft(tree[:space], "0")
	e.folder = string(mode) == "40000"
	return e, tree[length:], nil
}

// orderOf compares the names of the first entries. An empty list is last.
func orderOf(a, b []byte) int {
	switch {
	case len(a) == 0 && len(b) == 0:
		return 0
	case len(a) == 0:
		return 1
	case len(b) == 0:
		return -1
	}
	left, _, errA := cutEntry(a)
	right, _, errB := cutEntry(b)
	if errA != nil || errB != nil {
		return 0
	}
	if bytes.Equal(left.name, right.name) {
		return 0
	}
	return compareNames(left, right)
}

// compareNames is git's order of a tree, in which a folder's name ends with a
// slash.
func compareNames(a, b treeEntry) int {
	n := min(len(a.name), len(b.name))
	if order := bytes.Compare(a.name[:n], b.name[:n]); order != 0 {
		return order
	}
	after := func(e treeEntry) int {
		switch {
		case len(e.name) > n:
			return int(e.name[n])
		case e.folder:
			return '/'
		}
		return 0
	}
	return after(a) - after(b)
}
