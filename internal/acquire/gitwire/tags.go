package gitwire

import (
	"cmp"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"

	"github.com/perenne-audit/perenne/internal/audit"
)

const tagPrefix = "refs/tags/"

// tags lists what the server advertised beside its branches, in the order of the
// names: an annotated tag stands for the commit it points to. It is nil only when
// nobody wants them. The answer that names the HEAD holds them already, so they
// cost no request.
func tags(adv *packp.AdvRefs, wanted bool) []audit.Tag {
	if !wanted {
		return nil
	}
	all := []audit.Tag{}
	for name, hash := range adv.References {
		short, found := strings.CutPrefix(name, tagPrefix)
		if !found {
			continue
		}
		if peeled, annotated := adv.Peeled[name]; annotated {
			hash = peeled
		}
		all = append(all, TagOf(short, hash))
	}
	slices.SortFunc(all, func(a, b audit.Tag) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// TagOf makes a tag of a name without its prefix and the commit it points to.
func TagOf(name string, commit plumbing.Hash) audit.Tag {
	return audit.Tag{Name: strings.ToValidUTF8(name, "\uFFFD"), Commit: commit.String()}
}
