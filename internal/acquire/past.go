package acquire

import (
	"context"
	"errors"
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
	r.graph = g
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

// stepsAtOnce is how many steps one goroutine compares before it hands them over:
// enough to profit from what it has read, few enough to hold.
const stepsAtOnce = 64

// fileHistories walks from the newest commit to the oldest and says, for each
// file, whose path is below the folder, which commits changed it. Steps are in an
// order in which a commit comes before its parents. Each goroutine reads through
// a trees of its own.
func fileHistories(ctx context.Context, folder string, files []audit.File, steps []step, open func() trees) ([]audit.FileHistory, error) {
	f := follow(folder, files)
	var (
		batches = slices.Collect(slices.Chunk(steps, stepsAtOnce))
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
