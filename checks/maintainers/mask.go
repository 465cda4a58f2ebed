package maintainers

import (
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// maskWords masks each word of a name that has an @ in it, even where no mail
// would arrive: some people's name is an address.
func maskWords(text string) string {
	if !strings.Contains(text, "@") {
		return text
	}
	words := strings.Fields(text)
	for i, word := range words {
		if strings.IndexByte(word, '@') > 0 {
			words[i] = audit.MaskEmail(strings.Trim(word, "<>()"))
		}
	}
	return strings.Join(words, " ")
}
