package maintainers

import (
	"strings"
	"unicode/utf8"
)

// mask hides an address but for its first letter and its domain: "j…@x.fr".
// The number in a forge's noreply address is not kept. Text without an @ is
// returned as it is.
func mask(email string) string {
	local, domain, found := cutAddress(strings.ToLower(email))
	if !found {
		return email
	}
	if i := strings.IndexByte(local, '+'); i > 0 && strings.HasPrefix(domain, "users.noreply.") {
		local = local[i+1:]
	}
	_, size := utf8.DecodeRuneInString(local)
	return strings.ToValidUTF8(local[:size], "?") + "…@" + domain
}

func cutAddress(email string) (local, domain string, found bool) {
	i := strings.LastIndexByte(email, '@')
	if i < 0 {
		return "", "", false
	}
	return email[:i], email[i+1:], true
}

// maskWords masks each address in a text: some people's name is one.
func maskWords(text string) string {
	if !strings.Contains(text, "@") {
		return text
	}
	words := strings.Fields(text)
	for i, word := range words {
		if strings.IndexByte(word, '@') > 0 {
			words[i] = mask(strings.Trim(word, "<>()"))
		}
	}
	return strings.Join(words, " ")
}
