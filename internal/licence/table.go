package licence

import (
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:generate go test -run TestTable -update .

// table is made from the reference texts; see reference_test.go. Its parts, each
// preceded by its length as a big-endian uint32:
//
//	names    a line a reference: SPDX id, words, step, sampled shingles
//	hashes   16 bytes of SHA-256 of a normalised text and its reference as
//	         uint16, sorted
//	buckets  for each value of a shingle's upper 12 bits, where its entries
//	         begin, as uint32; then the number of entries
//	entries  shingle as uint32 and reference as uint16, sorted
//
//go:embed table.bin
var table string

// reference is a text that licences are compared with.
type reference struct {
	id string
	// words counts those of the normalised text.
	words int
	// step says that only shingles divisible by it were kept, as a power of two.
	step uint32
	// sampled counts the distinct shingles that were kept; 0 for a text that is
	// so close to another of the same licence that its hash is enough.
	sampled int
}

const (
	hashSize   = 16
	hashEntry  = hashSize + 2
	entrySize  = 6
	bucketBits = 12
	shingle    = 4 // words
)

// tables gives access to the parts of the table.
type tables struct {
	references               []reference
	hashes, buckets, entries string
}

var loadTables = sync.OnceValue(func() *tables {
	rest := table
	part := func() string {
		size := readUint32(rest)
		content := rest[4 : 4+size]
		rest = rest[4+size:]
		return content
	}
	t := &tables{}
	names := part()
	t.references = make([]reference, 0, strings.Count(names, "\n"))
	for line := range strings.Lines(names) {
		fields := strings.Fields(line)
		t.references = append(t.references, reference{fields[0], number(fields[1]), uint32(number(fields[2])), number(fields[3])})
	}
	t.hashes, t.buckets, t.entries = part(), part(), part()
	return t
})

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(fmt.Sprintf("licence: table: %v", err)) // a generated file is broken
	}
	return n
}

func readUint32(s string) uint32 {
	return uint32(s[0])<<24 | uint32(s[1])<<16 | uint32(s[2])<<8 | uint32(s[3])
}

func readUint16(s string) uint16 { return uint16(s[0])<<8 | uint16(s[1]) }

// exact returns the licence whose normalised text this is, "" for none.
func (t *tables) exact(w *words) string {
	sum := sha256.Sum256(w.text)
	key := string(sum[:hashSize])
	low, high := 0, len(t.hashes)/hashEntry
	for low < high {
		middle := (low + high) / 2
		entry := t.hashes[middle*hashEntry:]
		switch cmp.Compare(entry[:hashSize], key) {
		case 0:
			return t.references[readUint16(entry[hashSize:])].id
		case -1:
			low = middle + 1
		default:
			high = middle
		}
	}
	return ""
}

// find calls yield with the number of every entry for the shingle, and the
// reference it belongs to.
func (t *tables) find(s uint32, yield func(entry int, reference uint16)) {
	bucket := s >> (32 - bucketBits)
	low, high := int(readUint32(t.buckets[4*bucket:])), int(readUint32(t.buckets[4*bucket+4:]))
	for low < high {
		middle := (low + high) / 2
		if readUint32(t.entries[middle*entrySize:]) < s {
			low = middle + 1
		} else {
			high = middle
		}
	}
	for ; low*entrySize < len(t.entries) && readUint32(t.entries[low*entrySize:]) == s; low++ {
		yield(low, readUint16(t.entries[low*entrySize+4:]))
	}
}

// shingles returns a hash for every run of four words; nil for fewer words.
func shingles(w *words) []uint32 {
	n := len(w.list) - shingle + 1
	if n <= 0 {
		return nil
	}
	hashes := make([]uint32, len(w.list))
	for i := range w.list {
		h := uint32(2166136261) // FNV-1a
		for _, c := range w.at(i) {
			h = (h ^ uint32(c)) * 16777619
		}
		hashes[i] = h
	}
	for i := range n {
		h := uint32(0)
		for _, one := range hashes[i : i+shingle] {
			h = (h ^ one) * 0x9E3779B1
			h ^= h >> 15
		}
		hashes[i] = h
	}
	return hashes[:n]
}

// sampledPerText is about how many shingles of a reference are kept: enough to
// tell texts apart, few enough to keep the table small.
const sampledPerText = 200

// sample returns the sorted distinct shingles of a reference and the step that
// was taken.
func sample(all []uint32) ([]uint32, uint32) {
	step := uint32(1)
	for len(all)/int(step) > sampledPerText {
		step *= 2
	}
	var kept []uint32
	for _, s := range all {
		if s&(step-1) == 0 {
			kept = append(kept, s)
		}
	}
	slices.Sort(kept)
	return slices.Compact(kept), step
}

// appendPart adds a part with its length.
func appendPart(to []byte, part []byte) []byte {
	return append(binary.BigEndian.AppendUint32(to, uint32(len(part))), part...)
}
