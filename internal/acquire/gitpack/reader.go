package gitpack

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/perenne-audit/perenne/internal/audit"
)

const (
	// maxObjectBytes bounds one object: commits and trees are what is asked for.
	maxObjectBytes = 64 << 20
	// maxChain is how many changes deep an object may be told; git makes 50, and
	// 4095 at most.
	maxChain = 4096
	// windowBytes is how much of a pack is read at a time. What a history asks for
	// lies close together.
	windowBytes = 32 << 10
)

// Reader reads objects, for one goroutine.
type Reader struct {
	packs      []*pack
	cacheBytes int
	// recent and older hold what was read last, by where it lies. When recent is
	// full it becomes older, and what was older is forgotten.
	recent, older map[place][]byte
	recentBytes   int

	window window
	zlib   io.ReadCloser
	chain  []link
}

// place is where an object lies.
type place struct {
	pack   *pack
	offset int64
}

// link is one step of a chain of changes.
type link struct {
	place place
	delta []byte
}

// Object returns the content of an object, which must not be changed. The error
// wraps [audit.ErrNotFound] when no pack holds it, [audit.ErrDamaged] or
// [audit.ErrTooLarge].
func (r *Reader) Object(name plumbing.Hash) ([]byte, error) {
	at, found := r.find(name)
	if !found {
		return nil, fmt.Errorf("object %s: %w", name, audit.ErrNotFound)
	}
	content, err := r.content(at)
	if err != nil {
		return nil, fmt.Errorf("object %s: %w", name, err)
	}
	return content, nil
}

func (r *Reader) find(name plumbing.Hash) (place, bool) {
	for _, p := range r.packs {
		if offset, found := p.find(name); found {
			return place{p, offset}, true
		}
	}
	return place{}, false
}

// content goes down a chain of changes to something whole, and up again.
func (r *Reader) content(at place) ([]byte, error) {
	r.chain = r.chain[:0]
	var content []byte
	for content == nil {
		if held, ok := r.cached(at); ok {
			content = held
			break
		}
		if len(r.chain) > maxChain {
			return nil, fmt.Errorf("chain of changes without an end: %w", audit.ErrDamaged)
		}
		base, data, err := r.entry(at)
		if err != nil {
			return nil, err
		}
		if base.pack == nil {
			content = data
			r.keep(at, content)
			break
		}
		r.chain = append(r.chain, link{at, data})
		at = base
	}
	for i := len(r.chain) - 1; i >= 0; i-- {
		var err error
		if content, err = patch(content, r.chain[i].delta); err != nil {
			return nil, err
		}
		r.keep(r.chain[i].place, content)
	}
	return content, nil
}

func (r *Reader) cached(at place) ([]byte, bool) {
	if content, ok := r.recent[at]; ok {
		return content, true
	}
	content, ok := r.older[at]
	if ok {
		r.keep(at, content)
	}
	return content, ok
}

func (r *Reader) keep(at place, content []byte) {
	if r.recentBytes += len(content); r.recentBytes > r.cacheBytes/2 {
		r.older, r.recent = r.recent, make(map[place][]byte, len(r.recent))
		r.recentBytes = len(content)
	}
	r.recent[at] = content
}

// entry reads one entry of a pack: a whole object, or the changes to another,
// whose place it then returns.
func (r *Reader) entry(at place) (base place, content []byte, err error) {
	r.window.seek(at)
	kind, size, err := r.header()
	if err != nil {
		return base, nil, damaged(err)
	}
	switch kind {
	case plumbing.OFSDeltaObject:
		distance, err := r.distance()
		if err != nil {
			return base, nil, damaged(err)
		}
		if distance <= 0 || distance >= at.offset {
			return base, nil, fmt.Errorf("base of a delta: %w", audit.ErrDamaged)
		}
		base = place{at.pack, at.offset - distance}
	case plumbing.REFDeltaObject:
		var name plumbing.Hash
		if _, err := io.ReadFull(&r.window, name[:]); err != nil {
			return base, nil, damaged(err)
		}
		var found bool
		if base, found = r.find(name); !found {
			return base, nil, fmt.Errorf("base of a delta: %w", audit.ErrDamaged)
		}
	case plumbing.CommitObject, plumbing.TreeObject, plumbing.BlobObject, plumbing.TagObject:
	default:
		return base, nil, fmt.Errorf("object of type %d: %w", kind, audit.ErrDamaged)
	}
	content, err = r.inflate(size)
	return base, content, err
}

// header reads a type and a size, seven bits a byte after the first four.
func (r *Reader) header() (plumbing.ObjectType, int64, error) {
	b, err := r.window.ReadByte()
	kind, size := plumbing.ObjectType(b>>4&7), int64(b&15)
	for shift := 4; b&0x80 != 0 && err == nil; shift += 7 {
		if shift > 53 {
			return 0, 0, fmt.Errorf("size of an object: %w", audit.ErrDamaged)
		}
		b, err = r.window.ReadByte()
		size |= int64(b&0x7f) << shift
	}
	return kind, size, err
}

// distance reads how far back the base of a delta starts.
func (r *Reader) distance() (int64, error) {
	b, err := r.window.ReadByte()
	n := int64(b & 0x7f)
	for b&0x80 != 0 && err == nil && n < 1<<48 {
		b, err = r.window.ReadByte()
		n = (n+1)<<7 | int64(b&0x7f)
	}
	return n, err
}

func (r *Reader) inflate(size int64) ([]byte, error) {
	if size > maxObjectBytes {
		return nil, fmt.Errorf("object of %d bytes: %w", size, audit.ErrTooLarge)
	}
	var err error
	if r.zlib == nil {
		r.zlib, err = zlib.NewReader(&r.window)
	} else {
		err = r.zlib.(zlib.Resetter).Reset(&r.window, nil)
	}
	if err != nil {
		return nil, damaged(err)
	}
	// A false size must cost nothing: room past a mebibyte is made as bytes come.
	if size > 1<<20 {
		var grown bytes.Buffer
		if _, err := io.CopyN(&grown, r.zlib, size); err != nil {
			return nil, damaged(err)
		}
		return grown.Bytes(), nil
	}
	content := make([]byte, size)
	if _, err := io.ReadFull(r.zlib, content); err != nil {
		return nil, damaged(err)
	}
	return content, nil
}

func damaged(err error) error { return fmt.Errorf("%w: %w", audit.ErrDamaged, err) }

// patch applies changes to a base. They begin with the sizes of the base and of
// the result; then each says which bytes to copy from the base, or holds new
// ones.
func patch(base, delta []byte) ([]byte, error) {
	broken := fmt.Errorf("delta: %w", audit.ErrDamaged)
	from, n := binary.Uvarint(delta)
	if n <= 0 || from != uint64(len(base)) {
		return nil, broken
	}
	delta = delta[n:]
	to, n := binary.Uvarint(delta)
	if n <= 0 || to > maxObjectBytes {
		return nil, broken
	}
	delta = delta[n:]
	result := make([]byte, 0, min(to, uint64(len(base)+len(delta))))
	for len(delta) > 0 {
		command := delta[0]
		delta = delta[1:]
		if command&0x80 == 0 {
			if command == 0 || int(command) > len(delta) {
				return nil, broken
			}
			result = append(result, delta[:command]...)
			delta = delta[command:]
			continue
		}
		var offset, size uint32
		for bit := range 7 {
			if command&(1<<bit) == 0 {
				continue
			}
			if len(delta) == 0 {
				return nil, broken
			}
			if bit < 4 {
				offset |= uint32(delta[0]) << (8 * bit)
			} else {
				size |= uint32(delta[0]) << (8 * (bit - 4))
			}
			delta = delta[1:]
		}
		if size == 0 {
			size = 0x10000
		}
		end := uint64(offset) + uint64(size)
		if end > uint64(len(base)) || uint64(len(result))+uint64(size) > to {
			return nil, broken
		}
		result = append(result, base[offset:end]...)
	}
	if uint64(len(result)) != to {
		return nil, broken
	}
	return result, nil
}

// window reads a pack from some place on. It is an [io.ByteReader], so that the
// inflater reads from it directly.
type window struct {
	pack *pack
	data [windowBytes]byte
	// start is where in the pack data begins; data[at:end] is not yet taken.
	start   int64
	at, end int
}

func (w *window) seek(p place) {
	if w.pack == p.pack && p.offset >= w.start && p.offset < w.start+int64(w.end) {
		w.at = int(p.offset - w.start)
		return
	}
	w.pack, w.start, w.at, w.end = p.pack, p.offset, 0, 0
}

func (w *window) fill() error {
	w.start += int64(w.end)
	w.at = 0
	var err error
	w.end, err = w.pack.file.ReadAt(w.data[:], w.start)
	if w.end > 0 {
		return nil
	}
	return err
}

// ReadByte implements [io.ByteReader].
func (w *window) ReadByte() (byte, error) {
	if w.at == w.end {
		if err := w.fill(); err != nil {
			return 0, err
		}
	}
	b := w.data[w.at]
	w.at++
	return b, nil
}

// Read implements [io.Reader].
func (w *window) Read(p []byte) (int, error) {
	if w.at == w.end {
		if err := w.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, w.data[w.at:w.end])
	w.at += n
	return n, nil
}
