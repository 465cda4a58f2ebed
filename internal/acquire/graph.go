package acquire

import (
	"container/heap"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/perenne-audit/perenne/internal/audit"
)

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
