package delivery

import (
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/script"
)

// interpreter tells what the commands of a repository verify. It follows npm
// and composer scripts, Makefile targets and shell scripts of the tree; nothing
// is run.
type interpreter struct {
	s *audit.Snapshot
	// budget bounds the commands looked at in all, since scripts may call each
	// other.
	budget int
}

// maxDepth is how many scripts are followed one inside the other.
const maxDepth = 6

func newInterpreter(s *audit.Snapshot) *interpreter { return &interpreter{s: s, budget: 20000} }

// finding is a command that verifies something.
type finding struct {
	verifies verification
	// command as written, line from 0 within its script.
	command string
	line    int
}

// script returns the best finding of a shell script that starts in a folder.
func (x *interpreter) script(text, dir string, depth int) finding {
	var best finding
	x.budget -= len(text) >> 8
	if depth > maxDepth || len(text) > maxConfigBytes || x.budget < 0 {
		return best
	}
	for _, c := range script.Commands(text) {
		if c.Words[0] == "cd" || c.Words[0] == "pushd" {
			if len(c.Words) > 1 {
				dir = within(dir, c.Words[1])
			}
			continue
		}
		if v := x.command(c.Words, dir, depth); v > best.verifies {
			best = finding{v, strings.Join(c.Words, " "), c.Line}
		}
		if best.verifies == tests {
			break
		}
	}
	return best
}

// within joins a folder as a script names it. What leaves the tree or holds a
// variable is taken for the top.
func within(dir, to string) string {
	if strings.ContainsAny(to, "$~{") || path.IsAbs(to) {
		return ""
	}
	joined := path.Join(dir, to)
	if joined == "." || strings.HasPrefix(joined, "..") {
		return ""
	}
	return joined
}

// wrappers run the command that their arguments hold somewhere.
var wrappers = []string{
	"sudo", "time", "exec", "command", "env", "nohup", "nice", "timeout", "xvfb-run", "cross-env", "dotenv", "retry", "unbuffer",
	"travis_retry", "travis_wait", "npx", "pnpx", "bunx", "uvx", "pipx", "bundle", "poetry", "pipenv",
	"uv", "pdm", "rye", "hatch", "conda", "mamba", "micromamba", "pixi", "mise", "asdf", "direnv", "nix", "nix-shell", "docker", "docker-compose",
	"podman", "podman-compose", "kubectl", "coverage", "php", "symfony", "ruby", "node", "nodejs", "spring", "dbus-run-session", "wine",
	"stdbuf", "run-p", "run-s", "npm-run-all", "concurrently", "start-server-and-test", "dockerize", "wait-on", "wait-for-it.sh", "ssh-agent",
	"gosu", "su-exec", "nyc", "c8", "dotenvx", "infisical", "vagrant", "lando", "ddev", "sail", "envsubst", "dip", "with-contenv", "rtx", "yarn", "pnpm",
}

// keywords stand before the command itself, and hold none in its arguments: in
// `if [ "$state" = green ]`, green is a word and not the test runner.
var keywords = []string{"then", "do", "if", "!", "else", "elif", "while", "until", "{"}

// command says what one simple command verifies.
func (x *interpreter) command(words []string, dir string, depth int) verification {
	for len(words) > 0 && (script.Assigns(words[0]) || words[0] == "" || slices.Contains(keywords, words[0])) {
		words = words[1:]
	}
	x.budget--
	if len(words) == 0 || depth > maxDepth || x.budget < 0 {
		return nothing
	}
	program, arguments := strings.TrimPrefix(path.Base(words[0]), "@"), words[1:]
	program = strings.TrimPrefix(strings.TrimSuffix(strings.TrimSuffix(program, ".cmd"), ".exe"), "-")
	switch program {
	case "echo", "printf", "pip", "pip3", "apt", "apt-get", "apk", "brew", "gem", "git", "cp", "mv", "rm", "cat", "grep", "mkdir", "export", "curl", "wget", "test", "[", "[[":
		return nothing
	case "npm", "cnpm":
		return x.npm(arguments, dir, depth)
	case "yarn", "pnpm", "bun", "yarnpkg":
		return x.yarn(words, dir, depth)
	case "composer":
		return x.composer(arguments, dir, depth)
	case "make", "gmake", "mingw32-make":
		return x.makeCommand(arguments, dir, depth)
	case "just", "task", "go-task", "invoke", "inv", "fab", "doit", "gulp", "grunt", "thor", "poe", "jake", "cake", "nuke", "psake", "earthly", "dagger", "duty":
		return promisesAny(arguments)
	case "rake":
		if len(arguments) == 0 {
			return tests
		}
		return promisesAny(arguments)
	case "bash", "sh", "zsh", "dash", "ash", "pwsh", "powershell", "source", ".", "su", "eval":
		return x.shell(arguments, dir, depth)
	case "python", "python2", "python3", "py":
		return x.python(arguments, dir, depth)
	case "Rscript", "R", "r", "littler":
		return x.r(arguments)
	}
	if v := verifies(program, arguments); v != nothing {
		return v
	}
	if v := x.file(words[0], dir, depth); v != nothing {
		return v
	}
	if slices.Contains(wrappers, program) {
		return x.wrapped(program, arguments, dir, depth)
	}
	return nothing
}

// wrapped looks for the command inside another's arguments.
func (x *interpreter) wrapped(program string, arguments []string, dir string, depth int) verification {
	best := nothing
	container := strings.HasPrefix(program, "docker") || strings.HasPrefix(program, "podman")
	if container && testContainer(arguments) {
		return tests
	}
	if container && !slices.ContainsFunc(arguments, func(a string) bool { return a == "run" || a == "exec" }) {
		return nothing
	}
	for i, argument := range arguments {
		if strings.HasPrefix(argument, "-") || argument == "run" || argument == "exec" {
			continue
		}
		inner := arguments[i:]
		if strings.Contains(argument, " ") { // start-server-and-test "npm start" "npm test"
			best = max(best, x.script(argument, dir, depth+1).verifies)
		} else {
			best = max(best, x.command(inner, dir, depth+1))
		}
		if best == tests || i > 30 {
			break
		}
	}
	return best
}

// testContainer recognises the ways to test in containers without a command:
// a stage of a Dockerfile, or a service whose exit code counts.
func testContainer(arguments []string) bool {
	for i, a := range arguments {
		value := ""
		if name, after, found := strings.Cut(a, "="); found {
			a, value = name, after
		} else if i+1 < len(arguments) {
			value = arguments[i+1]
		}
		switch a {
		case "--exit-code-from":
			return true
		case "--target", "-f", "--file", "up", "run":
			if strings.HasPrefix(value, "-") {
				continue
			}
			if a == "--target" && promises(value) == tests {
				return true
			}
			// A service or an image is all there is to start, without a command.
			alone := a == "run" && i+2 == len(arguments) && !strings.ContainsAny(value, "/ ")
			if (a == "up" || alone) && promises(value) == tests {
				return true
			}
		}
	}
	return false
}

func promisesAny(arguments []string) verification {
	best := nothing
	for _, a := range arguments {
		if !strings.HasPrefix(a, "-") && !strings.Contains(a, "=") {
			// What rake hands to a task says nothing: import[tests/trial.csv].
			task, _, _ := strings.Cut(a, "[")
			best = max(best, promises(task))
		}
	}
	return best
}

// shell handles `bash -c "…"` and `bash script.sh`.
func (x *interpreter) shell(arguments []string, dir string, depth int) verification {
	for i, a := range arguments {
		if strings.HasPrefix(a, "-") && strings.HasSuffix(a, "c") && i+1 < len(arguments) {
			return x.script(arguments[i+1], dir, depth+1).verifies
		}
		if !strings.HasPrefix(a, "-") {
			return x.file(a, dir, depth)
		}
	}
	return nothing
}

func (x *interpreter) python(arguments []string, dir string, depth int) verification {
	for i, a := range arguments {
		if a == "-m" && i+1 < len(arguments) {
			switch arguments[i+1] {
			case "unittest", "doctest", "nose", "pytest", "nose2", "tox", "nox":
				return tests
			}
			return x.command(arguments[i+1:], dir, depth+1)
		}
		if !strings.HasPrefix(a, "-") {
			if v := verifies(path.Base(a), arguments[i+1:]); v != nothing {
				return v
			}
			return x.file(a, dir, depth)
		}
	}
	return nothing
}

var rTests = []string{"devtools::test", "testthat::", "test_check(", "test_dir(", "rcmdcheck(", "devtools::check", "tinytest", "covr::", "shinytest", "RUnit", "test_local", "check_rhub", "goodpractice"}

func (x *interpreter) r(arguments []string) verification {
	joined := strings.Join(arguments, " ")
	switch {
	case strings.HasPrefix(joined, "CMD check"):
		return tests
	case slices.ContainsFunc(rTests, func(t string) bool { return strings.Contains(joined, t) }):
		return tests
	case strings.Contains(joined, "lintr::") || strings.Contains(joined, "lint_package") || strings.Contains(joined, "lint_dir"):
		return lints
	case len(arguments) > 0 && strings.HasSuffix(strings.ToLower(arguments[0]), ".r"):
		return promises(strings.TrimSuffix(strings.TrimSuffix(arguments[0], ".R"), ".r"))
	}
	return nothing
}

// scriptSuffixes are those of files that a step may start.
var scriptSuffixes = []string{".sh", ".bash", ".py", ".js", ".mjs", ".cjs", ".ts", ".rb", ".php", ".ps1", ".pl"}

// file follows a script of the tree. One in a language other than shell is
// believed by its name.
func (x *interpreter) file(name, dir string, depth int) verification {
	if !strings.Contains(name, "/") && path.Ext(name) == "" || strings.ContainsAny(name, "$*{") {
		return nothing
	}
	f, found := x.s.File(path.Join(dir, name))
	if !found {
		if f, found = x.s.File(path.Clean(name)); !found {
			return nothing
		}
	}
	base := path.Base(f.Path)
	suffix := path.Ext(base)
	if suffix != "" && !slices.Contains(scriptSuffixes, suffix) || f.SizeBytes > maxConfigBytes {
		return nothing
	}
	if suffix == "" || suffix == ".sh" || suffix == ".bash" {
		text, ok := x.s.ReadText(f)
		if ok && (suffix != "" || strings.HasPrefix(text, "#!") && strings.Contains(text[:min(len(text), 60)], "sh")) {
			return x.script(text, dir, depth+1).verifies
		}
	}
	return promises(strings.TrimSuffix(base, suffix))
}
