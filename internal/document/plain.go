package document

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// parsePlain reads text without markup. A heading is a line that is underlined,
// or all in capitals, or short and ended by a colon, with a blank line before.
func parsePlain(b *builder, content string) {
	lines := strings.Split(content, "\n")
	for i := 0; i < len(lines); i++ {
		line := strings.TrimRight(lines[i], " \t")
		after := ""
		if i+1 < len(lines) {
			after = lines[i+1]
		}
		fresh := i == 0 || blank(lines[i-1]) || rule(lines[i-1]) != 0
		switch {
		case line == "":
			b.newline()
		case fresh && underlined(line, after):
			b.title(1+strings.IndexByte("=-~", rule(after)), line, i+1)
			i++
		case rule(line) != 0:
		case strings.HasPrefix(line, "h") && textileLevel(line) > 0:
			b.title(textileLevel(line), line[4:], i+1)
		case fresh && capitals(line):
			b.title(2, strings.TrimSuffix(line, ":"), i+1)
		case fresh && colonHeading(line, after):
			b.title(3, strings.TrimRight(line, ": \u00a0"), i+1)
		case indent(line) >= 4 && fresh:
			text, next := block(lines, i, 4)
			b.code("", text, i+1)
			i = max(next-1, i)
		case strings.HasPrefix(line, "$ "):
			b.code("", line, i+1)
		default:
			b.inlineText(strings.TrimLeft(line, " \t")+" ", i+1)
			if indent(line) > 0 || strings.ContainsRune("-*•", firstRune(line)) {
				b.newline()
			}
		}
	}
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

func underlined(line, after string) bool {
	mark := rule(after)
	return mark != 0 && strings.IndexByte("=-~", mark) >= 0 && rule(line) == 0 && indent(line) < 4 &&
		utf8.RuneCountInString(line) <= 100
}

// maxPlainHeading is how long, in characters, a heading without an underline
// can be.
const maxPlainHeading = 60

// capitals reports whether the line is a heading in capital letters.
func capitals(line string) bool {
	if utf8.RuneCountInString(line) > maxPlainHeading || strings.HasSuffix(line, ".") || indent(line) >= 4 {
		return false
	}
	letters := 0
	for _, r := range line {
		switch {
		case unicode.IsLower(r):
			return false
		case unicode.IsLetter(r):
			letters++
		case strings.ContainsRune("=<>{}@|$/\\_;", r):
			return false
		}
	}
	return letters >= 4
}

// colonHeading reports whether the line is a few words and a colon, alone.
func colonHeading(line, after string) bool {
	if !strings.HasSuffix(line, ":") || indent(line) > 0 || utf8.RuneCountInString(line) > maxPlainHeading {
		return false
	}
	words := len(strings.Fields(strings.TrimSuffix(line, ":")))
	return words > 0 && words <= 4 && unicode.IsUpper(firstRune(line)) && (blank(after) || indent(after) > 0)
}

// textileLevel reads "h2. Title".
func textileLevel(line string) int {
	if len(line) > 4 && line[1] >= '1' && line[1] <= '6' && line[2] == '.' && line[3] == ' ' {
		return int(line[1] - '0')
	}
	return 0
}
