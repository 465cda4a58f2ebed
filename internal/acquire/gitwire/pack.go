package gitwire

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/perenne-audit/perenne/internal/audit"
)

// The pack format is described in gitformat-pack(5). go-git reads packs too, but
// inflates whatever size an object claims into memory before anybody can object,
// inflates and hashes each object twice, and keeps all of it. Here an object is
// read once, as it arrives, and what nobody asked for is thrown away.

// maxStructureBytes bounds one commit, tree or tag. A folder of a million files
// is about 40 MB.
const maxStructureBytes = 64 << 20

// packReader reads one pack from a stream.
type packReader struct {
	in      *hashingReader
	zlib    io.ReadCloser
	objects *Objects
	// keep says which kinds are wanted; blobBytes is the size from which a blob
	// is not.
	keep      func(plumbing.ObjectType) bool
	blobBytes int64
	// names maps the offset of an object to its name, for deltas that follow.
	names map[int64]plumbing.Hash
	// waiting are deltas whose base has not arrived yet.
	waiting []delta
}

// delta is an object told as the changes to another.
type delta struct {
	offset int64
	base   plumbing.Hash
	data   []byte
}

// readPack reads a whole pack into objects: those of the kinds to keep, and
// blobs only below blobBytes. The error wraps [audit.ErrDamaged] or
// [audit.ErrTooLarge], or is the stream's own.
func readPack(stream io.Reader, objects *Objects, keep func(plumbing.ObjectType) bool, blobBytes int64) error {
	p := &packReader{
		in:      newHashingReader(stream),
		objects: objects, keep: keep, blobBytes: blobBytes, names: map[int64]plumbing.Hash{},
	}
	count, err := p.header()
	if err != nil {
		return err
	}
	for range count {
		if err := p.object(); err != nil {
			return damaged(err)
		}
	}
	if err := p.trailer(); err != nil {
		return damaged(err)
	}
	return p.settle()
}

// damaged calls whatever a decoder complains about damage; what the stream
// itself reports passes through.
func damaged(err error) error {
	for _, other := range []error{audit.ErrTooLarge, audit.ErrDamaged, io.EOF, io.ErrUnexpectedEOF} {
		if errors.Is(err, other) {
			return err
		}
	}
	for _, format := range []error{zlib.ErrHeader, zlib.ErrChecksum, zlib.ErrDictionary, packfile.ErrInvalidDelta, packfile.ErrDeltaCmd} {
		if errors.Is(err, format) {
			return fmt.Errorf("%w: %w", audit.ErrDamaged, err)
		}
	}
	return err
}

func (p *packReader) header() (count uint32, err error) {
	var head [12]byte
	if _, err := io.ReadFull(p.in, head[:]); err != nil {
		return 0, err
	}
	version := binary.BigEndian.Uint32(head[4:])
	if string(head[:4]) != "PACK" || (version != 2 && version != 3) {
		return 0, fmt.Errorf("not a pack: %w", audit.ErrDamaged)
	}
	return binary.BigEndian.Uint32(head[8:]), nil
}

// object reads one entry: a header of type and size, a reference to the base for
// a delta, then the deflated content.
func (p *packReader) object() error {
	offset := p.in.offset()
	kind, size, err := p.objectHeader()
	if err != nil {
		return err
	}
	d := delta{offset: offset}
	switch kind {
	case plumbing.OFSDeltaObject:
		distance, err := p.distance()
		if err != nil {
			return err
		}
		// An unknown base was thrown away, and so is what builds on it.
		d.base = p.names[offset-distance]
	case plumbing.REFDeltaObject:
		if _, err := io.ReadFull(p.in, d.base[:]); err != nil {
			return err
		}
	case plumbing.CommitObject, plumbing.TreeObject, plumbing.BlobObject, plumbing.TagObject:
	default:
		return fmt.Errorf("object of type %d: %w", kind, audit.ErrDamaged)
	}
	if !kind.IsDelta() && !p.wanted(kind, size) || kind.IsDelta() && d.base.IsZero() {
		return p.skip(size)
	}
	if size > maxStructureBytes {
		return fmt.Errorf("object of %d bytes: %w", size, audit.ErrTooLarge)
	}
	content, err := p.inflate(size)
	if err != nil {
		return err
	}
	if kind.IsDelta() {
		d.data = content
		return p.resolve(d)
	}
	return p.add(offset, kind, content)
}

func (p *packReader) wanted(kind plumbing.ObjectType, size int64) bool {
	return p.keep(kind) && (kind != plumbing.BlobObject || size < p.blobBytes)
}

// objectHeader reads a type and a size, seven bits a byte after the first four.
func (p *packReader) objectHeader() (plumbing.ObjectType, int64, error) {
	b, err := p.in.ReadByte()
	if err != nil {
		return 0, 0, err
	}
	kind, size := plumbing.ObjectType(b>>4&7), int64(b&15)
	for shift := 4; b&0x80 != 0; shift += 7 {
		if b, err = p.in.ReadByte(); err != nil {
			return 0, 0, err
		}
		if shift > 53 {
			return 0, 0, fmt.Errorf("size of an object: %w", audit.ErrDamaged)
		}
		size |= int64(b&0x7f) << shift
	}
	return kind, size, nil
}

// distance reads how far back the base of a delta starts.
func (p *packReader) distance() (int64, error) {
	b, err := p.in.ReadByte()
	if err != nil {
		return 0, err
	}
	n := int64(b & 0x7f)
	for b&0x80 != 0 {
		if b, err = p.in.ReadByte(); err != nil {
			return 0, err
		}
		if n > 1<<48 {
			return 0, fmt.Errorf("base of a delta: %w", audit.ErrDamaged)
		}
		n = (n+1)<<7 | int64(b&0x7f)
	}
	return n, nil
}

// open starts inflating the next content.
func (p *packReader) open() (err error) {
	if p.zlib == nil {
		p.zlib, err = zlib.NewReader(p.in)
		return err
	}
	return p.zlib.(zlib.Resetter).Reset(p.in, nil)
}

// maxTrustedBytes is the size up to which room is made before bytes arrive. Past
// it, a false size must cost nothing.
const maxTrustedBytes = 1 << 20

// inflate returns content of exactly size bytes.
func (p *packReader) inflate(size int64) ([]byte, error) {
	if err := p.open(); err != nil {
		return nil, err
	}
	content := make([]byte, 0, min(size, maxTrustedBytes))
	for int64(len(content)) < size {
		if len(content) == cap(content) {
			content = slices.Grow(content, int(min(size-int64(len(content)), int64(len(content)))))
		}
		room := content[len(content):min(int64(cap(content)), size)]
		n, err := p.zlib.Read(room)
		content = content[:len(content)+n]
		// The end of the deflated content is an EOF; that of the connection is an
		// unexpected one.
		if err == io.EOF && int64(len(content)) < size {
			return nil, fmt.Errorf("object of %d bytes that claims %d: %w", len(content), size, audit.ErrDamaged)
		}
		if err != nil && err != io.EOF {
			return nil, err
		}
	}
	return content, p.ended(size)
}

// ended checks that the content ends here, and reads its checksum.
func (p *packReader) ended(size int64) error {
	var one [1]byte
	switch n, err := io.ReadFull(p.zlib, one[:]); {
	case n > 0:
		return fmt.Errorf("object larger than the %d bytes it claims: %w", size, audit.ErrDamaged)
	case err == io.EOF:
		return nil
	default:
		return err
	}
}

// skip reads content of size bytes and forgets it.
func (p *packReader) skip(size int64) error {
	if err := p.open(); err != nil {
		return err
	}
	n, err := io.Copy(io.Discard, io.LimitReader(p.zlib, size+1))
	if err == nil && n != size {
		err = fmt.Errorf("object of %d bytes that claims %d: %w", n, size, audit.ErrDamaged)
	}
	return err
}

func (p *packReader) add(offset int64, kind plumbing.ObjectType, content []byte) error {
	name, err := p.objects.Add(kind, content)
	p.names[offset] = name
	return err
}

// resolve applies a delta whose base is held, and puts any other aside.
func (p *packReader) resolve(d delta) error {
	base, held := p.objects.entries[d.base]
	if !held {
		p.waiting = append(p.waiting, d)
		return nil
	}
	size, err := resultSize(d.data)
	if err != nil {
		return err
	}
	if !p.wanted(base.kind, size) {
		return nil
	}
	if size > maxStructureBytes {
		return fmt.Errorf("object of %d bytes: %w", size, audit.ErrTooLarge)
	}
	source, err := p.objects.content(base)
	if err != nil {
		return err
	}
	content, err := packfile.PatchDelta(source, d.data)
	if err != nil {
		return err
	}
	return p.add(d.offset, base.kind, content)
}

// resultSize reads the size that a delta's result will have.
func resultSize(data []byte) (int64, error) {
	_, n := binary.Uvarint(data)
	if n <= 0 {
		return 0, fmt.Errorf("size in a delta: %w", audit.ErrDamaged)
	}
	size, m := binary.Uvarint(data[n:])
	if m <= 0 || size > 1<<53 {
		return 0, fmt.Errorf("size in a delta: %w", audit.ErrDamaged)
	}
	return int64(size), nil
}

// settle resolves the deltas that came before their base. What still has none
// builds on something thrown away, or the pack is thin, which nobody asked for.
func (p *packReader) settle() error {
	for {
		pending := p.waiting
		p.waiting = nil
		for _, d := range pending {
			if err := p.resolve(d); err != nil {
				return damaged(err)
			}
		}
		if len(p.waiting) == len(pending) {
			return nil
		}
	}
}

// trailer compares the checksum at the end of the pack.
func (p *packReader) trailer() error {
	want := p.in.checksum()
	var got [sha1.Size]byte
	if _, err := io.ReadFull(p.in, got[:]); err != nil {
		return err
	}
	if !bytes.Equal(got[:], want) {
		return fmt.Errorf("checksum of the pack: %w", audit.ErrDamaged)
	}
	return nil
}

// hashingReader counts and hashes what is taken from it. It is an
// [io.ByteReader], so that the inflater takes no byte more than it needs.
type hashingReader struct {
	r   io.Reader
	sum hash.Hash
	// buf[start:end] is not yet taken; buf[hashed:start] is not yet hashed.
	buf                []byte
	hashed, start, end int
	// before counts the bytes that were in buf earlier.
	before int64
}

func newHashingReader(r io.Reader) *hashingReader {
	return &hashingReader{r: r, sum: sha1.New(), buf: make([]byte, 64<<10)}
}

// offset is how many bytes were taken.
func (h *hashingReader) offset() int64 { return h.before + int64(h.start) }

// checksum returns the hash of all bytes taken so far.
func (h *hashingReader) checksum() []byte {
	h.sum.Write(h.buf[h.hashed:h.start])
	h.hashed = h.start
	return h.sum.Sum(nil)
}

// maxEmptyReads is how often a stream may answer with neither bytes nor error.
const maxEmptyReads = 100

func (h *hashingReader) fill() error {
	h.sum.Write(h.buf[h.hashed:h.start])
	h.before += int64(h.end)
	h.hashed, h.start, h.end = 0, 0, 0
	for range maxEmptyReads {
		n, err := h.r.Read(h.buf)
		if n > 0 {
			h.end = n
			return nil
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

func (h *hashingReader) ReadByte() (byte, error) {
	if h.start == h.end {
		if err := h.fill(); err != nil {
			return 0, err
		}
	}
	b := h.buf[h.start]
	h.start++
	return b, nil
}

func (h *hashingReader) Read(p []byte) (int, error) {
	if h.start == h.end {
		if err := h.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, h.buf[h.start:h.end])
	h.start += n
	return n, nil
}
