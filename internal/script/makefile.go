package script

import (
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Makefile is what one Makefile, and those that it includes by name, declare.
type Makefile struct {
	// Targets maps a name to its rule. Patterns are there as written, "%.o".
	Targets map[string]*Target
	// Goal is what make makes when it is asked for nothing; may be "".
	Goal string
	// Open is true when targets may come from elsewhere: an include, a variable,
	// a rule that is generated, a file that could not be read.
	Open bool

	// read counts files, since one may include itself.
	read int
}

// Target is one rule, or several for the same name.
type Target struct {
	// Needs are the names of the targets made before.
	Needs []string
	// Recipe is the commands, a line each, without "@" and "-".
	Recipe []string
}

const (
	maxMakefileBytes = 512 << 10
	maxIncluded      = 20
)

// makefileNames are in the order in which GNU make looks for them.
var makefileNames = []string{"GNUmakefile", "makefile", "Makefile"}

// IsMakefile reports whether make reads a file of that name without being told.
func IsMakefile(name string) bool { return slices.Contains(makefileNames, name) }

type makefileKey struct{ dir string }

// MakefileIn reads the Makefile of a folder, once; nil when there is none.
func MakefileIn(s *audit.Snapshot, dir string) *Makefile {
	return audit.Once(s, makefileKey{dir}, func(s *audit.Snapshot) *Makefile {
		for _, name := range makefileNames {
			if f, found := s.File(path.Join(dir, name)); found {
				m := &Makefile{Targets: map[string]*Target{}}
				m.open(s, f)
				return m
			}
		}
		return nil
	})
}

// ParseMakefile reads the content of one file and follows no include.
func ParseMakefile(content string) *Makefile {
	m := &Makefile{Targets: map[string]*Target{}}
	m.parse(content, func(string) {})
	return m
}

// Has reports whether the target exists, or may.
func (m *Makefile) Has(target string) bool {
	if m.Open || m.Targets[target] != nil {
		return true
	}
	for pattern := range m.Targets {
		before, after, found := strings.Cut(pattern, "%")
		if found && len(target) > len(before)+len(after) && strings.HasPrefix(target, before) && strings.HasSuffix(target, after) {
			return true
		}
	}
	return false
}

// usualVariables are those that Makefiles use for the programs themselves.
var usualVariables = strings.NewReplacer("$(MAKE)", "make", "${MAKE}", "make",
	"$(GO)", "go", "${GO}", "go", "$(PYTHON)", "python", "${PYTHON}", "python", "$(NPM)", "npm",
	"$(GOLANGCI_LINT)", "golangci-lint", "$(DOCKER)", "docker", "$(DOCKER_COMPOSE)", "docker-compose", "$(COMPOSE)", "docker-compose", "$(DC)", "docker-compose",
	"$(BUNDLE)", "bundle", "$(YARN)", "yarn", "$(PHP)", "php", "$(COMPOSER)", "composer", "$(PYTEST)", "pytest")

// Script returns the recipe as a shell script, the variables that usually stand
// for a program filled in.
func (t *Target) Script() string { return usualVariables.Replace(strings.Join(t.Recipe, "\n")) }

func (m *Makefile) open(s *audit.Snapshot, f audit.File) {
	content, ok := s.ReadText(f)
	if m.read++; !ok || len(content) > maxMakefileBytes || m.read > maxIncluded {
		m.Open = true
		return
	}
	m.parse(content, func(name string) {
		if included, found := s.File(path.Join(f.Dir(), name)); found {
			m.open(s, included)
		}
	})
}

func (m *Makefile) parse(content string, include func(name string)) {
	var current []*Target
	define := false
	content = strings.ReplaceAll(content, "\\\r\n", " ")
	content = strings.ReplaceAll(content, "\\\n", " ")
	for line := range strings.Lines(content) {
		words := strings.Fields(line)
		switch {
		case define:
			define = len(words) == 0 || words[0] != "endef"
		case strings.HasPrefix(line, "\t"):
			for _, t := range current {
				t.Recipe = append(t.Recipe, strings.TrimLeft(strings.TrimSpace(line), "@-+"))
			}
		case len(words) == 0 || words[0][0] == '#':
		case words[0] == "define":
			define = true
		case words[0] == "include" || words[0] == "-include" || words[0] == "sinclude":
			m.Open = true
			for _, name := range words[1:] {
				include(name)
			}
		case words[0] == "!include", strings.HasPrefix(words[0], "$("):
			m.Open, current = true, nil
		default:
			if added, isRule := m.rule(strings.TrimSpace(line)); isRule {
				current = added
			}
		}
	}
}

// rule notes the targets of one line, if it is a rule.
func (m *Makefile) rule(line string) (added []*Target, isRule bool) {
	if goal, found := strings.CutPrefix(line, ".DEFAULT_GOAL"); found {
		m.Goal = strings.TrimLeft(goal, ":?= ")
		return nil, false
	}
	names, rest, found := cutRule(line)
	if !found || strings.HasPrefix(rest, "=") || strings.HasPrefix(rest, ":=") || strings.Contains(names, "=") {
		return nil, false
	}
	rest, _, _ = strings.Cut(strings.TrimPrefix(rest, ":"), "#")
	needs, inline, _ := strings.Cut(rest, ";")
	for name := range strings.FieldsSeq(strings.TrimRight(names, "&:")) {
		switch {
		case strings.Contains(name, "$"), name == ".DEFAULT":
			m.Open = true
		case name == ".PHONY":
			// Declared phony, it is meant to exist; where a variable lists them,
			// anything may.
			m.Open = m.Open || strings.Contains(needs, "$")
		default:
			added = append(added, m.add(name, needs, strings.TrimSpace(inline)))
		}
	}
	return added, true
}

func (m *Makefile) add(name, needs, inline string) *Target {
	t := m.Targets[name]
	if t == nil {
		t = &Target{}
		m.Targets[name] = t
	}
	if m.Goal == "" && !strings.HasPrefix(name, ".") {
		m.Goal = name
	}
	// "debug: CFLAGS = -g" sets a variable and needs nothing.
	if !strings.Contains(needs, "=") {
		t.Needs = append(t.Needs, strings.Fields(needs)...)
	}
	if inline != "" {
		t.Recipe = append(t.Recipe, inline)
	}
	return t
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
