// Package gitpack reads objects out of the packs of a local repository, in any
// order. go-git reads them too, at several times the price: walking a history
// asks for some ten thousand trees, most of them told as changes to the one that
// was asked for just before.
package gitpack

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Packs are the packs of one repository. Any number of readers may share them.
type Packs struct {
	packs []*pack
}

// Open finds the packs in a folder of objects (".git/objects"). A pack whose
// index is of another version than 2, which git has written since 2007, is left
// out. None is not an error.
func Open(objects string) (*Packs, error) {
	names, err := filepath.Glob(filepath.Join(objects, "pack", "*.idx"))
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	all := &Packs{}
	for _, name := range names {
		p, err := openPack(name)
		if errors.Is(err, audit.ErrUnsupported) {
			continue
		}
		if err != nil {
			return nil, errors.Join(err, all.Close())
		}
		all.packs = append(all.packs, p)
	}
	return all, nil
}

// Close closes the files.
func (p *Packs) Close() error {
	var all error
	for _, one := range p.packs {
		all = errors.Join(all, one.file.Close())
	}
	return all
}

// Reader returns a reader for one goroutine, which keeps up to cacheBytes of what
// it read last.
func (p *Packs) Reader(cacheBytes int) *Reader {
	return &Reader{packs: p.packs, cacheBytes: cacheBytes, recent: map[place][]byte{}}
}

// pack is one pack file and its index. The format of both is described in
// gitformat-pack(5).
type pack struct {
	file *os.File
	// fanout[b] counts the objects whose name begins with a byte up to b.
	fanout [256]uint32
	// names, offsets and large are the tables of the index, as they lie there.
	names, offsets, large []byte
}

const (
	nameBytes   = 20
	headerBytes = 8 + 256*4
	// maxIndexBytes bounds what is read of an index: some thirty million objects.
	maxIndexBytes = 1 << 30
)

func openPack(index string) (*pack, error) {
	info, err := os.Stat(index)
	if err != nil {
		return nil, fmt.Errorf("read index of a pack: %w", audit.ErrDamaged)
	}
	if info.Size() > maxIndexBytes {
		return nil, fmt.Errorf("index of %d bytes: %w", info.Size(), audit.ErrUnsupported)
	}
	data, err := os.ReadFile(index)
	if err != nil {
		return nil, fmt.Errorf("read index of a pack: %w", audit.ErrDamaged)
	}
	p, err := parseIndex(data)
	if err != nil {
		return nil, err
	}
	if p.file, err = os.Open(index[:len(index)-len(".idx")] + ".pack"); err != nil {
		return nil, fmt.Errorf("open pack: %w", audit.ErrDamaged)
	}
	return p, nil
}

func parseIndex(data []byte) (*pack, error) {
	if len(data) < headerBytes || !bytes.Equal(data[:8], []byte{0xff, 't', 'O', 'c', 0, 0, 0, 2}) {
		return nil, fmt.Errorf("index of a pack: %w", audit.ErrUnsupported)
	}
	p := &pack{}
	for i := range p.fanout {
		p.fanout[i] = binary.BigEndian.Uint32(data[8+4*i:])
		if i > 0 && p.fanout[i] < p.fanout[i-1] {
			return nil, fmt.Errorf("index of a pack: %w", audit.ErrDamaged)
		}
	}
	count := int(p.fanout[255])
	rest := data[headerBytes:]
	if len(rest) < count*(nameBytes+4+4) {
		return nil, fmt.Errorf("index of a pack is cut short: %w", audit.ErrDamaged)
	}
	p.names = rest[:count*nameBytes]
	rest = rest[count*(nameBytes+4):]
	p.offsets, p.large = rest[:count*4], rest[count*4:]
	return p, nil
}

// find returns where an object begins in the pack.
func (p *pack) find(name plumbing.Hash) (offset int64, found bool) {
	low, high := 0, int(p.fanout[name[0]])
	if name[0] > 0 {
		low = int(p.fanout[name[0]-1])
	}
	for low < high {
		middle := (low + high) / 2
		switch bytes.Compare(p.names[middle*nameBytes:(middle+1)*nameBytes], name[:]) {
		case 0:
			return p.offset(middle)
		case -1:
			low = middle + 1
		default:
			high = middle
		}
	}
	return 0, false
}

// offset reads the table of offsets; one past 2 GiB lies in a table of its own.
func (p *pack) offset(i int) (int64, bool) {
	offset := binary.BigEndian.Uint32(p.offsets[i*4:])
	if offset&(1<<31) == 0 {
		return int64(offset), true
	}
	at := int(offset&^(1<<31)) * 8
	if at+8 > len(p.large) {
		return 0, false
	}
	far := binary.BigEndian.Uint64(p.large[at:])
	return int64(far), far < 1<<62
}
