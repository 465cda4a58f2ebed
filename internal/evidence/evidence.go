// Package evidence keeps what an audit looked at, so that the same commit can be
// judged again, at another date or by another version of the checks, without
// fetching it.
package evidence

import (
	"bytes"
	"compress/gzip"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Recorder remembers the content that is read through it. It implements
// [audit.Blobs].
type Recorder struct {
	from     audit.Blobs
	snapshot *audit.Snapshot
	mu       sync.Mutex
	read     map[string]blob
}

// blob is what reading a file gave.
type blob struct {
	Content []byte
	// Lost is the meaning of the error, an index into losses; 0 for none.
	Lost int
}

// losses are the errors that a replayed reading can give again.
var losses = []error{nil, audit.ErrNotFound, audit.ErrTooLarge, audit.ErrDamaged}

// Record makes the snapshot remember what is read from it. Call it before
// anything is.
func Record(s *audit.Snapshot) *Recorder {
	r := &Recorder{snapshot: s, read: map[string]blob{}}
	s.Digests = audit.NewDigests(nil)
	if s.Tree != nil {
		r.from = s.Tree.Through(r)
	}
	return r
}

// Blob implements [audit.Blobs].
func (r *Recorder) Blob(f audit.File) ([]byte, error) {
	content, err := r.Pass(f)
	r.Seen(f, content, err)
	return content, err
}

// Pass implements [audit.Witness].
func (r *Recorder) Pass(f audit.File) ([]byte, error) { return r.from.Blob(f) }

// Seen implements [audit.Witness].
func (r *Recorder) Seen(f audit.File, content []byte, err error) {
	b := blob{Content: content}
	if err != nil {
		b.Lost = len(losses) - 1
		for i, loss := range losses[1:] {
			if errors.Is(err, loss) {
				b.Lost = i + 1
				break
			}
		}
	}
	r.mu.Lock()
	r.read[f.Blob] = b
	r.mu.Unlock()
}

// record is what is stored. Fields are only ever added.
type record struct {
	Repository audit.Repository
	HasTree    bool
	Files      []audit.File
	Truncated  bool
	History    *audit.History
	Forge      *audit.Forge
	Limits     []audit.Limit
	Read       map[string]blob
	// HasTags tells no tags from tags that were not asked for.
	HasTags bool
	Tags    []audit.Tag
	Digests map[string][]byte
}

// MaxBytes is the size past which evidence is not worth keeping: fetching again
// is cheaper.
const MaxBytes = 8 << 20

// writers are used again and again: a new one takes a megabyte. The fastest level
// takes a third of the usual one's time, for a quarter more bytes.
var writers = sync.Pool{New: func() any {
	// The level is a constant of the package, so there is no error.
	w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	return w
}}

// Bytes returns what was read so far, compressed. It returns an error that wraps
// [audit.ErrTooLarge] past [MaxBytes].
func (r *Recorder) Bytes() ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.snapshot
	var out bytes.Buffer
	z := writers.Get().(*gzip.Writer)
	defer writers.Put(z)
	z.Reset(&out)
	err := gob.NewEncoder(z).Encode(record{
		Repository: s.Repository, HasTree: s.Tree != nil, Files: s.Files(), Truncated: s.Truncated(),
		History: s.History, Forge: s.Forge, Limits: s.Limits, Read: r.read,
		HasTags: s.Tags != nil, Tags: s.Tags, Digests: s.Digests.All(),
	})
	if err := errors.Join(err, z.Close()); err != nil {
		return nil, fmt.Errorf("keep the evidence: %w", err)
	}
	if out.Len() > MaxBytes {
		return nil, fmt.Errorf("evidence of %d bytes: %w", out.Len(), audit.ErrTooLarge)
	}
	return out.Bytes(), nil
}

// Replayed is a snapshot made of kept evidence.
type Replayed struct {
	*audit.Snapshot
	missed atomic.Bool
	read   map[string]blob
}

// maxInflated bounds what damaged evidence may claim to hold.
const maxInflated = 512 << 20

// Replay returns the snapshot as it was, taken at another time. The error wraps
// [audit.ErrDamaged].
func Replay(data []byte, at time.Time) (*Replayed, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("read kept evidence: %w: %w", audit.ErrDamaged, err)
	}
	var kept record
	if err := gob.NewDecoder(io.LimitReader(z, maxInflated)).Decode(&kept); err != nil {
		return nil, fmt.Errorf("read kept evidence: %w: %w", audit.ErrDamaged, err)
	}
	r := &Replayed{read: kept.Read, Snapshot: &audit.Snapshot{
		Repository: kept.Repository, TakenAt: at, History: kept.History, Forge: kept.Forge, Limits: kept.Limits,
		Digests: audit.NewDigests(kept.Digests),
	}}
	if kept.HasTags {
		r.Tags = append([]audit.Tag{}, kept.Tags...)
	}
	if kept.HasTree {
		r.Tree = audit.NewTree(kept.Files, r, kept.Truncated)
	}
	return r, nil
}

// Blob implements [audit.Blobs].
func (r *Replayed) Blob(f audit.File) ([]byte, error) {
	b, ok := r.read[f.Blob]
	if !ok {
		r.missed.Store(true)
		return nil, fmt.Errorf("not among the kept evidence: %w", audit.ErrNotFound)
	}
	if b.Lost > 0 && b.Lost < len(losses) {
		return nil, losses[b.Lost]
	}
	return b.Content, nil
}

// Whole reports whether everything that was asked for was there. When it is
// false, verdicts on this snapshot count for nothing: fetch it again.
func (r *Replayed) Whole() bool { return !r.missed.Load() }
