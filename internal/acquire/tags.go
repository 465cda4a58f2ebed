package acquire

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/storage/filesystem"

	"github.com/perenne-audit/perenne/internal/acquire/gitwire"
	"github.com/perenne-audit/perenne/internal/audit"
)

// TagsLimit is the name of the limit on tags.
const TagsLimit = "tags"

// boundTags leaves out tags past the limit: the first ones by name, since numbers
// grow. Nil stays nil.
func boundTags(tags []audit.Tag, limit int) ([]audit.Tag, []audit.Limit) {
	if len(tags) <= limit {
		return tags, nil
	}
	left := fmt.Sprintf("%d tags", len(tags)-limit)
	return tags[len(tags)-limit:], []audit.Limit{{Name: TagsLimit, Value: int64(limit), What: left}}
}

// localTags reads the tags of a local repository, loose and packed, in the order
// of their names; empty without any, nil when the references cannot be read. The
// rest of the repository may be sound then.
func localTags(store *filesystem.Storage) []audit.Tag {
	refs, err := store.IterReferences()
	if err != nil {
		return nil
	}
	defer refs.Close()
	all := []audit.Tag{}
	err = refs.ForEach(func(ref *plumbing.Reference) error {
		if name, found := strings.CutPrefix(string(ref.Name()), "refs/tags/"); found && ref.Type() == plumbing.HashReference {
			all = append(all, gitwire.TagOf(name, peeled(store, ref.Hash())))
		}
		return nil
	})
	if err != nil {
		return nil
	}
	slices.SortFunc(all, func(a, b audit.Tag) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// maxPeels is how many annotated tags may point to each other.
const maxPeels = 8

// peeled follows annotated tags to what they name. One that is not held, in a
// partial clone, stands for itself.
func peeled(store *filesystem.Storage, hash plumbing.Hash) plumbing.Hash {
	for range maxPeels {
		if size, err := store.EncodedObjectSize(hash); err != nil || size > maxTagBytes {
			return hash
		}
		tag, err := object.GetTag(store, hash)
		if err != nil {
			return hash
		}
		hash = tag.Target
	}
	return hash
}

// maxTagBytes keeps a large file that a tag names from being read.
const maxTagBytes = 1 << 20
