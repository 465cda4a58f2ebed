// Package gitwire fetches the least that an audit needs from a git server: the
// files of one commit and, apart from them, the bare commits of its history.
// Nothing is checked out, and no git program is needed.
package gitwire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/sideband"
	"github.com/go-git/go-git/v5/plumbing/transport"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Request says what to fetch.
type Request struct {
	// Endpoint is where; Auth may be nil.
	Endpoint *transport.Endpoint
	Auth     transport.AuthMethod
	// Transport speaks http and https; nil for one that reaches the internet only,
	// and the endpoint's host where the context names it: see [guard.Naming].
	Transport http.RoundTripper
	// Branch is fetched instead of the server's HEAD when it is not empty.
	Branch string
	// Files and History choose what is wanted.
	Files, History bool
	// Past is how many generations before the head have their files fetched too.
	Past int
	// Folders asks for the trees of the whole history too, not for files.
	Folders bool
	// Tags asks for the list of tags, which comes with the name of the HEAD.
	Tags bool
	// BlobBytes leaves out files of that size or more, where the server can.
	BlobBytes int64
	// FetchBytes bounds each of the two fetches, in bytes on the wire.
	FetchBytes int64
	// Commits bounds the history asked of a server that cannot filter.
	Commits int
	// MemoryBytes is how much content is held in memory; DiskBytes is how much
	// more goes to a temporary file, which has no name and vanishes with the
	// process.
	MemoryBytes, DiskBytes int64
}

// Fetched is what came back. Close it when done.
type Fetched struct {
	// Head is the commit that the server's HEAD names; Branch is its short name,
	// "" when HEAD is detached.
	Head   plumbing.Hash
	Branch string
	// Tags are all that the server has, in the order of their names; nil when not
	// asked for.
	Tags []audit.Tag
	// Files holds the trees and blobs of Head, and of its past as far as asked; nil when not asked for.
	Files *Objects
	// History holds commits, and trees when asked for; nil when not asked for.
	History *Objects
	// FilesErr and HistoryErr say why one of the two could not be had while the
	// other was; at least one is nil.
	FilesErr, HistoryErr error
	// Filtered is false when the server could not filter, so that History is
	// bounded by Request.Commits.
	Filtered bool
	// Bytes received, both fetches together.
	Bytes int64
}

// Close frees the memory and the temporary files.
func (f *Fetched) Close() error {
	return errors.Join(f.Files.Close(), f.History.Close())
}

// Fetch asks the server for its HEAD and fetches what the request names, the
// files and the history at the same time. The error wraps one of audit's:
// ErrNotFound, ErrForbidden, ErrEmpty, ErrUnreachable, ErrTooLarge, ErrDamaged,
// ErrUnsupported.
func Fetch(ctx context.Context, r Request) (*Fetched, error) {
	session, adv, err := open(ctx, r)
	if err != nil {
		return nil, err
	}
	defer session.Close()
	fetched := &Fetched{}
	if fetched.Head, fetched.Branch, err = head(adv, r.Branch); err != nil {
		return nil, err
	}
	fetched.Tags = tags(adv, r.Tags)
	caps := adv.Capabilities
	if !caps.Supports(capability.Shallow) {
		return nil, fmt.Errorf("the server cannot send a part of the history: %w", audit.ErrUnsupported)
	}
	fetched.Filtered = caps.Supports(capability.Filter)
	return fetched, fetched.both(ctx, session, caps, r)
}

// Head asks the server which commit its HEAD names, and by which branch, with the
// tags that the request asks for, and fetches nothing. The errors are those of
// [Fetch].
func Head(ctx context.Context, r Request) (commit plumbing.Hash, branch string, all []audit.Tag, err error) {
	session, adv, err := open(ctx, r)
	if err != nil {
		return plumbing.ZeroHash, "", nil, err
	}
	defer session.Close()
	commit, branch, err = head(adv, r.Branch)
	return commit, branch, tags(adv, r.Tags), err
}

// both runs the two fetches side by side. HTTP has no state, so they share one
// session; any other transport needs a second connection.
func (f *Fetched) both(ctx context.Context, session transport.UploadPackSession, caps *capability.List, r Request) error {
	var filesBytes, historyBytes int64
	var wg sync.WaitGroup
	if r.Files {
		wg.Go(func() {
			f.Files, filesBytes, f.FilesErr = get(ctx, session, f.wantFiles(caps, r), r, keepFiles)
		})
	}
	if r.History {
		wg.Go(func() {
			second := session
			if r.Files && !stateless(r.Endpoint) {
				var err error
				if second, _, err = open(ctx, r); err != nil {
					f.HistoryErr = err
					return
				}
				defer second.Close()
			}
			f.History, historyBytes, f.HistoryErr = get(ctx, second, f.wantHistory(caps, r), r, keepHistory(r.Folders))
		})
	}
	wg.Wait()
	f.Bytes = filesBytes + historyBytes
	return f.oneIsEnough(r)
}

func keepFiles(kind plumbing.ObjectType) bool { return kind != plumbing.TagObject }

func keepHistory(folders bool) func(plumbing.ObjectType) bool {
	return func(kind plumbing.ObjectType) bool {
		return kind == plumbing.CommitObject || folders && kind == plumbing.TreeObject
	}
}

// wantFiles asks for one commit with its files, and those before it when the past
// is wanted; files too large to be read are
// left out where the server can do so.
func (f *Fetched) wantFiles(caps *capability.List, r Request) *packp.UploadPackRequest {
	req := f.want(caps, 1+r.Past)
	if f.Filtered {
		filter(req, packp.FilterBlobLimit(uint64(r.BlobBytes), ""))
	}
	return req
}

// wantHistory asks for every commit without its files. A server that cannot
// leave the files out is asked for some commits only, and the files are thrown
// away as they arrive.
func (f *Fetched) wantHistory(caps *capability.List, r Request) *packp.UploadPackRequest {
	if !f.Filtered {
		return f.want(caps, r.Commits)
	}
	req := f.want(caps, 0)
	if r.Folders {
		filter(req, packp.FilterBlobNone())
		return req
	}
	filter(req, packp.FilterTreeDepth(0))
	return req
}

// oneIsEnough returns an error only when nothing that was asked for came.
func (f *Fetched) oneIsEnough(r Request) error {
	filesFailed, historyFailed := !r.Files || f.FilesErr != nil, !r.History || f.HistoryErr != nil
	if filesFailed && historyFailed {
		return errors.Join(f.FilesErr, f.HistoryErr, f.Close())
	}
	return nil
}

// want asks for the head and depth-1 generations before it; 0 is all of them.
func (f *Fetched) want(caps *capability.List, depth int) *packp.UploadPackRequest {
	req := packp.NewUploadPackRequestFromCapabilities(caps)
	// A thin pack refers to objects that we said we have, and we have none.
	req.Capabilities.Delete(capability.ThinPack)
	if caps.Supports(capability.NoProgress) {
		_ = req.Capabilities.Set(capability.NoProgress)
	}
	if depth > 0 {
		req.Depth = packp.DepthCommits(depth)
		_ = req.Capabilities.Set(capability.Shallow)
	}
	req.Wants = []plumbing.Hash{f.Head}
	return req
}

func filter(req *packp.UploadPackRequest, f packp.Filter) {
	req.Filter = f
	_ = req.Capabilities.Set(capability.Filter)
}

// get runs one fetch to its end. The bytes are counted also when it fails.
func get(ctx context.Context, session transport.UploadPackSession, req *packp.UploadPackRequest, r Request,
	keep func(plumbing.ObjectType) bool) (objects *Objects, read int64, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			_ = objects.Close()
			objects, err = nil, fmt.Errorf("%v: %w", cause, audit.ErrDamaged)
		}
	}()
	response, err := session.UploadPack(ctx, req)
	if err != nil {
		return nil, 0, meaning(ctx, err)
	}
	defer response.Close()
	// A connection that has gone silent is not interrupted by the context alone
	// on every transport; closing it is.
	stop := context.AfterFunc(ctx, func() { _ = response.Close() })
	defer stop()
	limited := &limitedReader{r: response, left: r.FetchBytes}
	objects = NewObjects(r.MemoryBytes, r.DiskBytes)
	err = readPack(demux(limited, req.Capabilities), objects, keep, r.BlobBytes)
	read = r.FetchBytes - limited.left
	if err != nil {
		_ = objects.Close()
		if limited.exceeded {
			err = fmt.Errorf("more than %d bytes: %w", r.FetchBytes, audit.ErrTooLarge)
		}
		return nil, read, meaning(ctx, err)
	}
	return objects, read, nil
}

func demux(r io.Reader, caps *capability.List) io.Reader {
	switch {
	case caps.Supports(capability.Sideband64k):
		return sideband.NewDemuxer(sideband.Sideband64k, r)
	case caps.Supports(capability.Sideband):
		return sideband.NewDemuxer(sideband.Sideband, r)
	}
	return r
}

// limitedReader fails once more than left bytes were read, where an
// io.LimitedReader would pretend that the data ended.
type limitedReader struct {
	r        io.Reader
	left     int64
	exceeded bool
}

func (l *limitedReader) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		l.exceeded = true
		return 0, audit.ErrTooLarge
	}
	return n, err
}
