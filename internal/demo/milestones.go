package demo

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/storage/filesystem"

	"github.com/perenne-audit/perenne/internal/audit"
)

// milestonesName is the folder below the demonstration's that holds a folder
// for each milestone.
const milestonesName = "milestones"

// Milestone is an earlier state of a repository.
type Milestone struct {
	Commit string
	// When the commit was made: audit it with this as the time that ages are
	// counted to.
	When time.Time
	// Target is a folder that audits as the repository at that commit. It holds
	// no objects of its own, only where to find them.
	Target string
}

// milestoneDays apart are the milestones: enough for a curve.
const milestoneDays = 30

// Milestones returns the earlier states of each repository of the portfolio that
// [Generate] returned, by URL, oldest first and the newest commit left out: one
// a month, none for a month without a commit. It writes two small files each
// below dir.
func Milestones(ctx context.Context, dir string, p *audit.Portfolio) (map[string][]Milestone, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	all := map[string][]Milestone{}
	for _, c := range p.Challenges {
		for _, r := range c.Repositories {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			found, err := milestonesOf(dir, r.URL)
			if err != nil {
				return nil, fmt.Errorf("find the milestones of %s: %w", r.URL, err)
			}
			all[r.URL] = found
		}
	}
	return all, nil
}

func milestonesOf(dir, repository string) ([]Milestone, error) {
	store := filesystem.NewStorage(osfs.New(repository), cache.NewObjectLRUDefault())
	defer store.Close()
	ref, err := store.Reference(branch)
	if err != nil {
		return nil, err
	}
	var found []Milestone
	var next time.Time
	for hash := ref.Hash(); !hash.IsZero(); {
		when, parent, err := read(store, hash)
		if err != nil {
			return nil, err
		}
		if next.IsZero() || parent.IsZero() {
			// The first commit of all counts, the last is the present.
			next = when.AddDate(0, 0, -milestoneDays)
		}
		if hash != ref.Hash() && (when.Before(next) || parent.IsZero()) {
			m, err := mark(dir, repository, hash, when)
			if err != nil {
				return nil, err
			}
			found = append(found, m)
			next = when.AddDate(0, 0, -milestoneDays)
		}
		hash = parent
	}
	slices.Reverse(found)
	return found, nil
}

func read(store *filesystem.Storage, hash plumbing.Hash) (time.Time, plumbing.Hash, error) {
	o, err := store.EncodedObject(plumbing.CommitObject, hash)
	if err != nil {
		return time.Time{}, plumbing.ZeroHash, err
	}
	r, err := o.Reader()
	if err != nil {
		return time.Time{}, plumbing.ZeroHash, err
	}
	defer r.Close()
	raw, err := io.ReadAll(r)
	when, parent := committed(raw)
	return when, parent, err
}

// mark makes a folder such as git makes for a linked work tree: a HEAD of its
// own, and the way to everything else.
func mark(dir, repository string, hash plumbing.Hash, when time.Time) (Milestone, error) {
	name := filepath.Base(repository)
	target := filepath.Join(dir, milestonesName, name, when.Format(time.DateOnly))
	m := Milestone{Commit: hash.String(), When: when, Target: target}
	if err := os.MkdirAll(target, 0o755); err != nil {
		return m, err
	}
	if err := replaceFile(filepath.Join(target, "commondir"), []byte("../../../"+name+"\n")); err != nil {
		return m, err
	}
	return m, replaceFile(filepath.Join(target, "HEAD"), []byte(m.Commit+"\n"))
}
