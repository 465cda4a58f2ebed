package docs

import (
	"path"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// makefile is what one Makefile declares.
type makefile struct {
	targets map[string]bool
	// patterns are targets with a %.
	patterns []string
	// open is true when targets may come from elsewhere: an include, a variable,
	// a generated rule.
	open bool
}

// has reports whether the target exists, or may.
func (m *makefile) has(target string) bool {
	if m.open || m.targets[target] {
		return true
	}
	for _, pattern := range m.patterns {
		before, after, _ := strings.Cut(pattern, "%")
		if len(target) > len(before)+len(after) && strings.HasPrefix(target, before) && strings.HasSuffix(target, after) {
			return true
		}
	}
	return false
}

type makefileKey struct{ dir string }

// makefileIn parses the Makefile of one folder, in the order in which GNU make
// looks for it; nil without one.
func makefileIn(s *audit.Snapshot, dir string) *makefile {
	return audit.Once(s, makefileKey{dir}, func(s *audit.Snapshot) *makefile {
		for _, name := range []string{"GNUmakefile", "makefile", "Makefile"} {
			if f, found := s.File(path.Join(dir, name)); found {
				content, ok := s.ReadText(f)
				if !ok {
					return &makefile{open: true}
				}
				return parseMakefile(content)
			}
		}
		return nil
	})
}

// parseMakefile reads the names of targets; rules themselves are not read.
func parseMakefile(content string) *makefile {
	m := &makefile{targets: map[string]bool{}}
	define := false
	content = strings.ReplaceAll(content, "\\\r\n", " ")
	content = strings.ReplaceAll(content, "\\\n", " ")
	for line := range strings.Lines(content) {
		trimmed := strings.TrimSpace(line)
		first, _, _ := strings.Cut(trimmed, " ")
		switch {
		case define:
			define = first != "endef"
		case strings.HasPrefix(line, "\t"), trimmed == "", trimmed[0] == '#':
		case first == "define":
			define = true
		case first == "include", first == "-include", first == "sinclude", strings.HasPrefix(trimmed, "$("), strings.HasPrefix(trimmed, "!include"):
			m.open = true
		default:
			m.rule(trimmed)
		}
	}
	return m
}

// rule notes the targets of one line, if it is a rule.
func (m *makefile) rule(line string) {
	targets, rest, found := cutRule(line)
	if !found || strings.HasPrefix(rest, "=") || strings.HasPrefix(rest, ":=") {
		return
	}
	if strings.Contains(targets, "=") {
		return
	}
	for target := range strings.FieldsSeq(strings.TrimRight(targets, "&:")) {
		switch {
		case strings.Contains(target, "$"), target == ".DEFAULT":
			m.open = true
		case strings.Contains(target, "%"):
			m.patterns = append(m.patterns, target)
		case target == ".PHONY":
			for phony := range strings.FieldsSeq(rest) {
				// Declared phony, it is meant to exist; where a variable lists
				// them, anything may.
				m.open = m.open || strings.Contains(phony, "$")
			}
		default:
			m.targets[target] = true
		}
	}
}

// cutRule splits a line at its first colon outside of a variable.
func cutRule(line string) (targets, rest string, found bool) {
	depth := 0
	for i := range len(line) {
		switch line[i] {
		case '(', '{':
			depth++
		case ')', '}':
			depth--
		case '=', '#':
			if depth == 0 {
				return "", "", false
			}
		case ':':
			if depth == 0 {
				return line[:i], line[i+1:], true
			}
		}
	}
	return "", "", false
}
