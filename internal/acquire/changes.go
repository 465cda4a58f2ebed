package acquire

import (
	"bytes"
	"container/heap"
	"context"
	"errors"
	"fmt"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/storer"

	"github.com/perenne-audit/perenne/internal/acquire/gitpack"
	"github.com/perenne-audit/perenne/internal/audit"
)

// trees returns the raw content of trees, which must not be changed. It is used
// by one goroutine.
type trees = func(plumbing.Hash) ([]byte, error)

// past reads the history and, when it is needed, what became of each file.
func (r *reader) past(ctx context.Context, head plumbing.Hash, files []audit.File, needs audit.Need, open func() trees) (*audit.History, error) {
	h, g, err := r.history(head)
	if err != nil || !needs.Has(audit.NeedFileHistory) {
		return h, err
	}
	h.Files, err = fileHistories(ctx, r.folder, files, g.steps(h.Commits), open)
	if errors.Is(err, audit.ErrNotFound) {
		// A partial clone lacks the folders of the past.
		return h, nil
	}
	return h, err
}

// localTrees reads from the packs, and from go-git's store what is not in one.
func localTrees(packs *gitpack.Packs, store storer.EncodedObjectStorer) func() trees {
	var mu sync.Mutex
	return func() trees {
		reader := packs.Reader(treeCacheBytes)
		return func(name plumbing.Hash) ([]byte, error) {
			raw, err := reader.Object(name)
			if !errors.Is(err, audit.ErrNotFound) {
				return raw, err
			}
			mu.Lock()
			defer mu.Unlock()
			obj, err := store.EncodedObject(plumbing.TreeObject, name)
			if err != nil {
				return nil, lost(err)
			}
			return content(obj)
		}
	}
}

// treeCacheBytes is what each goroutine of a walk keeps of the trees it read.
const treeCacheBytes = 16 << 20

// graph says of each commit which tree it holds and which commits it follows.
type graph map[plumbing.Hash]node

type node struct {
	tree    plumbing.Hash
	parents []plumbing.Hash
}

// steps returns the commits that can be compared with a parent, each before its
// parents; of those that could come next, the first in the history does. Merges
// are left out, and so is the commit at which a truncated history ends.
func (g graph) steps(commits []audit.Commit) []step {
	place := make(map[plumbing.Hash]int32, len(commits))
	children := make([]int32, len(commits))
	for i, c := range commits {
		place[plumbing.NewHash(c.ID)] = int32(i)
	}
	for _, n := range g {
		for _, parent := range n.parents {
			if i, held := place[parent]; held {
				children[i]++
			}
		}
	}
	var ready places
	for i := range commits {
		if children[i] == 0 {
			ready = append(ready, int32(i))
		}
	}
	steps := make([]step, 0, len(commits))
	for len(ready) > 0 {
		i := heap.Pop(&ready).(int32)
		n := g[plumbing.NewHash(commits[i].ID)]
		switch len(n.parents) {
		case 0:
			steps = append(steps, step{commit: i, after: n.tree})
		case 1:
			if parent, held := g[n.parents[0]]; held {
				steps = append(steps, step{commit: i, before: parent.tree, after: n.tree})
			}
		}
		for _, parent := range n.parents {
			if k, held := place[parent]; held {
				if children[k]--; children[k] == 0 {
					heap.Push(&ready, k)
				}
			}
		}
	}
	return steps
}

// places is a heap: the first in the history comes first.
type places []int32

func (p places) Len() int           { return len(p) }
func (p places) Less(i, j int) bool { return p[i] < p[j] }
func (p places) Swap(i, j int)      { p[i], p[j] = p[j], p[i] }

// Push implements [heap.Interface].
func (p *places) Push(i any) { *p = append(*p, i.(int32)) }

// Pop implements [heap.Interface].
func (p *places) Pop() any {
	last := (*p)[len(*p)-1]
	*p = (*p)[:len(*p)-1]
	return last
}

// step is one commit of the walk: its tree against its parent's.
type step struct {
	// commit is its place in the history.
	commit int32
	// before is zero for a commit without a parent.
	before, after plumbing.Hash
}

// change is one file that differs between two trees.
type change struct {
	path          string
	before, after plumbing.Hash
}

// followers is how many steps one goroutine compares before it hands them over:
// enough to profit from what it has read, few enough to hold.
const followers = 64

// fileHistories walks from the newest commit to the oldest and says, for each
// file, whose path is below the folder, which commits changed it. Steps are in an
// order in which a commit comes before its parents. Each goroutine reads through
// a trees of its own.
func fileHistories(ctx context.Context, folder string, files []audit.File, steps []step, open func() trees) ([]audit.FileHistory, error) {
	f := follow(folder, files)
	var (
		batches = slices.Collect(slices.Chunk(steps, followers))
		results = make([]chan batch, len(batches))
		next    = make(chan int)
		wg      sync.WaitGroup
	)
	ctx, cancel := context.WithCancel(ctx)
	defer wg.Wait()
	defer cancel()
	for i := range results {
		results[i] = make(chan batch, 1)
	}
	wg.Go(func() {
		defer close(next)
		for i := range batches {
			select {
			case next <- i:
			case <-ctx.Done():
				return
			}
		}
	})
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			d := differ{trees: open()}
			for i := range next {
				results[i] <- d.batch(batches[i])
			}
		})
	}
	for i, steps := range batches {
		select {
		case done := <-results[i]:
			if done.err != nil {
				return nil, done.err
			}
			for k, changes := range done.changes {
				f.commit(steps[k].commit, changes)
			}
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return f.files, nil
}

// batch is what some steps changed, in their order.
type batch struct {
	changes [][]change
	err     error
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
	d.path = append(d.path, cmpName(a, b)...)
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

func cmpName(a, b treeEntry) []byte {
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

// following maps what files were called earlier to what they are called now.
type following struct {
	files []audit.FileHistory
	// now maps a path of the past to its place in files.
	now map[string]int
}

func follow(folder string, files []audit.File) *following {
	f := &following{now: make(map[string]int, len(files))}
	for _, file := range files {
		if file.Mode == audit.Submodule {
			continue
		}
		f.files = append(f.files, audit.FileHistory{Path: file.Path})
	}
	slices.SortFunc(f.files, func(a, b audit.FileHistory) int { return strings.Compare(a.Path, b.Path) })
	for i, file := range f.files {
		f.now[path.Join(folder, file.Path)] = i
	}
	return f
}

// commit takes in what one commit changed. A file that vanishes under one name
// and appears under another with the same content was renamed: from here back,
// the old name means what the new one meant.
func (f *following) commit(number int32, changes []change) {
	var gone map[plumbing.Hash]string
	for _, c := range changes {
		if c.after.IsZero() {
			if gone == nil {
				gone = map[plumbing.Hash]string{}
			}
			// Of several with the same content the first is taken.
			if _, taken := gone[c.before]; !taken {
				gone[c.before] = c.path
			}
		}
	}
	for _, c := range changes {
		if c.after.IsZero() {
			continue
		}
		i, alive := f.now[c.path]
		if !alive {
			continue
		}
		if c.before.IsZero() {
			if old, renamed := gone[c.after]; renamed {
				delete(gone, c.after)
				delete(f.now, c.path)
				f.now[old] = i
				continue
			}
		}
		f.files[i].Commits = append(f.files[i].Commits, number)
		if c.before.IsZero() {
			f.files[i].Added = append(f.files[i].Added, number)
		}
	}
}
