package audit

import (
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"
)

// MaskEmail hides an address but for its first letter and its domain:
// "j…@x.fr". The number in a forge's noreply address is not kept. Text without
// an @ is returned as it is.
func MaskEmail(address string) string {
	i := strings.LastIndexByte(address, '@')
	if i < 0 {
		return address
	}
	local, domain := strings.ToLower(address[:i]), strings.ToLower(address[i+1:])
	if i := strings.IndexByte(local, '+'); i > 0 && strings.HasPrefix(domain, "users.noreply.") {
		local = local[i+1:]
	}
	_, size := utf8.DecodeRuneInString(local)
	return strings.ToValidUTF8(local[:size], "?") + "…@" + domain
}

var emailAddress = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`[\p{L}\p{N}][\p{L}\p{N}._%+-]*@(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}`)
})

// MaskEmails masks every address in a text, as [MaskEmail] does. "package@1.2.3"
// is none, and "git@forge.fr:a/b" is taken for one.
func MaskEmails(text string) string {
	if !strings.Contains(text, "@") {
		return text
	}
	return emailAddress().ReplaceAllStringFunc(text, MaskEmail)
}
