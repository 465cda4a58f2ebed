package form

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Slug makes an id from a name: lower case, accents taken off, hyphens between
// the words, cut to the length that an id may have. It is empty for a name without Latin letters or digits.
func Slug(name string) string { return shorten(Words(name)) }

// Words is a slug of any length.
func Words(name string) string {
	name = strings.NewReplacer("œ", "oe", "Œ", "oe", "æ", "ae", "Æ", "ae", "@", "a").Replace(name)
	var b strings.Builder
	gap := false
	for _, r := range norm.NFD.String(name) {
		r = unicode.ToLower(r)
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(r)
		case !unicode.Is(unicode.Mn, r):
			gap = true
		}
	}
	return b.String()
}

// shorten cuts a slug between two words where it can.
func shorten(slug string) string {
	if len(slug) <= MaxID {
		return slug
	}
	slug = slug[:MaxID]
	if i := strings.LastIndexByte(slug, '-'); i > MaxID/2 {
		slug = slug[:i]
	}
	return strings.TrimRight(slug, "-")
}
