package document

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxBytes is how much of one document is read. The longest hand-written page
// that we met is a tenth of it.
const maxBytes = 1 << 20

// decode turns bytes into text with "\n" line ends. Older French documents are
// often in Latin-1, and PowerShell writes UTF-16.
func decode(content []byte) (text string, cut bool) {
	if len(content) > maxBytes {
		content, cut = content[:maxBytes], true
		if i := bytes.LastIndexByte(content, '\n'); i > 0 {
			content = content[:i+1]
		}
	}
	switch {
	case bytes.HasPrefix(content, []byte("\xff\xfe")):
		text = decodeUTF16(content[2:], binary.LittleEndian)
	case bytes.HasPrefix(content, []byte("\xfe\xff")):
		text = decodeUTF16(content[2:], binary.BigEndian)
	case utf8.Valid(content):
		text = string(bytes.TrimPrefix(content, []byte("\xef\xbb\xbf")))
	default:
		text = decodeLatin1(content)
	}
	if strings.ContainsRune(text, '\r') {
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	}
	return text, cut
}

func decodeUTF16(content []byte, order binary.ByteOrder) string {
	units := make([]uint16, len(content)/2)
	for i := range units {
		units[i] = order.Uint16(content[2*i:])
	}
	return string(utf16.Decode(units))
}

// decodeLatin1 keeps what is valid UTF-8, for a file of which only some lines
// were written by an older editor.
func decodeLatin1(content []byte) string {
	var b strings.Builder
	b.Grow(len(content) + len(content)/8)
	for len(content) > 0 {
		r, size := utf8.DecodeRune(content)
		if r == utf8.RuneError && size == 1 {
			r = rune(content[0])
		}
		b.WriteRune(r)
		content = content[size:]
	}
	return b.String()
}
