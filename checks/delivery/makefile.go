package delivery

import (
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// target is one rule of a Makefile.
type target struct {
	needs  []string
	recipe []string
}

// makefile maps a target's name to its rule; first is the default goal.
type makefile struct {
	targets map[string]*target
	first   string
	// read counts files, since one may include itself.
	read int
}

var makefileNames = []string{"GNUmakefile", "makefile", "Makefile"}

type makefilesKey string

// makefileIn reads the Makefile of a folder, with those that it includes by
// name; nil when there is none.
func makefileIn(s *audit.Snapshot, dir string) *makefile {
	return audit.Once(s, makefilesKey(dir), func(s *audit.Snapshot) *makefile {
		for _, name := range makefileNames {
			if f, found := s.File(path.Join(dir, name)); found {
				m := &makefile{targets: map[string]*target{}}
				m.parse(s, f)
				return m
			}
		}
		return nil
	})
}

func (m *makefile) parse(s *audit.Snapshot, f audit.File) {
	text, ok := s.ReadText(f)
	if m.read++; !ok || len(text) > maxConfigBytes || m.read > 20 {
		return
	}
	var current []*target
	for line := range strings.Lines(strings.ReplaceAll(text, "\\\n", " ")) {
		line = strings.TrimRight(line, "\r\n")
		if strings.HasPrefix(line, "\t") {
			for _, t := range current {
				t.recipe = append(t.recipe, strings.TrimLeft(strings.TrimSpace(line), "@-+"))
			}
			continue
		}
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		if words := strings.Fields(line); words[0] == "include" || words[0] == "-include" || words[0] == "sinclude" {
			for _, name := range words[1:] {
				if included, found := s.File(path.Join(f.Dir(), name)); found {
					m.parse(s, included)
				}
			}
			continue
		}
		if names, rest, ok := rule(line); ok {
			current = m.add(names, rest)
		} else if goal, found := strings.CutPrefix(line, ".DEFAULT_GOAL"); found {
			m.first = strings.TrimLeft(goal, ":?= ")
		}
	}
}

// rule splits "a b: c d" and refuses assignments.
func rule(line string) (names, rest string, ok bool) {
	names, rest, ok = strings.Cut(line, ":")
	if !ok || strings.HasPrefix(rest, "=") || strings.HasPrefix(rest, ":=") || strings.ContainsAny(names, "=$#(") {
		return "", "", false
	}
	return names, strings.TrimPrefix(rest, ":"), true
}

func (m *makefile) add(names, rest string) []*target {
	rest, _, _ = strings.Cut(rest, "#")
	needs, inline, _ := strings.Cut(rest, ";")
	var added []*target
	for _, name := range strings.Fields(names) {
		if strings.HasPrefix(name, ".") {
			continue
		}
		t := m.targets[name]
		if t == nil {
			t = &target{}
			m.targets[name] = t
		}
		if m.first == "" {
			m.first = name
		}
		if !strings.Contains(needs, "=") {
			t.needs = append(t.needs, strings.Fields(needs)...)
		}
		if inline = strings.TrimSpace(inline); inline != "" {
			t.recipe = append(t.recipe, inline)
		}
		added = append(added, t)
	}
	return added
}

// makeCommand says what `make [-C dir] [targets]` verifies. A target nobody can
// see is believed by its name.
func (x *interpreter) makeCommand(arguments []string, dir string, depth int) verification {
	var goals []string
	for i := 0; i < len(arguments); i++ {
		a := arguments[i]
		switch {
		case (a == "-C" || a == "--directory") && i+1 < len(arguments):
			dir = within(dir, arguments[i+1])
			i++
		case (a == "-f" || a == "-j") && i+1 < len(arguments):
			i++
		case strings.HasPrefix(a, "-") || strings.Contains(a, "="):
		default:
			goals = append(goals, a)
		}
	}
	m := makefileIn(x.s, dir)
	if m == nil {
		return promisesAny(goals)
	}
	if len(goals) == 0 {
		goals = []string{m.first}
	}
	best := nothing
	for _, goal := range goals {
		best = max(best, x.goal(m, goal, dir, depth+1, nil))
	}
	return best
}

func (x *interpreter) goal(m *makefile, name, dir string, depth int, seen []string) verification {
	t := m.targets[name]
	if x.budget--; t == nil || x.budget < 0 || len(seen) > 20 || slices.Contains(seen, name) {
		return nothing
	}
	seen = append(seen, name)
	best := nothing
	for _, need := range t.needs {
		best = max(best, x.goal(m, need, dir, depth, seen))
	}
	script := strings.NewReplacer("$(MAKE)", "make", "${MAKE}", "make").Replace(strings.Join(t.recipe, "\n"))
	best = max(best, x.script(expand(script), dir, depth).verifies)
	if len(t.recipe) > 0 && !placeholder(strings.Join(t.recipe, "\n")) {
		best = max(best, promises(name))
	}
	return best
}

// usualVariables fills in the variables that Makefiles use for the programs
// themselves.
var usualVariables = strings.NewReplacer("$(GO)", "go", "${GO}", "go", "$(PYTHON)", "python", "${PYTHON}", "python", "$(NPM)", "npm",
	"$(GOLANGCI_LINT)", "golangci-lint", "$(DOCKER)", "docker", "$(DOCKER_COMPOSE)", "docker-compose", "$(COMPOSE)", "docker-compose", "$(DC)", "docker-compose",
	"$(BUNDLE)", "bundle", "$(YARN)", "yarn", "$(PHP)", "php", "$(COMPOSER)", "composer", "$(PYTEST)", "pytest")

func expand(script string) string { return usualVariables.Replace(script) }
