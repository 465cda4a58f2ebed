package manifest

import "strings"

// readClojure reads deps.edn and project.clj as data: of both, what follows
// :deps or :dependencies and looks like a coordinate.
func readClojure(m *Manifest, content []byte) error {
	tokens, lists := ednTokens(string(content)), 0
	for i, t := range tokens {
		if lists > maxArguments {
			break
		}
		switch t.text {
		case "defproject":
			m.Name = tokenAt(tokens, i+1)
		case ":license", ":licenses":
			m.addLicence(clojureLicence(tokens[i+1:]))
		case ":deps", ":extra-deps", ":dependencies":
			lists++
			m.addCoordinates(tokens[i+1:], t.text == ":extra-deps")
		}
	}
	return nil
}

// clojureLicence is the :name of the map that follows :license.
func clojureLicence(tokens []ednToken) string {
	for i, t := range tokens[:min(len(tokens), 12)] {
		if !t.quoted && t.text == ":name" {
			return tokenAt(tokens, i+1)
		}
	}
	return ""
}

type ednToken struct {
	text   string
	quoted bool
	line   int
}

func tokenAt(tokens []ednToken, i int) string {
	if i >= 0 && i < len(tokens) {
		return tokens[i].text
	}
	return ""
}

// addCoordinates reads {group/name {:mvn/version "1"}} or [[group/name "1"]], up
// to the bracket that closes the first one.
func (m *Manifest) addCoordinates(tokens []ednToken, dev bool) {
	depth := 0
	for i, t := range tokens {
		switch {
		case t.quoted:
		case strings.Contains("{[(", t.text):
			depth++
		case strings.Contains("}])", t.text):
			if depth--; depth <= 0 {
				return
			}
		case depth > 2 || !strings.ContainsAny(t.text[:1], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"):
		case depth == 1 || tokenAt(tokens, i-1) == "[":
			m.Dependencies = append(m.Dependencies, Dependency{Name: t.text, Version: ednVersion(tokens[i+1:]), Dev: dev, Line: t.line})
		}
		if depth == 0 {
			return
		}
	}
}

// ednVersion is the first string within the next few tokens.
func ednVersion(tokens []ednToken) string {
	for _, t := range tokens[:min(len(tokens), 4)] {
		if t.quoted {
			return t.text
		}
		if strings.Contains("}])", t.text) {
			break
		}
	}
	return ""
}

func ednTokens(content string) []ednToken {
	var tokens []ednToken
	line := 1
	for i := 0; i < len(content); {
		c := content[i]
		start, at := i, line
		switch {
		case c == '\n':
			line++
			i++
		case c == ' ' || c == '\t' || c == '\r' || c == ',':
			i++
		case c == ';':
			for i < len(content) && content[i] != '\n' {
				i++
			}
		case c == '"':
			for i++; i < len(content) && content[i] != '"'; i++ {
				if content[i] == '\\' {
					i++
				} else if content[i] == '\n' {
					line++
				}
			}
			i = min(i, len(content))
			tokens = append(tokens, ednToken{content[start+1 : i], true, at})
			i++
		case strings.IndexByte("{}[]()", c) >= 0:
			tokens = append(tokens, ednToken{content[i : i+1], false, at})
			i++
		default:
			for i < len(content) && strings.IndexByte(" \t\r\n,;\"{}[]()", content[i]) < 0 {
				i++
			}
			tokens = append(tokens, ednToken{content[start:i], false, at})
		}
	}
	return tokens
}
