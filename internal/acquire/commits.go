package acquire

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/perenne-audit/perenne/internal/audit"
)

// commit is what an audit needs of one commit object.
type commit struct {
	tree      plumbing.Hash
	parents   []plumbing.Hash
	author    audit.Signature
	when      time.Time
	committed time.Time
	coAuthors []audit.Signature
}

func (r *reader) commit(hash plumbing.Hash) (commit, error) {
	obj, err := r.objects.EncodedObject(plumbing.CommitObject, hash)
	if err != nil {
		return commit{}, lost(err)
	}
	raw, err := content(obj)
	if err != nil {
		return commit{}, err
	}
	return parseCommit(raw)
}

// history walks from the head to the oldest commit that is held, and notes how
// the commits hang together. Commits that are not held, in a shallow or partial
// repository, truncate it.
func (r *reader) history(head plumbing.Hash) (*audit.History, graph, error) {
	h, g := &audit.History{}, graph{}
	seen := map[plumbing.Hash]bool{head: true}
	queue := []plumbing.Hash{head}
	people := interned{}
	for len(queue) > 0 {
		hash := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if len(h.Commits) >= r.limits.Commits {
			r.reach("commits", int64(r.limits.Commits), "commits")
			h.Truncated = true
			break
		}
		c, err := r.commit(hash)
		if errors.Is(err, audit.ErrNotFound) {
			h.Truncated = true
			continue
		}
		if err != nil {
			return nil, nil, fmt.Errorf("read commit %s: %w", hash, err)
		}
		h.Commits = append(h.Commits, audit.Commit{
			ID: hash.String(), Author: people.one(c.author), When: c.when, Merge: len(c.parents) > 1, CoAuthors: c.coAuthors,
		})
		g[hash] = node{tree: c.tree, parents: c.parents}
		for _, parent := range c.parents {
			if !seen[parent] {
				seen[parent] = true
				queue = append(queue, parent)
			}
		}
	}
	// Equal times are ordered by name, so that the order in which the objects
	// arrived does not show.
	slices.SortFunc(h.Commits, func(a, b audit.Commit) int {
		return cmp.Or(b.When.Compare(a.When), cmp.Compare(a.ID, b.ID))
	})
	return h, g, nil
}

// interned keeps one copy of each signature: a history names few people often.
type interned map[audit.Signature]audit.Signature

func (i interned) one(s audit.Signature) audit.Signature {
	if kept, ok := i[s]; ok {
		return kept
	}
	i[s] = s
	return s
}

// parseCommit reads a raw commit object. A signature or a date that git would
// refuse leaves the field empty; an object without a tree is damaged.
func parseCommit(raw []byte) (commit, error) {
	var c commit
	header, message, _ := bytes.Cut(raw, []byte("\n\n"))
	for len(header) > 0 {
		var line []byte
		line, header, _ = bytes.Cut(header, []byte("\n"))
		key, value, _ := bytes.Cut(line, []byte(" "))
		switch string(key) {
		case "tree":
			c.tree = plumbing.NewHash(string(value))
		case "parent":
			c.parents = append(c.parents, plumbing.NewHash(string(value)))
		case "author":
			c.author, c.when = parseSignature(value)
		case "committer":
			_, c.committed = parseSignature(value)
		}
	}
	if c.tree.IsZero() {
		return commit{}, fmt.Errorf("commit without a tree: %w", audit.ErrDamaged)
	}
	c.coAuthors = parseCoAuthors(message)
	return c, nil
}

// parseSignature reads "Name <e-mail> seconds zone".
func parseSignature(value []byte) (audit.Signature, time.Time) {
	open, shut := bytes.IndexByte(value, '<'), bytes.LastIndexByte(value, '>')
	if open < 0 || shut < open {
		return audit.Signature{Name: string(bytes.TrimSpace(value))}, time.Time{}
	}
	who := audit.Signature{
		Name:  string(bytes.ToValidUTF8(bytes.TrimSpace(value[:open]), []byte("\uFFFD"))),
		Email: string(bytes.ToValidUTF8(bytes.TrimSpace(value[open+1:shut]), []byte("\uFFFD"))),
	}
	stamp, _, _ := bytes.Cut(bytes.TrimSpace(value[shut+1:]), []byte(" "))
	seconds, err := strconv.ParseInt(string(stamp), 10, 64)
	// Years past 9999 cannot be written as dates, and no commit is from then.
	if err != nil || seconds < 0 || seconds > 253402300799 {
		return who, time.Time{}
	}
	return who, time.Unix(seconds, 0).UTC()
}

// parseCoAuthors finds the trailers "Co-authored-by: Name <e-mail>", in any
// letter case.
func parseCoAuthors(message []byte) []audit.Signature {
	const trailer = "co-authored-by:"
	var found []audit.Signature
	for line := range bytes.Lines(message) {
		if len(line) < len(trailer) || !strings.EqualFold(string(line[:len(trailer)]), trailer) {
			continue
		}
		if who, _ := parseSignature(bytes.TrimSpace(line[len(trailer):])); who.Email != "" {
			found = append(found, who)
		}
	}
	return found
}
