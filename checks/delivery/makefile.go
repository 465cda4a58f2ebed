package delivery

import (
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/script"
)

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
	m := script.MakefileIn(x.s, dir)
	if m == nil {
		return promisesAny(goals)
	}
	if len(goals) == 0 {
		goals = []string{m.Goal}
	}
	best := nothing
	for _, goal := range goals {
		best = max(best, x.goal(m, goal, dir, depth+1, nil))
	}
	return best
}

func (x *interpreter) goal(m *script.Makefile, name, dir string, depth int, seen []string) verification {
	t := m.Targets[name]
	if x.budget--; t == nil || x.budget < 0 || len(seen) > 20 || slices.Contains(seen, name) {
		return nothing
	}
	seen = append(seen, name)
	best := nothing
	for _, need := range t.Needs {
		best = max(best, x.goal(m, need, dir, depth, seen))
	}
	best = max(best, x.script(t.Script(), dir, depth).verifies)
	if len(t.Recipe) > 0 && !placeholder(strings.Join(t.Recipe, "\n")) {
		best = max(best, promises(name))
	}
	return best
}
