package licence

import (
	"bytes"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// word is one word of a normalised text, as a part of words.text.
type word struct {
	// from and to delimit it in words.text, start in the original.
	from, to, start int32
}

// words is a text without what may differ between two copies of a licence:
// letter case, accents, punctuation, line wrapping, headings, copyright lines,
// the encoding, and the one-letter words that number a list.
type words struct {
	text []byte
	list []word
	// changed is true when a heading says that the licence below is no longer the
	// one it was made from.
	changed bool
}

func (w *words) at(i int) []byte { return w.text[w.list[i].from:w.list[i].to] }

// titleLines is how many lines at the top may be headings.
const titleLines = 4

// reduce normalises a licence text. The offsets in the result count in the
// bytes of content, which must be as [decode] returns it.
func reduce(content []byte) *words {
	w := &words{text: make([]byte, 0, len(content)+8), list: make([]word, 0, len(content)/6+8)}
	// A heading begins a paragraph, or follows another: the second line of a
	// sentence is none, however short.
	top, inSentence := 0, false
	for start := 0; start < len(content); {
		end := len(content)
		if i := bytes.IndexByte(content[start:], '\n'); i >= 0 {
			end = start + i
		}
		line := content[start:end]
		switch {
		case isCopyrightLine(line):
		case top < titleLines:
			before, text := len(w.list), len(w.text)
			w.add(line, start, false)
			blankLine := len(w.list) == before
			if !blankLine {
				top++
			}
			title := !inSentence && w.isTitle(before, line)
			if title {
				w.changed = w.changed || w.saysChanged(before)
				w.list, w.text = w.list[:before], w.text[:text]
			}
			inSentence = !title && !blankLine
		default:
			w.add(line, start, false)
		}
		start = end + 1
	}
	return w
}

// tokens splits a text into all its words, one-letter ones included, and keeps
// headings and copyright lines: what is needed to read "GPL v3".
func tokens(content []byte) *words {
	w := &words{text: make([]byte, 0, len(content)+8)}
	w.add(content, 0, true)
	return w
}

// longestTitle is the number of words past which a line is no heading.
const longestTitle = 9

// isTitle reports whether the words from first on, which come from one line,
// name a licence rather than begin its text.
func (w *words) isTitle(first int, line []byte) bool {
	n := len(w.list) - first
	line = bytes.TrimRight(line, " \t\r*_")
	if n == 0 || n > longestTitle || bytes.HasSuffix(line, []byte(".")) || bytes.HasSuffix(line, []byte(":")) {
		return false
	}
	for i := first; i < len(w.list); i++ {
		if bytes.HasPrefix(w.at(i), []byte("license")) {
			return true
		}
	}
	return false
}

// saysChanged reports whether a heading, the words from first on, calls the
// licence modified. The "modified BSD license" is the usual name of one.
func (w *words) saysChanged(first int) bool {
	modified := false
	for i := first; i < len(w.list); i++ {
		switch string(w.at(i)) {
		case "modified", "modifiee", "adapted", "amended", "derived":
			modified = true
		case "bsd":
			return false
		}
	}
	return modified
}

// add appends the words of one line, or of a whole text.
func (w *words) add(line []byte, offset int, all bool) {
	for i := 0; i < len(line); {
		c := line[i]
		if c < utf8.RuneSelf && wordBytes[c] == 0 {
			i++
			continue
		}
		begin, from := i, len(w.text)
		i = w.addWord(line, i)
		if i == begin {
			_, size := utf8.DecodeRune(line[i:])
			i += size
			continue
		}
		if all && len(w.text) > from && i < len(line) && line[i] == '+' && isDigit(w.text[len(w.text)-1]) {
			w.text = append(w.text, '+')
			i++
		}
		w.close(from, offset+begin, all)
	}
}

// addWord appends the letters and digits from line[i] on, folded, and returns
// where they end. A point between two digits belongs to the word: "2.0".
func (w *words) addWord(line []byte, i int) int {
	for i < len(line) {
		c := line[i]
		if c < utf8.RuneSelf {
			if folded := wordBytes[c]; folded != 0 {
				w.text = append(w.text, folded)
				i++
				continue
			}
			if c == '.' && i > 0 && isDigit(line[i-1]) && i+1 < len(line) && isDigit(line[i+1]) {
				w.text = append(w.text, '.')
				i++
				continue
			}
			return i
		}
		r, size := utf8.DecodeRune(line[i:])
		if !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) {
			return i
		}
		w.text = append(w.text, fold(r)...)
		i += size
	}
	return i
}

// close ends the word that began at from, or takes it back when it is a single
// letter. A digit stays after "version": there it means something.
func (w *words) close(from, start int, all bool) {
	text := w.text[from:]
	if len(text) == 0 {
		return
	}
	if len(text) == 1 && !all && (!isDigit(text[0]) || len(w.list) == 0 || string(w.at(len(w.list)-1)) != "version") {
		w.text = w.text[:from]
		return
	}
	switch string(text) {
	case "licence", "licences", "licenced", "sublicence":
		text[bytes.Index(text, []byte("licenc"))+5] = 's'
	case "https":
		w.text = w.text[:len(w.text)-1]
	}
	w.list = append(w.list, word{int32(from), int32(len(w.text)), int32(start)})
	w.text = append(w.text, ' ')
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// wordBytes maps an ASCII letter or digit to its lower case, all else to 0.
var wordBytes = func() (table [utf8.RuneSelf]byte) {
	for c := range table {
		switch b := byte(c); {
		case 'a' <= b && b <= 'z', isDigit(b):
			table[c] = b
		case 'A' <= b && b <= 'Z':
			table[c] = b + 'a' - 'A'
		}
	}
	return table
}()

// fold returns a letter in lower case without its accent; a lone accent folds
// to nothing.
func fold(r rune) string {
	const plain = "aaaaaa?ceeeeiiiidnooooo?ouuuuy??" // from À; the same again in lower case from à
	switch {
	case r == 'Æ' || r == 'æ':
		return "ae"
	case r == 'Œ' || r == 'œ':
		return "oe"
	case r == 'ß':
		return "ss"
	case 0xC0 <= r && r <= 0xFF:
		if c := plain[(r-0xC0)%0x20]; c != '?' {
			return plain[(r-0xC0)%0x20 : (r-0xC0)%0x20+1]
		}
	case unicode.Is(unicode.Mn, r):
		return ""
	}
	return string(unicode.ToLower(r))
}

// isCopyrightLine reports whether the line says who holds the rights, which is
// not a part of the licence: "Copyright (c) 2019 the holder", "© 2019 …".
func isCopyrightLine(line []byte) bool {
	line = bytes.Trim(line, " \t\r*#/;>-_|\"'=")
	if len(line) == 0 || len(line) > 300 {
		return false
	}
	switch line[0] {
	case 'c', 'C', '(', 0xC2, '&', 'a', 'A', 'P', 'p', 't', 'T':
	default:
		return false
	}
	switch {
	case hasPrefixFold(line, "©"), hasPrefixFold(line, "(c)"), hasPrefixFold(line, "&copy;"):
		return true
	case hasPrefixFold(line, "all rights reserved"), hasPrefixFold(line, "tous droits réservés"):
		return len(line) < 30
	case hasPrefixFold(line, "copyright"), hasPrefixFold(line, "portions copyright"):
		return bytes.ContainsAny(line, "0123456789©<[{") || bytes.Contains(line, []byte("(c)")) || bytes.Contains(line, []byte("(C)"))
	}
	return false
}

func hasPrefixFold(line []byte, prefix string) bool {
	return len(line) >= len(prefix) && bytes.EqualFold(line[:len(prefix)], []byte(prefix))
}

// decode returns the text in UTF-8 with "\n" line ends. UTF-16 is recognised by
// its byte order mark; bytes that are not UTF-8 are taken as Windows-1252,
// which is what old French licence files are written in.
func decode(content []byte) []byte {
	switch {
	case bytes.HasPrefix(content, []byte("\xef\xbb\xbf")):
		content = content[3:]
	case bytes.HasPrefix(content, []byte("\xff\xfe")):
		content = decode16(content[2:], 1, 0)
	case bytes.HasPrefix(content, []byte("\xfe\xff")):
		content = decode16(content[2:], 0, 1)
	}
	if bytes.IndexByte(content, '\r') >= 0 && bytes.IndexByte(content, '\n') < 0 {
		content = bytes.ReplaceAll(content, []byte("\r"), []byte("\n"))
	}
	if utf8.Valid(content) {
		return content
	}
	text := make([]byte, 0, len(content)+len(content)/16)
	for len(content) > 0 {
		r, size := utf8.DecodeRune(content)
		if r == utf8.RuneError && size <= 1 {
			r = rune(content[0])
			switch r {
			case 0x8C:
				r = 'Œ'
			case 0x9C:
				r = 'œ'
			case 0x91, 0x92:
				r = '’'
			}
		}
		text = utf8.AppendRune(text, r)
		content = content[size:]
	}
	return text
}

func decode16(content []byte, high, low int) []byte {
	units := make([]uint16, 0, len(content)/2)
	for ; len(content) >= 2; content = content[2:] {
		units = append(units, uint16(content[high])<<8|uint16(content[low]))
	}
	return []byte(string(utf16.Decode(units)))
}
