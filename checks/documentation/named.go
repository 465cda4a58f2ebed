package docs

import (
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/manifest"
	"github.com/perenne-audit/perenne/internal/script"
)

// missing reports whether a command names a script, a target, a file or a
// service that is not there.
func (sh *shell) missing(c command) bool {
	name, args := c.words[0], c.words[1:]
	switch name {
	case "npm", "yarn", "pnpm", "bun":
		return sh.noNodeScript(name, args)
	case "composer":
		return len(args) > 1 && (args[0] == "run" || args[0] == "run-script") && sh.noScript(manifest.Composer, args[1])
	case "make":
		return sh.noTarget(args)
	case "docker-compose", "podman-compose":
		return sh.noService(args)
	case "docker", "podman":
		return sh.noDocker(args)
	case "pip", "pip3", "conda", "mamba", "micromamba":
		return sh.noFile(flagValue(args, "-r", "--requirement", "-f", "--file"))
	case "python", "python3", "py":
		return sh.python(args)
	case "streamlit", "ansible-playbook", "jupyter":
		return sh.noFile(withSuffix(args, ".py", ".yml", ".yaml", ".ipynb"))
	case "Rscript":
		return sh.noFile(withSuffix(args, ".R", ".r"))
	case "node":
		return sh.noFile(withSuffix(args, ".js", ".mjs", ".cjs"))
	case "ruby":
		return sh.noFile(withSuffix(args, ".rb"))
	case "php":
		if len(args) > 0 && args[0] == "artisan" {
			return sh.noFile("artisan")
		}
		return sh.noFile(withSuffix(args, ".php"))
	case "bash", "sh", "zsh":
		return sh.noFile(withSuffix(args, ".sh", ".bash"))
	}
	if strings.HasPrefix(name, "./") && isScript(name) {
		return sh.noFile(name)
	}
	return false
}

// isScript reports whether a name is that of something written, not compiled.
func isScript(name string) bool {
	switch path.Ext(name) {
	case ".sh", ".bash", ".py", ".rb", ".pl", ".php", ".js", ".R":
		return true
	}
	return path.Base(name) == "gradlew" || path.Base(name) == "mvnw"
}

// withSuffix is the first argument when it ends so; a flag before it is passed
// over, "" is none.
func withSuffix(args []string, suffixes ...string) string {
	for _, arg := range args {
		if strings.HasPrefix(arg, "-") {
			continue
		}
		if slices.ContainsFunc(suffixes, func(s string) bool { return strings.HasSuffix(arg, s) }) {
			return arg
		}
	}
	return ""
}

func flagValue(args []string, flags ...string) string {
	for i, arg := range args {
		name, value, found := strings.Cut(arg, "=")
		switch {
		case !slices.Contains(flags, name):
		case found:
			return value
		case i+1 < len(args):
			return args[i+1]
		}
	}
	return ""
}

// python runs a file, or a module: venv makes a folder.
func (sh *shell) python(args []string) bool {
	if i := slices.Index(args, "-m"); i >= 0 {
		if i+1 < len(args) && args[i+1] == "pip" {
			return sh.noFile(flagValue(args, "-r", "--requirement"))
		}
		sh.makes(args[i+1:]...)
		return false
	}
	if slices.Contains(args, "-c") {
		return false
	}
	return sh.noFile(withSuffix(args, ".py"))
}

// elsewhereFlags tell npm and its like to look in another folder.
var elsewhereFlags = []string{"--prefix", "-C", "--cwd", "-w", "--workspace", "--workspaces", "-ws", "--filter", "-F", "-r", "--recursive", "workspace", "workspaces", "-g", "--global", "--dir", "--if-present"}

// scriptNames are what people call scripts; any other word after yarn or pnpm
// may be a program that a dependency brings.
var scriptNames = wordSet("start dev build test serve lint watch deploy format develop start-dev dev-server seed migrate storybook")

// noNodeScript reports whether a script that npm, yarn, pnpm or bun is to run is
// missing.
func (sh *shell) noNodeScript(tool string, args []string) bool {
	if slices.ContainsFunc(args, func(a string) bool {
		name, _, _ := strings.Cut(a, "=")
		return slices.Contains(elsewhereFlags, name)
	}) {
		return false
	}
	args = slices.DeleteFunc(slices.Clone(args), func(a string) bool { return strings.HasPrefix(a, "-") })
	if len(args) == 0 {
		return false
	}
	script, run := args[0], false
	if script == "run" || script == "run-script" {
		if len(args) < 2 {
			return false
		}
		script, run = args[1], true
	}
	switch {
	case doubtful(script), tool == "bun" && strings.ContainsAny(script, "./"):
		return false
	case tool == "npm" && !run && script != "start" && script != "test":
		return false
	case tool == "npm" && script == "start" && sh.holds(path.Join(sh.cwd, "server.js")):
		return false
	case tool != "npm" && !scriptNames[script] && !strings.Contains(script, ":"):
		return false
	case tool != "npm" && sh.brings(script):
		return false
	}
	return sh.noScript(manifest.NPM, script)
}

// brings reports whether some package.json depends on a package of that name,
// whose program yarn can run.
func (sh *shell) brings(name string) bool {
	for _, m := range manifest.Of(sh.s).Manifests {
		if _, found := m.Has(name); found && m.Ecosystem == manifest.NPM {
			return true
		}
	}
	return false
}

// noScript reports whether no manifest in reach declares the script.
func (sh *shell) noScript(ecosystem manifest.Ecosystem, script string) bool {
	if doubtful(script) {
		return false
	}
	for _, m := range manifest.Of(sh.s).Manifests {
		if m.Ecosystem != ecosystem || !sh.reaches(audit.File{Path: m.Path}.Dir()) {
			continue
		}
		if _, found := m.Scripts[script]; found || m.Err != nil {
			return false
		}
	}
	return true
}

// reaches reports whether what lies in a folder can be meant: package managers
// look in the folder and above it.
func (sh *shell) reaches(dir string) bool {
	if sh.anywhere() {
		return true
	}
	for _, folder := range sh.folders() {
		if dir == folder || dir == "" || strings.HasPrefix(folder, dir+"/") {
			return true
		}
	}
	return false
}

// makefileMakers are files from which a Makefile is made.
var makefileMakers = []string{"CMakeLists.txt", "configure", "configure.ac", "configure.in", "Makefile.am", "Makefile.in", "Makefile.PL", "Makefile.in.in", "extconf.rb"}

// noTarget reports whether make is asked for a target that no Makefile has.
func (sh *shell) noTarget(args []string) bool {
	var targets []string
	for i := 0; i < len(args); i++ {
		switch arg := args[i]; {
		case arg == "-f" || arg == "--file":
			return i+1 < len(args) && sh.noFile(args[i+1])
		case arg == "-C" || strings.HasPrefix(arg, "--directory"), arg == "-I":
			return false
		case strings.HasPrefix(arg, "-"):
			if arg == "-j" {
				i++
			}
		case !strings.Contains(arg, "="):
			targets = append(targets, arg)
		}
	}
	for _, f := range sh.s.Files() {
		if slices.Contains(makefileMakers, f.Name()) {
			return false
		}
	}
	files := sh.makefiles()
	if len(files) == 0 {
		return !sh.made["Makefile"]
	}
	for _, target := range targets {
		if doubtful(target) || sh.holds(path.Join(sh.cwd, target)) {
			continue
		}
		if !slices.ContainsFunc(files, func(m *script.Makefile) bool { return m.Has(target) }) {
			return true
		}
	}
	return false
}

// makefiles are those that can be meant.
func (sh *shell) makefiles() []*script.Makefile {
	var files []*script.Makefile
	for _, f := range sh.s.OwnFiles() {
		if !script.IsMakefile(f.Name()) {
			continue
		}
		if !sh.anywhere() && !slices.Contains(sh.folders(), f.Dir()) {
			continue
		}
		if m := script.MakefileIn(sh.s, f.Dir()); m != nil {
			files = append(files, m)
		}
	}
	return files
}
