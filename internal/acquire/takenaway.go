package acquire

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/perenne-audit/perenne/internal/audit"
)

// takenAway compares the newest commits with what stood before them, and lists
// the versions of files that they took away and that are not held any more, under
// any path. It returns nil when nobody asked, and stops where the trees of the
// past were not fetched.
func (r *reader) takenAway(ctx context.Context, h *audit.History, g graph, held []audit.File) (*audit.Past, error) {
	if r.limits.PastCommits <= 0 || h == nil {
		return nil, nil
	}
	known := make(map[string]bool, len(held))
	for _, f := range held {
		known[f.Blob] = true
	}
	d := differ{trees: r.rawTree}
	var files []audit.File
	by := map[string]string{}
	looked := 0
	for _, s := range g.steps(h.Commits) {
		if looked >= r.limits.PastCommits || ctx.Err() != nil {
			break
		}
		changed := d.batch([]step{s})
		if errors.Is(changed.err, audit.ErrNotFound) {
			continue
		}
		if changed.err != nil {
			return nil, fmt.Errorf("compare commit %s with the one before: %w", h.Commits[s.commit].ID, changed.err)
		}
		looked++
		for _, c := range changed.changes[0] {
			name, inside := below(r.folder, c.path)
			blob := string(c.before[:])
			if c.before.IsZero() || !inside || known[blob] {
				continue
			}
			known[blob] = true
			by[blob] = h.Commits[s.commit].ID
			files = append(files, r.version(name, c.before))
		}
	}
	return audit.NewPast(looked, files, by, r.blobs), nil
}

// version is a file of the past. One that was not fetched has no size.
func (r *reader) version(name string, blob plumbing.Hash) audit.File {
	f := audit.File{Path: name, Blob: string(blob[:]), SizeBytes: -1}
	if size, err := r.objects.EncodedObjectSize(blob); err == nil {
		f.SizeBytes = size
	}
	return f
}

// rawTree is [trees] for a store of objects.
func (r *reader) rawTree(name plumbing.Hash) ([]byte, error) {
	obj, err := r.objects.EncodedObject(plumbing.TreeObject, name)
	if err != nil {
		return nil, lost(err)
	}
	return content(obj)
}

// below returns a path as seen from a folder of the repository.
func below(folder, name string) (inside string, ok bool) {
	folder = strings.Trim(path.Clean("/"+folder), "/")
	if folder == "" {
		return name, true
	}
	return strings.CutPrefix(name, folder+"/")
}
