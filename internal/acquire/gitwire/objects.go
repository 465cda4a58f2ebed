package gitwire

import (
	"bytes"
	"crypto/sha1"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/storer"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Objects holds fetched objects, in memory as long as there is room and then in
// a temporary file without a name. One goroutine writes; once it is done, any
// number may read. It implements [storer.EncodedObjectStorer], for reading only.
type Objects struct {
	entries map[plumbing.Hash]entry
	// memoryLeft and diskLeft are how much more may be held.
	memoryLeft, diskLeft int64
	spill                *os.File
	spilled              int64
	// named is true while the spill file can be seen in its folder.
	named bool
}

type entry struct {
	kind plumbing.ObjectType
	// held is nil when the content lies in the spill file.
	held           []byte
	offset, length int64
}

// NewObjects returns an empty store that holds up to memoryBytes in memory and
// diskBytes more on disk.
func NewObjects(memoryBytes, diskBytes int64) *Objects {
	return &Objects{entries: map[plumbing.Hash]entry{}, memoryLeft: memoryBytes, diskLeft: diskBytes}
}

// Close frees the temporary file. It may be called twice, and on nil.
func (o *Objects) Close() error {
	if o == nil || o.spill == nil {
		return nil
	}
	err := o.spill.Close()
	if o.named {
		err = errors.Join(err, os.Remove(o.spill.Name()))
	}
	o.spill = nil
	return err
}

// Len counts the objects.
func (o *Objects) Len() int { return len(o.entries) }

// Add keeps an object and returns its name. The content then belongs to the
// store. It returns an error that wraps [audit.ErrTooLarge] when both memory and
// disk are used up.
func (o *Objects) Add(kind plumbing.ObjectType, content []byte) (plumbing.Hash, error) {
	name := nameOf(kind, content)
	if _, ok := o.entries[name]; ok {
		return name, nil
	}
	e := entry{kind: kind, length: int64(len(content))}
	switch {
	case e.length <= o.memoryLeft:
		o.memoryLeft -= e.length
		e.held = content
	case e.length <= o.diskLeft:
		o.diskLeft -= e.length
		var err error
		if e.offset, err = o.append(content); err != nil {
			return name, err
		}
	default:
		return name, fmt.Errorf("more content than may be held: %w", audit.ErrTooLarge)
	}
	o.entries[name] = e
	return name, nil
}

// nameOf hashes an object. The standard library's SHA-1 uses the processor's own
// instructions. It does not look for forged collisions as git does: whoever
// forges one here deceives the audit of a repository that is theirs to write.
func nameOf(kind plumbing.ObjectType, content []byte) plumbing.Hash {
	h := sha1.New()
	fmt.Fprintf(h, "%s %d\x00", kind, len(content))
	h.Write(content)
	return plumbing.Hash(h.Sum(nil))
}

// append writes to the spill file and returns where.
func (o *Objects) append(content []byte) (offset int64, err error) {
	if o.spill == nil {
		if o.spill, err = os.CreateTemp("", "perenne-"); err != nil {
			return 0, fmt.Errorf("open temporary file: %w", err)
		}
		// Without a name it vanishes when the process ends, however it ends. A
		// system that refuses to unlink an open file leaves that to Close.
		o.named = os.Remove(o.spill.Name()) != nil
	}
	offset = o.spilled
	n, err := o.spill.Write(content)
	o.spilled += int64(n)
	return offset, err
}

// content returns an entry's bytes. The caller does not change them.
func (o *Objects) content(e entry) ([]byte, error) {
	if e.held != nil || e.length == 0 {
		return e.held, nil
	}
	data := make([]byte, e.length)
	_, err := o.spill.ReadAt(data, e.offset)
	return data, err
}

// Trees returns a function that reads trees, for one goroutine; what it returns
// must not be changed. The error wraps [audit.ErrNotFound].
func (o *Objects) Trees() func(plumbing.Hash) ([]byte, error) {
	return func(name plumbing.Hash) ([]byte, error) {
		e, ok := o.entries[name]
		if !ok || e.kind != plumbing.TreeObject {
			return nil, fmt.Errorf("tree %s: %w", name, audit.ErrNotFound)
		}
		return o.content(e)
	}
}

// NewEncodedObject is not offered: fetched objects are what they are.
func (o *Objects) NewEncodedObject() plumbing.EncodedObject { return nil }

// SetEncodedObject is not offered: see [Objects.Add].
func (o *Objects) SetEncodedObject(plumbing.EncodedObject) (plumbing.Hash, error) {
	return plumbing.ZeroHash, audit.ErrUnsupported
}

// EncodedObject finds an object; kind may be AnyObject.
func (o *Objects) EncodedObject(kind plumbing.ObjectType, hash plumbing.Hash) (plumbing.EncodedObject, error) {
	e, ok := o.entries[hash]
	if !ok || (kind != plumbing.AnyObject && kind != e.kind) {
		return nil, plumbing.ErrObjectNotFound
	}
	return &object{hash: hash, entry: e, spill: o.spill}, nil
}

// HasEncodedObject returns ErrObjectNotFound for an object that is not held.
func (o *Objects) HasEncodedObject(hash plumbing.Hash) error {
	if _, ok := o.entries[hash]; !ok {
		return plumbing.ErrObjectNotFound
	}
	return nil
}

// EncodedObjectSize returns an object's size in bytes.
func (o *Objects) EncodedObjectSize(hash plumbing.Hash) (int64, error) {
	e, ok := o.entries[hash]
	if !ok {
		return 0, plumbing.ErrObjectNotFound
	}
	return e.length, nil
}

// IterEncodedObjects is not offered: nothing here needs an order.
func (o *Objects) IterEncodedObjects(plumbing.ObjectType) (storer.EncodedObjectIter, error) {
	return nil, audit.ErrUnsupported
}

// AddAlternate is not offered: fetched objects stand alone.
func (o *Objects) AddAlternate(string) error { return audit.ErrUnsupported }

// object is one entry as go-git wants to see it. It cannot be changed.
type object struct {
	hash  plumbing.Hash
	entry entry
	spill *os.File
}

func (o *object) Hash() plumbing.Hash             { return o.hash }
func (o *object) Type() plumbing.ObjectType       { return o.entry.kind }
func (o *object) SetType(plumbing.ObjectType)     {}
func (o *object) Size() int64                     { return o.entry.length }
func (o *object) SetSize(int64)                   {}
func (o *object) Writer() (io.WriteCloser, error) { return nil, audit.ErrUnsupported }

// Held returns the content when it lies in memory, else nil. It must not be
// changed.
func (o *object) Held() []byte { return o.entry.held }

func (o *object) Reader() (io.ReadCloser, error) {
	if o.entry.held != nil || o.entry.length == 0 {
		return io.NopCloser(bytes.NewReader(o.entry.held)), nil
	}
	return io.NopCloser(io.NewSectionReader(o.spill, o.entry.offset, o.entry.length)), nil
}
