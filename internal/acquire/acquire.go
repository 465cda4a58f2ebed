// Package acquire turns what a user names, a folder, a bare repository or an
// address, into a snapshot. It reads the default branch's newest commit and
// nothing else, fetches no more than the checks need, and never runs anything:
// no git program, no hook, no filter, no credential helper, no submodule.
package acquire

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/storer"

	"github.com/perenne-audit/perenne/internal/acquire/gitwire"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/guard"
)

// Limits bound what one repository may cost. Past one of them, what is missing
// is unknown, and the snapshot says which limit it was.
type Limits struct {
	// FetchBytes bounds each fetch, as received.
	FetchBytes int64 `mapstructure:"fetch_bytes"`
	// BlobBytes is the size from which a file's content is not read.
	BlobBytes int64 `mapstructure:"blob_bytes"`
	// MemoryBytes is how much fetched content is held in memory, DiskBytes how
	// much more in a temporary file.
	MemoryBytes int64 `mapstructure:"memory_bytes"`
	DiskBytes   int64 `mapstructure:"disk_bytes"`
	// Files bounds the files of the commit.
	Files int `mapstructure:"files"`
	// Commits bounds the history.
	Commits int `mapstructure:"commits"`
	// UnfilteredCommits bounds the history asked of a server that cannot send
	// commits without their files.
	UnfilteredCommits int `mapstructure:"unfiltered_commits"`
	// PastCommits is how many of the newest commits are asked what they took away;
	// 0 is none, and costs nothing.
	PastCommits int `mapstructure:"past_commits"`
	// Tags bounds the tags.
	Tags int `mapstructure:"tags"`
	// Timeout bounds the whole acquisition.
	Timeout time.Duration `mapstructure:"timeout"`
}

// Options say how to acquire.
type Options struct {
	Limits Limits
	// Needs is the evidence that the chosen checks ask for; no other is fetched.
	Needs audit.Need
	// Branch is audited instead of the default one when it is not empty.
	Branch string
	// Folder limits the audit to a part of the repository, as if that were the
	// top: paths are relative to it. Empty for all. The history stays whole.
	Folder string
	// TakenAt is the time that ages are counted to.
	TakenAt time.Time
	// Token returns the secret for a host ("forge.example:8443"), or "".
	Token func(host string) string
	// Transport speaks http and https; nil for one that no configuration opens to
	// private addresses. See [NewTransport].
	Transport http.RoundTripper
	// Found is true for a target that nobody wrote down, but that a server told of:
	// it may not lie on a private address. A target that somebody names may, and
	// where its server sends to may not.
	Found bool
	// Progress, when not nil, is told what is being done.
	Progress func(Stage)
}

// Stage is a step that takes time.
type Stage string

// The stages.
const (
	Connecting Stage = "connecting"
	Reading    Stage = "reading"
)

// Snapshot is an acquired snapshot with what belongs to it.
type Snapshot struct {
	*audit.Snapshot
	// Uncommitted lists paths of a folder that differ from its commit, sorted; a
	// last element "…" stands for more.
	Uncommitted []string
	// Interrupted is true when the files or the history did not come, for a reason
	// that may pass: a line that broke.
	Interrupted bool
	// ReceivedBytes counts what came over the network.
	ReceivedBytes int64
	close         func() error
}

// Close frees memory, temporary files and open packs. The snapshot's content
// cannot be read afterwards.
func (s *Snapshot) Close() error {
	if s.close == nil {
		return nil
	}
	return s.close()
}

// Fetch acquires the target: a folder inside a work tree, a bare repository, an
// http, https, ssh or git address, or "github:owner/name". The error names the
// target, says what to do next and wraps one of audit's meanings.
func Fetch(ctx context.Context, target string, o Options) (*Snapshot, error) {
	ctx, cancel := context.WithTimeout(ctx, o.Limits.Timeout)
	defer cancel()
	place, err := ParseTarget(target)
	if err != nil {
		return nil, err
	}
	if o.Progress == nil {
		o.Progress = func(Stage) {}
	}
	if o.Limits.PastCommits > 0 {
		o.Needs |= audit.NeedAuthors
	}
	s, err := fromPlace(ctx, place, o)
	if err != nil {
		return nil, advise(Show(target), place, err)
	}
	return s, nil
}

// fromPlace reads the place. A library that panics on a damaged repository must
// not take the other targets down.
func fromPlace(ctx context.Context, place Place, o Options) (s *Snapshot, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			s, err = nil, fmt.Errorf("%v: %w", cause, audit.ErrDamaged)
		}
	}()
	if place.Folder != "" {
		return fromFolder(ctx, place.Folder, o)
	}
	if ctx, err = o.admit(ctx, place); err != nil {
		return nil, err
	}
	return fromServer(ctx, place, o)
}

// Heads is what a repository says of itself before any object is asked for.
type Heads struct {
	// Commit is the name, in hexadecimal, of the commit that [Fetch] would acquire.
	Commit string
	// Branch is the one that was asked for, else the one that HEAD names; "" for none.
	Branch string
	// Tags are in the order of their names; nil when they were not asked for, and
	// Limits holds the limit that cut them short.
	Tags   []audit.Tag
	Limits []audit.Limit
}

// Refresh gives a snapshot of that commit, which may be old, the tags of now: a
// version may be tagged long after its commit.
func (h Heads) Refresh(s *audit.Snapshot) {
	if h.Tags == nil {
		return
	}
	others := slices.DeleteFunc(slices.Clone(s.Limits), func(l audit.Limit) bool { return l.Name == TagsLimit })
	s.Tags, s.Limits = h.Tags, append(others, h.Limits...)
}

// Head returns what there is to acquire now, at the price of one question to the
// server.
func Head(ctx context.Context, target string, o Options) (Heads, error) {
	ctx, cancel := context.WithTimeout(ctx, o.Limits.Timeout)
	defer cancel()
	place, err := ParseTarget(target)
	if err != nil {
		return Heads{}, err
	}
	commit, branch, tags, err := headOf(ctx, place, o)
	if err != nil {
		return Heads{}, advise(Show(target), place, err)
	}
	heads := Heads{Commit: commit.String(), Branch: branch}
	heads.Tags, heads.Limits = boundTags(tags, o.Limits.Tags)
	return heads, nil
}

func headOf(ctx context.Context, place Place, o Options) (commit plumbing.Hash, branch string, tags []audit.Tag, err error) {
	if place.Folder != "" {
		found, err := locate(place.Folder)
		if err != nil {
			return plumbing.ZeroHash, "", nil, err
		}
		store := found.open()
		defer store.Close()
		commit, branch, err = localHead(store, o.Branch)
		if err == nil && o.Needs.Has(audit.NeedTags) {
			tags = localTags(store)
		}
		return commit, branch, tags, err
	}
	auth, err := credentials(place.Endpoint, o.Token)
	if err != nil {
		return plumbing.ZeroHash, "", nil, err
	}
	if ctx, err = o.admit(ctx, place); err != nil {
		return plumbing.ZeroHash, "", nil, err
	}
	return gitwire.Head(ctx, gitwire.Request{Endpoint: place.Endpoint, Auth: auth, Transport: o.Transport, Branch: o.Branch, Tags: o.Needs.Has(audit.NeedTags)})
}

// advise names the target and ends with the next step.
func advise(target string, place Place, err error) error {
	token := ""
	if place.Endpoint != nil {
		token = "set " + TokenVariable(place.Endpoint.Host) + " to a token that may read it"
	}
	for _, advice := range []struct {
		meaning error
		applies bool
		step    string
	}{
		{guard.ErrPrivate, true, "audit it by an address that you name yourself"},
		{audit.ErrForbidden, place.Folder == "" && place.Endpoint.Protocol == "ssh", "load a key that may read it into your ssh agent"},
		{audit.ErrForbidden, true, token},
		{audit.ErrEmpty, true, "push a first commit, then audit again"},
		{audit.ErrNotFound, place.Folder != "", "name a folder that holds a git repository, or an address"},
		{audit.ErrNotFound, true, "check the spelling; if it is private, " + token},
		{audit.ErrRateLimited, true, "wait, then try again"},
		{audit.ErrTooLarge, true, "raise the limit in the configuration"},
		{audit.ErrUnreachable, true, "check the address and the network, then try again"},
		{audit.ErrDamaged, place.Folder != "", "check it with 'git fsck'"},
		{audit.ErrDamaged, true, "check that the address is a git repository's, then try again"},
	} {
		if errors.Is(err, advice.meaning) && advice.applies {
			return fmt.Errorf("audit %s: %w; %s", target, err, advice.step)
		}
	}
	return fmt.Errorf("audit %s: %w", target, err)
}

// reader reads snapshots out of a store of objects, local or fetched.
type reader struct {
	objects storer.EncodedObjectStorer
	limits  Limits
	folder  string
	// omitted says that files which are not held were left out for their size.
	omitted bool
	reached []audit.Limit
	// graph is set by past, blobs by tree.
	graph graph
	blobs *blobs
}

func (r *reader) reach(name string, value int64, what string) {
	r.reached = append(r.reached, audit.Limit{Name: name, Value: value, What: what})
}

// describe fills in which commit is audited.
func (r *reader) describe(head plumbing.Hash, branch, url string) (audit.Repository, commit, error) {
	c, err := r.commit(head)
	if err != nil {
		return audit.Repository{}, c, fmt.Errorf("read commit %s: %w", head, err)
	}
	return audit.Repository{URL: url, Branch: branch, Commit: head.String(), CommittedAt: c.committed}, c, nil
}
