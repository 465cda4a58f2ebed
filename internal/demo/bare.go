package demo

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/storage/filesystem"
	"github.com/go-git/go-git/v5/storage/memory"
)

const branch = plumbing.ReferenceName("refs/heads/main")

// writeBare makes the folder a bare repository with these commits, in one pack:
// thousands of loose objects take seconds to write and to read.
func writeBare(ctx context.Context, dir string, s *story, changes []change) error {
	w := &writer{objects: memory.NewStorage(), files: map[string]plumbing.Hash{}}
	head := plumbing.ZeroHash
	for _, c := range changes {
		if err := ctx.Err(); err != nil {
			return err
		}
		next, err := w.commit(head, c)
		if err != nil {
			return err
		}
		head = next
	}
	store := filesystem.NewStorage(osfs.New(dir), cache.NewObjectLRUDefault())
	if err := w.save(store, head); err != nil {
		return errors.Join(err, store.Close())
	}
	return store.Close()
}

// writer collects objects, each once.
type writer struct {
	objects *memory.Storage
	order   []plumbing.Hash
	files   map[string]plumbing.Hash
}

func (w *writer) put(kind plumbing.ObjectType, data []byte) (plumbing.Hash, error) {
	o := &plumbing.MemoryObject{}
	o.SetType(kind)
	if _, err := o.Write(data); err != nil {
		return plumbing.ZeroHash, err
	}
	hash := o.Hash()
	if w.objects.HasEncodedObject(hash) == nil {
		return hash, nil
	}
	w.order = append(w.order, hash)
	return w.objects.SetEncodedObject(o)
}

func (w *writer) commit(parent plumbing.Hash, c change) (plumbing.Hash, error) {
	for _, name := range slices.Sorted(maps.Keys(c.files)) {
		hash, err := w.put(plumbing.BlobObject, []byte(c.files[name]))
		if err != nil {
			return hash, err
		}
		w.files[name] = hash
	}
	tree, err := w.tree("")
	if err != nil {
		return tree, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "tree %s\n", tree)
	if !parent.IsZero() {
		fmt.Fprintf(&b, "parent %s\n", parent)
	}
	who := fmt.Sprintf("%s <%s> %d +0000", c.author.name, c.author.email, c.when.Unix())
	fmt.Fprintf(&b, "author %s\ncommitter %s\n\n%s\n", who, who, c.subject)
	if c.with != nil {
		fmt.Fprintf(&b, "\nCo-authored-by: %s <%s>\n", c.with.name, c.with.email)
	}
	return w.put(plumbing.CommitObject, b.Bytes())
}

// tree writes the folder and those in it.
func (w *writer) tree(dir string) (plumbing.Hash, error) {
	type entry struct {
		name, mode string
		hash       plumbing.Hash
	}
	var entries []entry
	seen := map[string]bool{}
	for name, hash := range w.files {
		rest, inside := strings.CutPrefix(name, dir)
		base, _, deeper := strings.Cut(rest, "/")
		if !inside || seen[base] {
			continue
		}
		seen[base] = true
		if !deeper {
			entries = append(entries, entry{base, "100644", hash})
			continue
		}
		below, err := w.tree(dir + base + "/")
		if err != nil {
			return below, err
		}
		// Git sorts a folder as if its name ended in a slash.
		entries = append(entries, entry{base + "/", "40000", below})
	}
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.name, b.name) })
	var b bytes.Buffer
	for _, e := range entries {
		b.WriteString(e.mode + " " + strings.TrimSuffix(e.name, "/") + "\x00")
		b.Write(e.hash[:])
	}
	return w.put(plumbing.TreeObject, b.Bytes())
}

// save writes the objects, then the names that lead to them.
func (w *writer) save(store *filesystem.Storage, head plumbing.Hash) error {
	if err := store.Init(); err != nil {
		return err
	}
	settings := config.NewConfig()
	settings.Core.IsBare = true
	if err := store.SetConfig(settings); err != nil {
		return err
	}
	pack, err := store.PackfileWriter()
	if err != nil {
		return err
	}
	_, err = packfile.NewEncoder(pack, w.objects, false).Encode(w.order, 0)
	if err := errors.Join(err, pack.Close()); err != nil {
		return err
	}
	if err := store.SetReference(plumbing.NewHashReference(branch, head)); err != nil {
		return err
	}
	return store.SetReference(plumbing.NewSymbolicReference(plumbing.HEAD, branch))
}

// committed reads when a commit was made and what came before it.
func committed(raw []byte) (when time.Time, parent plumbing.Hash) {
	for line := range strings.Lines(string(raw)) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch key {
		case "parent":
			parent = plumbing.NewHash(value)
		case "committer":
			var seconds int64
			_, _ = fmt.Sscanf(value[strings.LastIndexByte(value, '>')+1:], "%d", &seconds)
			return time.Unix(seconds, 0).UTC(), parent
		}
	}
	return when, parent
}
