package delivery

import (
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/manifest"
	"github.com/perenne-audit/perenne/internal/script"
)

// npm handles `npm test` and `npm run NAME`.
func (x *interpreter) npm(arguments []string, dir string, depth int) verification {
	name := ""
	for i := 0; i < len(arguments); i++ {
		a := arguments[i]
		switch {
		case a == "--":
			i = len(arguments)
		case (a == "--prefix" || a == "-C") && i+1 < len(arguments):
			dir = within(dir, arguments[i+1])
			i++
		case strings.HasPrefix(a, "--prefix="):
			dir = within(dir, strings.TrimPrefix(a, "--prefix="))
		case (a == "-w" || a == "--workspace") && i+1 < len(arguments):
			i++
		case strings.HasPrefix(a, "-") || a == "run" || a == "run-script":
		case a == "exec" || a == "x":
			return x.wrapped("npx", arguments[i+1:], dir, depth)
		case name == "" && (a == "t" || a == "tst"):
			name = "test"
		case name == "" && slices.Contains([]string{"ci", "i", "install", "install-test", "publish", "pack", "version", "audit", "config", "cache"}, a):
			return nothing
		case name == "":
			name = a
		}
	}
	return x.named(manifest.NPM, name, dir, depth)
}

// yarn handles yarn, pnpm and bun, which run a script or a program by its bare
// name.
func (x *interpreter) yarn(words []string, dir string, depth int) verification {
	arguments := words[1:]
	for i := 0; i < len(arguments); i++ {
		a := arguments[i]
		switch {
		case slices.Contains([]string{"--cwd", "-C", "--dir", "--prefix"}, a) && i+1 < len(arguments):
			dir = within(dir, arguments[i+1])
			i++
		case slices.Contains([]string{"workspace", "--filter", "-F"}, a):
			i++
		case strings.HasPrefix(a, "-") || slices.Contains([]string{"run", "exec", "workspaces", "foreach", "recursive", "multi", "run-script", "dlx", "x"}, a):
		case slices.Contains([]string{"install", "add", "ci", "i", "config", "global", "cache", "set", "publish", "pack", "audit", "dedupe", "import"}, a):
			return nothing
		default:
			if a == "t" {
				a = "test"
			}
			if words[0] == "bun" && a == "test" && !slices.Contains(arguments[:i], "run") {
				return tests
			}
			if v := x.named(manifest.NPM, a, dir, depth); v != nothing {
				return v
			}
			return x.command(arguments[i:], dir, depth+1)
		}
	}
	return nothing
}

func (x *interpreter) composer(arguments []string, dir string, depth int) verification {
	for i, a := range arguments {
		switch {
		case strings.HasPrefix(a, "-") || a == "run" || a == "run-script" || a == "exec":
		case slices.Contains([]string{"install", "update", "require", "config", "dump-autoload", "validate", "global"}, a):
			return nothing
		default:
			if v := x.named(manifest.Composer, a, dir, depth); v != nothing {
				return v
			}
			return x.command(arguments[i:], dir, depth+1)
		}
	}
	return nothing
}

// named says what a declared script verifies: what its text does, or, when the
// text is a program nobody knows, what its name promises.
func (x *interpreter) named(ecosystem manifest.Ecosystem, name, dir string, depth int) verification {
	if name == "" || depth > maxDepth {
		return nothing
	}
	text, at, found := declaredScript(x.s, ecosystem, name, dir)
	if !found {
		if ecosystem == manifest.NPM && (name == "test" || strings.HasPrefix(name, "test:") || strings.HasPrefix(name, "lint")) && !declares(x.s, ecosystem) {
			return promises(name)
		}
		return nothing
	}
	if placeholder(text) {
		return nothing
	}
	return max(x.script(text, at, depth+1).verifies, promises(name))
}

// declares reports whether some manifest of the ecosystem could be read.
func declares(s *audit.Snapshot, ecosystem manifest.Ecosystem) bool {
	return slices.ContainsFunc(manifest.Of(s).Manifests, func(m *manifest.Manifest) bool { return m.Ecosystem == ecosystem && m.Err == nil })
}

// declaredScript finds a script by name: in the folder, above it, else in any
// manifest, since workspaces are often named otherwise than their folder.
func declaredScript(s *audit.Snapshot, ecosystem manifest.Ecosystem, name, dir string) (text, at string, found bool) {
	best := -1
	for _, m := range manifest.Of(s).Manifests {
		script, declared := m.Scripts[name]
		if m.Ecosystem != ecosystem || !declared {
			continue
		}
		folder := audit.File{Path: m.Path}.Dir()
		rank := 1
		if folder == dir {
			rank = 1000
		} else if audit.Within(dir, folder) {
			rank = 2 + len(folder)
		}
		if rank > best {
			best, text, at, found = rank, script, folder, true
		}
	}
	return text, at, found
}

// placeholder recognises the script that npm init writes, and its like.
func placeholder(text string) bool {
	if strings.Contains(text, "no test specified") {
		return true
	}
	for _, c := range script.Commands(text) {
		if !slices.Contains([]string{"echo", "exit", "true", ":"}, c.Words[0]) {
			return false
		}
	}
	return true
}
