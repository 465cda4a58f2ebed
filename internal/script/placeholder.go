package script

import (
	"regexp"
	"strings"
	"sync"
)

var placeholder = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[\p{L}_][^<>|;&]*>`) })

// placeholderLength is the length of the "your name>" at the start, 0 for none.
func placeholderLength(s string) int {
	if strings.IndexByte(s, '>') < 0 {
		return 0
	}
	return len(placeholder().FindString(s))
}
