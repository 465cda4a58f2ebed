package manifest

import (
	"regexp"
	"strings"
)

// readGemfile reads the declarations of Bundler's Gemfile that are literal: it is
// a Ruby program, and perenne runs none. https://bundler.io/man/gemfile.5.html
func readGemfile(m *Manifest, content []byte) error {
	// blocks holds, for each open do…end, whether it serves development only.
	var blocks []bool
	for _, statement := range rubyStatements(string(content)) {
		word, rest, _ := strings.Cut(statement.text, " ")
		word = strings.TrimSuffix(word, "(")
		switch {
		case word == "end":
			blocks = blocks[:max(len(blocks)-1, 0)]
		case word == "gem" || strings.HasPrefix(word, "gem("):
			if d, ok := rubyGem(statement); ok {
				d.Dev = d.Dev || (len(blocks) > 0 && blocks[len(blocks)-1])
				m.Dependencies = append(m.Dependencies, d)
			}
		case word == "ruby":
			if versions := rubyStrings(rest); len(versions) > 0 {
				m.setRuntime("ruby", strings.Join(versions, ", "))
			}
		}
		if opensBlock(word, statement.text) {
			dev := len(blocks) > 0 && blocks[len(blocks)-1]
			blocks = append(blocks, dev || word == "group" && devSymbols(rest))
		}
	}
	return nil
}

// readGemspec reads the literal assignments of a .gemspec.
// https://guides.rubygems.org/specification-reference/
func readGemspec(m *Manifest, content []byte) error {
	m.Library = true
	for _, statement := range rubyStatements(string(content)) {
		match := gemspecPattern.FindStringSubmatch(statement.text)
		if match == nil {
			continue
		}
		values := rubyStrings(match[2])
		if len(values) == 0 {
			continue
		}
		switch match[1] {
		case "name":
			m.Name = values[0]
		case "summary", "description":
			if m.Description == "" {
				m.Description = values[0]
			}
		case "license", "licenses":
			m.Licences = append(m.Licences, values...)
		case "authors", "author", "email":
			m.Contacts = append(m.Contacts, values...)
		case "required_ruby_version":
			m.setRuntime("ruby", strings.Join(values, ", "))
		case "add_dependency", "add_runtime_dependency", "add_development_dependency":
			d := Dependency{Name: values[0], Version: strings.Join(values[1:], ", "), Line: statement.line}
			d.Dev = match[1] == "add_development_dependency"
			m.Dependencies = append(m.Dependencies, d)
		}
	}
	return nil
}

var gemspecPattern = regexp.MustCompile(`^[a-z_]+\.([a-z_]+)\s*(?:=|\(|\s)\s*(.*)$`)

type rubyStatement struct {
	text string
	line int
}

// rubyStatements joins lines that end in a comma and drops comments.
func rubyStatements(content string) []rubyStatement {
	var statements []rubyStatement
	joined, start, number := "", 0, 0
	for raw := range strings.SplitSeq(content, "\n") {
		number++
		text := strings.TrimSpace(stripRubyComment(raw))
		if text == "" {
			continue
		}
		if joined == "" {
			start = number
		}
		joined += text
		if strings.HasSuffix(text, ",") && len(joined) < 4096 {
			joined += " "
			continue
		}
		statements = append(statements, rubyStatement{joined, start})
		joined = ""
	}
	if joined != "" {
		statements = append(statements, rubyStatement{joined, start})
	}
	return statements
}

// stripRubyComment cuts at a # outside of quotes.
func stripRubyComment(line string) string {
	var quote byte
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case quote != 0 && c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '#':
			return line[:i]
		}
	}
	return line
}

var rubyStringPattern = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'`)

// rubyStrings returns the string literals of an expression, in order.
func rubyStrings(text string) []string {
	var values []string
	for _, match := range rubyStringPattern.FindAllStringSubmatch(text, -1) {
		values = append(values, match[1]+match[2])
	}
	return values
}

// rubyGem reads gem "name", "version", …, option: value.
func rubyGem(statement rubyStatement) (Dependency, bool) {
	arguments := strings.TrimLeft(strings.TrimPrefix(statement.text, "gem"), " (")
	options := len(arguments)
	if at := rubyOption.FindStringIndex(arguments); at != nil {
		options = at[0]
	}
	values := rubyStrings(arguments[:options])
	if len(values) == 0 {
		return Dependency{}, false
	}
	return Dependency{
		Name: values[0], Version: strings.Join(values[1:], ", "), Line: statement.line,
		Dev: groupOption.MatchString(arguments[options:]) && devSymbols(arguments[options:]),
	}, true
}

var (
	rubyOption  = regexp.MustCompile(`,\s*(?:[a-z_]+:\s|:[a-z_]+\s*=>)`)
	groupOption = regexp.MustCompile(`groups?(?::|\s*=>)`)
	rubySymbol  = regexp.MustCompile(`:([a-z_]+)|([a-z_]+):`)
)

// devSymbols reports whether the groups that are named serve development only.
func devSymbols(text string) bool {
	dev := false
	for _, match := range rubySymbol.FindAllStringSubmatch(text, -1) {
		switch match[1] {
		case "development", "test", "lint", "doc", "docs", "ci":
			dev = true
		case "production", "staging", "default", "assets":
			return false
		}
	}
	return dev
}

var blockWords = map[string]bool{"if": true, "unless": true, "case": true, "def": true, "begin": true, "while": true, "module": true, "class": true}

func opensBlock(word, text string) bool {
	if blockWords[word] {
		return true
	}
	return strings.HasSuffix(text, " do") || strings.HasSuffix(text, "|") && strings.Contains(text, " do |")
}
