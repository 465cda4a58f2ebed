package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/perenne-audit/perenne/internal/audit"
)

// clean makes foreign text safe to print: bytes that are not UTF-8, control
// characters and those that reverse the direction of text are written as
// escapes. A file name can then neither move the cursor nor hide itself.
func clean(s string) string {
	safe := func(r rune) bool { return r != utf8.RuneError && !unicode.IsControl(r) && !reverses(r) }
	if strings.IndexFunc(s, func(r rune) bool { return !safe(r) }) < 0 {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case safe(r):
			b.WriteString(s[:size])
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case r == utf8.RuneError:
			b.WriteString(s[:size])
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
		s = s[size:]
	}
	return b.String()
}

func reverses(r rune) bool {
	return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0x2028 || r == 0x2029
}

// where writes a place as path:line.
func where(p audit.Place) string {
	if p.Line > 0 {
		return fmt.Sprintf("%s:%d", clean(p.Path), p.Line)
	}
	return clean(p.Path)
}
