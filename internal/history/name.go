package history

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// nameKind says how much a name tells.
type nameKind uint8

const (
	// noName: empty, generic ("root", "Your Name") or an address.
	noName nameKind = iota
	// givenName: a first name, alone or with initials. Two people may share it.
	givenName
	// handleName: one word that somebody chose for themselves.
	handleName
	// fullName: two words or more.
	fullName
)

// name is a person's name, taken apart.
type name struct {
	kind nameKind
	// key is equal for names that are the same; "" for noName.
	key string
	// words are folded, of two letters or more, in order.
	words []string
	// initials are the words of one letter.
	initials []string
}

// parseName reads a name in any order, case and script: "NINUCCI Christophe",
// "raphael-squelbut", "AntoineAugusti", "Johannes 'fish' Ziemke", "J. Dupont".
func parseName(text string) name {
	text = strings.TrimSpace(strings.ToValidUTF8(text[:min(len(text), maxNameBytes)], ""))
	if text == "" || strings.Contains(text, "@") && !strings.Contains(text, "(") {
		return name{}
	}
	tokens := nameTokens(text)
	var n name
	for _, token := range tokens {
		n.add(token)
	}
	if n.isGeneric() {
		return name{}
	}
	n.kind = n.judge(tokens)
	switch n.kind {
	case fullName:
		sorted := slices.Sorted(slices.Values(n.words))
		n.key = strings.Join(sorted, " ")
	case givenName, handleName:
		n.key = strings.Join(n.words, "") + strings.Join(n.initials, "")
	}
	return n
}

// maxNameBytes is what is read of a name; nobody's is longer.
const maxNameBytes = 200

// nameTokens splits at spaces, commas, dots and underscores, and leaves out
// what stands in brackets or quotes. One camel-case word is split too.
func nameTokens(text string) []string {
	if i := strings.IndexByte(text, '('); i >= 0 {
		text = text[:i]
	}
	tokens := strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || r == '.' || r == '_' || r == ',' || r == ';' || r == '/'
	})
	tokens = slices.DeleteFunc(tokens, func(t string) bool { return len(t) > 2 && isQuote(t[0]) && isQuote(t[len(t)-1]) })
	if len(tokens) == 1 {
		return splitCamel(tokens[0])
	}
	return tokens
}

func isQuote(c byte) bool { return c == '\'' || c == '"' || c == '`' }

// minCamelPart keeps "GitHub", "LeSim" and "RichiH" in one piece.
const minCamelPart = 4

// splitCamel takes "AntoineAugusti" apart where each part could be a name.
func splitCamel(token string) []string {
	cut := 0
	for i := 1; i < len(token); i++ {
		if isUpper(token[i]) && isLower(token[i-1]) {
			if cut > 0 {
				return []string{token}
			}
			cut = i
		} else if !isLower(token[i]) && token[i] < 0x80 {
			return []string{token}
		}
	}
	if cut < minCamelPart || len(token)-cut < minCamelPart {
		return []string{token}
	}
	return []string{token[:cut], token[cut:]}
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }
func isLower(c byte) bool { return c >= 'a' && c <= 'z' || c >= 0x80 }

// add takes in one token, split at hyphens: French full names are written with
// and without them.
func (n *name) add(token string) {
	for _, part := range strings.FieldsFunc(token, func(r rune) bool { return r == '-' || r == '‐' || r == '‑' }) {
		word := letters(fold(part))
		switch {
		case word == "" || isNumber(word):
		case len(word) == 1:
			n.initials = append(n.initials, word)
		default:
			n.words = append(n.words, word)
		}
	}
}

// letters keeps letters and digits.
func letters(s string) string {
	plain := true
	for i := range len(s) {
		plain = plain && (s[i] >= 'a' && s[i] <= 'z' || s[i] >= '0' && s[i] <= '9')
	}
	if plain {
		return s
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

func (n *name) isGeneric() bool {
	for _, word := range n.words {
		if generic := genericWords()[word] || genericWords()[strings.TrimRight(word, "0123456789")]; !generic {
			return false
		}
	}
	return len(n.words) > 0 || len(n.initials) < 2
}

func (n *name) judge(tokens []string) nameKind {
	switch {
	case len(n.words) == 0:
		return handleName
	case len(n.words) == 1 && len(n.initials) == 0 && n.isHandle(tokens[0]):
		return handleName
	case len(n.words) == 1, n.isCompound(tokens):
		return givenName
	}
	return fullName
}

// isHandle reports whether a single word is something that one person chose:
// it is no known first name, and is not written like one.
func (n *name) isHandle(token string) bool {
	if firstNames()[n.words[0]] {
		return false
	}
	runes := []rune(token)
	return !unicode.IsUpper(runes[0]) || slices.ContainsFunc(runes[1:], func(r rune) bool { return unicode.IsUpper(r) || unicode.IsDigit(r) })
}

// isCompound reports whether the words are one first name: "Jean-Baptiste",
// "Paul-Antoine", and the common ones without a hyphen.
func (n *name) isCompound(tokens []string) bool {
	if len(n.words) != 2 || len(n.initials) > 1 {
		return false
	}
	first, second := n.words[0], n.words[1]
	if !strings.ContainsAny(tokens[0], "-‐‑") {
		return (first == "jean" || first == "marie" || first == "anne") && compoundSeconds()[second]
	}
	// In "Anne-Cha" the capitals say that it is a first name, in
	// "raphael-squelbut" their absence says that it is an account.
	capital := unicode.IsUpper([]rune(tokens[0])[0])
	return firstNames()[first] && (firstNames()[second] || capital)
}

// agrees reports whether one person could go by both names. Handles and missing
// names agree with everything.
func (n name) agrees(other name) bool {
	if n.kind == fullName && other.kind != fullName {
		return other.agrees(n)
	}
	switch n.kind {
	case givenName:
		if other.kind != givenName && other.kind != fullName {
			return true
		}
		return n.within(other) || other.within(n)
	case fullName:
		return n.within(other) || other.within(n)
	}
	return true
}

// within reports whether every word is one of the other's, and every initial
// begins one.
func (n name) within(other name) bool {
	for _, word := range n.words {
		if !slices.Contains(other.words, word) {
			return false
		}
	}
	for _, initial := range n.initials {
		begins := func(word string) bool { return strings.HasPrefix(word, initial) }
		if !slices.ContainsFunc(other.words, begins) && !slices.ContainsFunc(other.initials, begins) {
			return false
		}
	}
	return true
}

// sharesWord reports whether the names have a word in common.
func (n name) sharesWord(other name) bool {
	return slices.ContainsFunc(n.words, func(word string) bool { return slices.Contains(other.words, word) })
}

// fold makes text comparable: lower case, no accents, the letters that have no
// decomposition spelt as people type them.
func fold(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(s)) {
		if unicode.Is(unicode.Mn, r) {
			continue
		}
		if plain, ok := undecomposed[r]; ok {
			b.WriteString(plain)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

var undecomposed = map[rune]string{
	'ł': "l", 'ø': "o", 'đ': "d", 'ð': "d", 'ß': "ss", 'æ': "ae", 'œ': "oe", 'þ': "th", 'ı': "i", 'ħ': "h", '’': "'",
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
