package delivery

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/manifest"
	"github.com/perenne-audit/perenne/internal/script"
)

// testCommand finds how to start the tests, in the places where a newcomer
// looks: the README, the scripts of the manifests at the top, the Makefile, the
// scripts elsewhere, continuous integration, else a file that only one program
// reads.
func testCommand(s *audit.Snapshot) (command string, place audit.Place) {
	x := newInterpreter(s)
	for _, find := range []func(*audit.Snapshot, *interpreter) (string, audit.Place){readmeCommand, topScript, makeTarget, anyScript, pipelineCommand, runnerFile} {
		if command, place = find(s, x); command != "" {
			return command, place
		}
	}
	return "", audit.Place{}
}

// readmeCommand looks into the code of the README and of the guides for
// contributors.
func readmeCommand(s *audit.Snapshot, x *interpreter) (string, audit.Place) {
	if readme := document.Readme(s); readme != nil {
		for _, section := range readme.Sections {
			for _, code := range append(slices.Clone(section.Code), section.Inline...) {
				if f := x.script(strings.ReplaceAll(strings.ReplaceAll(code.Text, "\n$ ", "\n"), "\n> ", "\n"), "", 0); f.verifies == tests {
					return shorten(f.command), audit.Place{Path: readme.Path, Line: code.Line + f.line}
				}
				if prompt := strings.TrimLeft(code.Text, "$> "); prompt != code.Text {
					if f := x.script(prompt, "", 0); f.verifies == tests {
						return shorten(f.command), audit.Place{Path: readme.Path, Line: code.Line + f.line}
					}
				}
			}
		}
	}
	return "", audit.Place{}
}

func topScript(s *audit.Snapshot, x *interpreter) (string, audit.Place) {
	return scriptCommand(s, x, func(m *manifest.Manifest) bool { return m.Root() == "" })
}

func anyScript(s *audit.Snapshot, x *interpreter) (string, audit.Place) {
	return scriptCommand(s, x, func(*manifest.Manifest) bool { return true })
}

func scriptCommand(s *audit.Snapshot, x *interpreter, asked func(*manifest.Manifest) bool) (string, audit.Place) {
	for _, m := range manifest.Of(s).Manifests {
		if m.Ecosystem != manifest.NPM && m.Ecosystem != manifest.Composer || !asked(m) {
			continue
		}
		for _, name := range testFirst(slices.Sorted(maps.Keys(m.Scripts))) {
			if x.named(m.Ecosystem, name, m.Root(), 0) == tests {
				return scriptPrefix(s, m) + name, audit.Place{Path: m.Path}
			}
		}
	}
	return "", audit.Place{}
}

// testFirst puts the name of the whole before those of its parts.
func testFirst(names []string) []string {
	if i := slices.Index(names, "test"); i > 0 {
		names = slices.Insert(slices.Delete(names, i, i+1), 0, "test")
	}
	return names
}

// scriptPrefix is what the team types before a script's name, told by the lock
// file beside the manifest or at the top.
func scriptPrefix(s *audit.Snapshot, m *manifest.Manifest) string {
	if m.Ecosystem == manifest.Composer {
		return "composer "
	}
	for _, one := range []struct{ lock, prefix string }{
		{"package-lock.json", "npm run "}, {"yarn.lock", "yarn "}, {"pnpm-lock.yaml", "pnpm "}, {"bun.lock", "bun run "}, {"bun.lockb", "bun run "},
	} {
		for _, dir := range []string{m.Root(), ""} {
			if _, found := s.File(path.Join(dir, one.lock)); found {
				return one.prefix
			}
		}
	}
	return "npm run "
}

func makeTarget(s *audit.Snapshot, x *interpreter) (string, audit.Place) {
	for _, f := range s.OwnFiles() {
		if !script.IsMakefile(f.Name()) {
			continue
		}
		m := script.MakefileIn(s, f.Dir())
		if m == nil {
			continue
		}
		for _, name := range testFirst(slices.Sorted(maps.Keys(m.Targets))) {
			// ".test" is a stamp, or a word of make's.
			if !strings.HasPrefix(name, ".") && promises(name) == tests && x.goal(m, name, f.Dir(), 0, nil) == tests {
				return "make " + name, audit.Place{Path: f.Path}
			}
		}
	}
	return "", audit.Place{}
}

func pipelineCommand(s *audit.Snapshot, _ *interpreter) (string, audit.Place) {
	for _, e := range verifyingSteps(s, pipelinesOf(s)) {
		if e.verifies == tests {
			return e.command, e.place
		}
	}
	return "", audit.Place{}
}

// runnerFiles are files that say how tests are started, since only one program
// reads them, or since the language has only one way.
var runnerFiles = map[string]string{
	"go.mod": "go test ./...", "Cargo.toml": "cargo test", "pom.xml": "mvn test", "build.gradle": "gradle test", "build.gradle.kts": "gradle test",
	"mix.exs": "mix test", "tox.ini": "tox", "noxfile.py": "nox", "pytest.ini": "pytest", "phpunit.xml": "phpunit", "phpunit.xml.dist": "phpunit", "phpunit.dist.xml": "phpunit",
	".rspec": "rspec", "testthat.R": "R CMD check", "manage.py": "python manage.py test", "build.sbt": "sbt test", "project.clj": "lein test", "pubspec.yaml": "dart test",
	"justfile": "just", "Taskfile.yml": "task", "behat.yml": "behat", "rebar.config": "rebar3 eunit", "Package.swift": "swift test",
	"jest.config.js": "jest", "jest.config.ts": "jest", "vitest.config.ts": "vitest", "vitest.config.js": "vitest", "run_tests.sh": "run_tests.sh",
}

// runnerFile looks for one of them; in a justfile the name alone says little.
func runnerFile(s *audit.Snapshot, _ *interpreter) (string, audit.Place) {
	for _, f := range s.OwnFiles() {
		name := f.Name()
		command := runnerFiles[name]
		switch {
		case command == "" && strings.HasSuffix(name, ".sln"):
			command = "dotnet test"
		case name == "justfile" || name == "Taskfile.yml":
			if text, ok := s.ReadText(f); !ok || !strings.Contains(text, "test") {
				continue
			}
			command += " test"
		case name == "pyproject.toml" || name == "setup.cfg":
			if text, ok := s.ReadText(f); ok && (strings.Contains(text, "[tool.pytest") || strings.Contains(text, "[tool:pytest]")) {
				command = "pytest"
			}
		}
		if command != "" {
			return command, audit.Place{Path: f.Path}
		}
	}
	return "", audit.Place{}
}

func hasSuffix(name string, suffixes ...string) bool {
	return slices.Contains(suffixes, path.Ext(name))
}
