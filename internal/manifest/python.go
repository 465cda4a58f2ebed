package manifest

import "strings"

// pythonToken is a name, a number, a string literal or one punctuation mark.
type pythonToken struct {
	text   string
	quoted bool
	line   int
}

func tokenText(tokens []pythonToken, i int) string {
	if i < 0 || i >= len(tokens) || tokens[i].quoted {
		return ""
	}
	return tokens[i].text
}

// pythonTokens cuts a Python source into tokens; comments and white space go.
func pythonTokens(content string) []pythonToken {
	var tokens []pythonToken
	line := 1
	for i := 0; i < len(content); {
		start := i
		switch c := content[i]; {
		case c == '\n':
			line++
			i++
		case c == ' ' || c == '\t' || c == '\r' || c == '\\':
			i++
		case c == '#':
			for i < len(content) && content[i] != '\n' {
				i++
			}
		case c == '"' || c == '\'':
			text, end := pythonString(content, i)
			tokens = append(tokens, pythonToken{text, true, line})
			line += strings.Count(content[i:end], "\n")
			i = end
		case isWord(c):
			for i < len(content) && isWord(content[i]) {
				i++
			}
			tokens = append(tokens, pythonToken{content[start:i], false, line})
		default:
			i++
			tokens = append(tokens, pythonToken{content[start:i], false, line})
		}
	}
	return tokens
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// pythonString reads the literal that begins at start and returns its raw text
// and the offset after it.
func pythonString(content string, start int) (string, int) {
	quote := content[start : start+1]
	if strings.HasPrefix(content[start:], strings.Repeat(quote, 3)) {
		quote = content[start : start+3]
	}
	from := start + len(quote)
	for i := from; i < len(content); i++ {
		if content[i] == '\\' {
			i++
			continue
		}
		if strings.HasPrefix(content[i:], quote) {
			return content[from:i], i + len(quote)
		}
		if content[i] == '\n' && len(quote) == 1 {
			return content[from:i], i
		}
	}
	return content[min(from, len(content)):], len(content)
}

// maxArguments is how many arguments of a call, or entries of a dictionary, are
// followed: each may mean a search through the whole file.
const maxArguments = 100

type pythonArgument struct {
	name string
	// value is the index of the value's first token.
	value int
}

// pythonArguments returns the keyword arguments of the call whose first token
// after the parenthesis is given.
func pythonArguments(tokens []pythonToken, first int) []pythonArgument {
	var arguments []pythonArgument
	depth := 1
	for i := first; i < len(tokens) && depth > 0 && len(arguments) < maxArguments; i++ {
		switch text := tokenText(tokens, i); text {
		case "(", "[", "{":
			depth++
		case ")", "]", "}":
			depth--
		case "=":
			if depth == 1 && tokenText(tokens, i+1) != "=" {
				arguments = append(arguments, pythonArgument{tokenText(tokens, i-1), i + 1})
			}
		}
	}
	return arguments
}

// pythonStrings returns the literals of a string, list or tuple, or of the one
// that a name was given earlier; nothing of an expression that must be run.
func pythonStrings(tokens []pythonToken, at, hops int) []pythonToken {
	if at >= len(tokens) {
		return nil
	}
	if tokens[at].quoted {
		return tokens[at : at+1]
	}
	switch text := tokens[at].text; text {
	case "[", "(", "{":
		return literals(tokens, at)
	default:
		after := tokenText(tokens, at+1)
		if hops == 0 || !isWord(text[0]) || after == "(" || after == "." || after == "[" {
			return nil
		}
		for i := 0; i+2 < len(tokens); i++ {
			if tokenText(tokens, i) == text && tokenText(tokens, i+1) == "=" && i+2 != at && tokenText(tokens, i+2) != "=" {
				return pythonStrings(tokens, i+2, hops-1)
			}
		}
	}
	return nil
}

// literals collects the strings up to the bracket that closes the one given.
func literals(tokens []pythonToken, at int) []pythonToken {
	var found []pythonToken
	depth := 0
	for _, t := range tokens[at:] {
		switch {
		case t.quoted:
			found = append(found, t)
		case strings.Contains("[({", t.text):
			depth++
		case strings.Contains("])}", t.text):
			if depth--; depth == 0 {
				return found
			}
		}
	}
	return found
}

type pythonGroup struct {
	name   string
	values []pythonToken
}

// pythonDict reads {"name": ["a", "b"], …}.
func pythonDict(tokens []pythonToken, at int) []pythonGroup {
	var groups []pythonGroup
	depth := 0
	for i := at; i < len(tokens) && len(groups) < maxArguments; i++ {
		switch tokenText(tokens, i) {
		case "[", "(", "{":
			depth++
		case "]", ")", "}":
			depth--
		case ":":
			if depth == 1 && tokens[i-1].quoted {
				groups = append(groups, pythonGroup{tokens[i-1].text, pythonStrings(tokens, i+1, 1)})
			}
		}
		if depth == 0 {
			break
		}
	}
	return groups
}
