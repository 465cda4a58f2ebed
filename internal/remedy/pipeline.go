package remedy

import (
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/manifest"
)

// tests say how the tests at the top of a repository are run.
type tests struct {
	// image holds the language; prepare and run are commands.
	image, prepare, run string
	// action installs the language on GitHub's machines, with that input.
	action, input, version string
}

// command is what a person types.
func (t tests) command() string {
	if t.prepare == "" {
		return t.run
	}
	return t.prepare + "\n" + t.run
}

// testsOf finds them where a manifest at the top declares them. It guesses nothing:
// a command that does not exist would make a pipeline that always fails.
func testsOf(s *site) (tests, bool) {
	inventory := manifest.Of(s.Snapshot)
	has := func(name string) bool { _, there := s.File(name); return there }
	for _, m := range inventory.Manifests {
		if m.Err != nil || m.Root() != "" {
			continue
		}
		switch script := m.Scripts["test"]; {
		case m.Ecosystem == manifest.NPM && script != "" && !strings.Contains(script, "no test specified") && has("package-lock.json"):
			return tests{"node:lts", "npm ci", "npm test", "actions/setup-node@v4", "node-version", "lts/*"}, true
		case m.Ecosystem == manifest.Go && m.Path == "go.mod" && s.some("_test.go"):
			return tests{"golang:1", "", "go test ./...", "actions/setup-go@v5", "go-version-file", "go.mod"}, true
		case m.Ecosystem == manifest.Cargo && has("Cargo.lock"):
			return tests{"rust:1", "", "cargo test --locked", "", "", ""}, true
		case m.Path == "requirements.txt" && pytest(inventory) && s.HasDir("tests"):
			return tests{"python:3", "pip install -r requirements.txt", "python -m pytest", "actions/setup-python@v5", "python-version", "3.x"}, true
		}
	}
	return tests{}, false
}

// pytest reports whether requirements.txt brings it.
func pytest(inventory *manifest.Inventory) bool {
	for _, m := range inventory.Manifests {
		if _, found := m.Has("pytest"); found && m.Path == "requirements.txt" {
			return true
		}
	}
	return false
}

// some reports whether a file's name ends so.
func (s *site) some(ending string) bool {
	for _, f := range s.OwnFiles() {
		if strings.HasSuffix(f.Path, ending) {
			return true
		}
	}
	return false
}

// pipeline runs the tests on every change, in the way of the repository's forge.
func pipeline(s *site, j audit.Judged) (Patch, string) {
	if j.Verdict.Reason.Key != "none" {
		return Patch{}, "pipeline-there"
	}
	t, found := testsOf(s)
	if !found {
		return Patch{}, "tests"
	}
	p, why := Patch{}, "forge"
	switch host := s.host(); {
	case host == "github.com":
		p, why = s.create(".github/workflows/tests.yml", t.githubActions(s.Repository.Branch))
	case strings.Contains(host, "gitlab"):
		p, why = s.create(".gitlab-ci.yml", t.gitlab())
	}
	p.Note = "pipeline"
	return p, why
}

func (t tests) githubActions(branch string) string {
	push := "  push:\n"
	if branch != "" && !strings.ContainsAny(branch, "\"\\*!") {
		push += "    branches: [\"" + branch + "\"]\n"
	}
	text := "name: tests\non:\n" + push + "  pull_request:\npermissions:\n  contents: read\njobs:\n  tests:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n"
	if t.action != "" {
		text += "      - uses: " + t.action + "\n        with:\n          " + t.input + ": " + t.version + "\n"
	}
	if t.prepare != "" {
		text += "      - run: " + t.prepare + "\n"
	}
	return text + "      - run: " + t.run + "\n"
}

func (t tests) gitlab() string {
	text := "tests:\n  image: " + t.image + "\n  script:\n"
	if t.prepare != "" {
		text += "    - " + t.prepare + "\n"
	}
	return text + "    - " + t.run + "\n"
}
