package metrics

import (
	"bytes"
	"compress/flate"
	"hash/crc32"
	"io"
	"sync"

	"github.com/perenne-audit/perenne/internal/board"
)

// chunk is a piece of text, compressed so that it can be joined to others: no
// chunk refers to what stands before it, and each ends on a whole byte.
type chunk struct {
	deflated []byte
	size     int64
	crc      uint32
}

// deflaters are costly to make: over a megabyte each.
var deflaters = sync.Pool{New: func() any {
	w, err := flate.NewWriter(io.Discard, flate.BestSpeed)
	if err != nil {
		panic(err) // the level is a constant
	}
	return w
}}

// press compresses a text; nothing gives the empty chunk.
func press(text []byte) chunk {
	if len(text) == 0 {
		return chunk{}
	}
	w := deflaters.Get().(*flate.Writer)
	defer deflaters.Put(w)
	var b bytes.Buffer
	w.Reset(&b)
	// A buffer takes everything.
	_, _ = w.Write(text)
	_ = w.Flush()
	return chunk{deflated: bytes.Clone(b.Bytes()), size: int64(len(text)), crc: crc32.ChecksumIEEE(text)}
}

// page returns one chunk per family of [ofChallenge], and the buffer to use again.
func page(rows []board.Row, text []byte) ([]chunk, []byte) {
	chunks := make([]chunk, len(ofChallenge))
	for i, f := range ofChallenge {
		l := newLine(f)
		text = text[:0]
		id := ""
		yield := func(value float64, first, second string) {
			text = l.append(text, value, [3]string{id, first, second})
		}
		for j := range rows {
			id = rows[j].Challenge.ID
			f.of(&rows[j], yield)
		}
		chunks[i] = press(text)
	}
	return chunks, text
}

// lastBlock is an empty block of deflate that ends the data.
var lastBlock = []byte{1, 0, 0, 0xff, 0xff}

// plain returns the text of the chunks.
func plain(chunks []chunk) io.Reader {
	readers := make([]io.Reader, 0, len(chunks)+1)
	for _, c := range chunks {
		readers = append(readers, bytes.NewReader(c.deflated))
	}
	return flate.NewReader(io.MultiReader(append(readers, bytes.NewReader(lastBlock))...))
}

// gzipHeader says deflate, no name, no time, made in a hurry, on no system in
// particular (RFC 1952, 2.3).
var gzipHeader = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 0xff}

// writeGzip writes the chunks as one member of gzip. Several members would be
// simpler, and not every client reads more than the first.
func writeGzip(w io.Writer, chunks []chunk) error {
	if _, err := w.Write(gzipHeader); err != nil {
		return err
	}
	var crc uint32
	var size int64
	for _, c := range chunks {
		if _, err := w.Write(c.deflated); err != nil {
			return err
		}
		crc = joined(crc, c.crc, c.size)
		size += c.size
	}
	end := bytes.Clone(lastBlock)
	for _, v := range []uint32{crc, uint32(size)} {
		end = append(end, byte(v), byte(v>>8), byte(v>>16), byte(v>>24))
	}
	_, err := w.Write(end)
	return err
}

// joined returns the CRC-32 of two texts behind each other from their own, as
// zlib's crc32_combine does: the first is multiplied by x to the number of bits
// of the second, modulo the polynomial.
func joined(first, second uint32, secondSize int64) uint32 {
	const byteOf = 1 << (31 - 8) // x^8; the highest bit stands for x^0
	power, square := uint32(1<<31), uint32(byteOf)
	for n := secondSize; n > 0; n >>= 1 {
		if n&1 == 1 {
			power = times(power, square)
		}
		square = times(square, square)
	}
	return times(power, first) ^ second
}

// times multiplies two polynomials modulo that of CRC-32.
func times(a, b uint32) uint32 {
	product := uint32(0)
	for bit := uint32(1 << 31); bit != 0; bit >>= 1 {
		if a&bit != 0 {
			product ^= b
		}
		carry := b & 1
		b >>= 1
		if carry == 1 {
			b ^= crc32.IEEE
		}
	}
	return product
}
