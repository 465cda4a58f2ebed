package gitwire

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/perenne-audit/perenne/internal/audit"
)

// packWriter builds packs by hand, well-formed or not.
type packWriter struct {
	bytes.Buffer
	objects uint32
}

func (p *packWriter) object(kind plumbing.ObjectType, claimed int, prefix, content []byte) {
	p.objects++
	b := byte(kind)<<4 | byte(claimed&15)
	for size := claimed >> 4; size > 0; size >>= 7 {
		p.WriteByte(b | 0x80)
		b = byte(size & 0x7f)
	}
	p.WriteByte(b)
	p.Write(prefix)
	z := zlib.NewWriter(&p.Buffer)
	_, _ = z.Write(content)
	_ = z.Close()
}

// bytes returns the pack with its header and checksum.
func (p *packWriter) pack() []byte {
	head := binary.BigEndian.AppendUint32([]byte("PACK\x00\x00\x00\x02"), p.objects)
	all := append(head, p.Buffer.Bytes()...)
	sum := sha1.Sum(all)
	return append(all, sum[:]...)
}

// deltaTo says: copy everything from the base, then append text.
func deltaTo(base []byte, text string) []byte {
	var d []byte
	d = binary.AppendUvarint(d, uint64(len(base)))
	d = binary.AppendUvarint(d, uint64(len(base)+len(text)))
	d = append(d, 0x80|0x10, byte(len(base)))
	return append(append(d, byte(len(text))), text...)
}

const testBlobBytes = 1000

func readAll(pack []byte) (*Objects, error) {
	o := NewObjects(1<<20, 0)
	return o, readPack(bytes.NewReader(pack), o, keepFiles, testBlobBytes)
}

func content(t *testing.T, o *Objects, name plumbing.Hash) string {
	t.Helper()
	obj, err := o.EncodedObject(plumbing.BlobObject, name)
	if err != nil {
		t.Fatal(err)
	}
	r, err := obj.Reader()
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestReadPack(t *testing.T) {
	base := []byte("a blob that others change\n")
	name := nameOf(plumbing.BlobObject, base)
	changed := append(bytes.Clone(base), "more"...)
	var p packWriter
	// The delta comes before its base, which servers may do.
	p.object(plumbing.REFDeltaObject, len(deltaTo(base, "more")), name[:], deltaTo(base, "more"))
	p.object(plumbing.BlobObject, len(base), nil, base)
	p.object(plumbing.BlobObject, 0, nil, nil)
	p.object(plumbing.TagObject, 3, nil, []byte("tag"))
	o, err := readAll(p.pack())
	if err != nil {
		t.Fatal(err)
	}
	if got := content(t, o, nameOf(plumbing.BlobObject, changed)); got != string(changed) {
		t.Errorf("delta gives %q", got)
	}
	if len(o.entries) != 3 {
		t.Errorf("%d objects, want 3: the tag was not asked for", len(o.entries))
	}
}

// A blob past the limit, and what is told as a change to it, are thrown away;
// the rest of the pack is read.
func TestReadPackThrowsLargeBlobsAway(t *testing.T) {
	large := bytes.Repeat([]byte("x"), testBlobBytes)
	name := nameOf(plumbing.BlobObject, large)
	small := []byte("small")
	var p packWriter
	p.object(plumbing.BlobObject, len(large), nil, large)
	p.object(plumbing.REFDeltaObject, 3, name[:], []byte("???"))
	grows := deltaTo(small, "")
	grows = append(binary.AppendUvarint(nil, 5), append(binary.AppendUvarint(nil, 1<<40), grows[2:]...)...)
	smallName := nameOf(plumbing.BlobObject, small)
	p.object(plumbing.BlobObject, len(small), nil, small)
	p.object(plumbing.REFDeltaObject, len(grows), smallName[:], grows)
	o, err := readAll(p.pack())
	if err != nil {
		t.Fatal(err)
	}
	if len(o.entries) != 1 || content(t, o, smallName) != "small" {
		t.Errorf("%d objects", len(o.entries))
	}
}

func TestReadPackRefuses(t *testing.T) {
	blob := []byte("blob")
	build := func(change func(*packWriter)) []byte {
		var p packWriter
		p.object(plumbing.BlobObject, len(blob), nil, blob)
		change(&p)
		return p.pack()
	}
	flipped := build(func(*packWriter) {})
	flipped[len(flipped)-1] ^= 1
	name := nameOf(plumbing.BlobObject, blob)
	for what, tc := range map[string]struct {
		pack    []byte
		meaning error
	}{
		"nothing":                 {nil, io.EOF},
		"no pack":                 {[]byte("KCAPxxxxxxxxxxxxxxxx"), audit.ErrDamaged},
		"wrong checksum":          {flipped, audit.ErrDamaged},
		"fewer objects than told": {build(func(p *packWriter) { p.objects = 9 }), nil},
		"smaller than it claims":  {build(func(p *packWriter) { p.object(plumbing.TreeObject, 1<<20, nil, blob) }), audit.ErrDamaged},
		"larger than it claims":   {build(func(p *packWriter) { p.object(plumbing.TreeObject, 1, nil, blob) }), audit.ErrDamaged},
		"claims 2 GiB":            {build(func(p *packWriter) { p.object(plumbing.TreeObject, 2<<30-1, nil, blob) }), audit.ErrTooLarge},
		"unknown type":            {build(func(p *packWriter) { p.object(5, 4, nil, blob) }), audit.ErrDamaged},
		"delta that is nonsense":  {build(func(p *packWriter) { p.object(plumbing.REFDeltaObject, 3, name[:], []byte("\x04\x05\x00")) }), audit.ErrDamaged},
	} {
		if _, err := readAll(tc.pack); err == nil || (tc.meaning != nil && !errors.Is(err, tc.meaning)) {
			t.Errorf("%s: %v does not mean %v", what, err, tc.meaning)
		}
	}
}

// A store that is full says so instead of losing objects.
func TestObjectsFull(t *testing.T) {
	o := NewObjects(4, 0)
	if _, err := o.Add(plumbing.BlobObject, []byte("12345")); !errors.Is(err, audit.ErrTooLarge) {
		t.Error(err)
	}
}

func FuzzReadPack(f *testing.F) {
	base := []byte("a blob that others change\n")
	name := nameOf(plumbing.BlobObject, base)
	var p packWriter
	p.object(plumbing.BlobObject, len(base), nil, base)
	p.object(plumbing.REFDeltaObject, len(deltaTo(base, "more")), name[:], deltaTo(base, "more"))
	p.object(plumbing.OFSDeltaObject, 3, []byte{12}, []byte("\x04\x05\x00"))
	f.Add(p.pack())
	f.Fuzz(func(t *testing.T, pack []byte) {
		o := NewObjects(1<<20, 0)
		_ = readPack(bytes.NewReader(pack), o, keepFiles, 1<<16)
		for hash, e := range o.entries {
			data, err := o.content(e)
			if err != nil || nameOf(e.kind, data) != hash {
				t.Fatalf("object %s does not hold what its name says: %v", hash, err)
			}
		}
	})
}
