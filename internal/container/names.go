package container

import (
	"path"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// templateExts are the endings of files that a program fills in.
var templateExts = map[string]bool{
	"j2": true, "jinja": true, "jinja2": true, "tmpl": true, "tpl": true, "template": true, "erb": true, "ejs": true,
	"mustache": true, "hbs": true, "gotmpl": true, "in": true, "m4": true, "twig": true, "liquid": true,
}

// otherExts are the endings that make Dockerfile.x something else.
var otherExts = map[string]bool{
	"md": true, "rst": true, "adoc": true, "html": true, "pdf": true, "png": true, "svg": true, "dockerignore": true,
	"yml": true, "yaml": true, "json": true, "toml": true, "sh": true, "ps1": true, "bat": true, "lock": true, "log": true,
	"orig": true, "bak": true, "old": true, "swp": true, "rej": true, "diff": true, "patch": true, "disabled": true,
	"snap": true, "sha256": true, "sum": true, "license": true, "ts": true, "tsx": true, "css": true, "vim": true,
}

// dockerfileName reports whether a file of this name is a Dockerfile, and
// whether it is only the template of one.
func dockerfileName(name string) (isDockerfile, template bool) {
	lower := strings.ToLower(name)
	_, ext, _ := cutLast(lower, '.')
	if templateExts[ext] {
		inner := strings.TrimSuffix(lower, "."+ext)
		is, _ := dockerfileName(inner)
		return is, true
	}
	if otherExts[ext] {
		return false, false
	}
	for _, stem := range []string{"dockerfile", "containerfile"} {
		if lower == stem || strings.HasSuffix(lower, "."+stem) {
			return true, false
		}
		if rest, found := strings.CutPrefix(lower, stem); found && strings.ContainsAny(rest[:1], ".-_") {
			return true, false
		}
	}
	return false, false
}

// composeName reports whether a file of this name is a compose file.
func composeName(name string) bool {
	lower := strings.ToLower(name)
	stem, ext, _ := cutLast(lower, '.')
	if ext != "yml" && ext != "yaml" {
		return false
	}
	for _, known := range []string{"docker-compose", "docker_compose", "compose", "container-compose", "podman-compose", "docker-stack"} {
		if stem == known || strings.HasSuffix(stem, "."+known) || strings.HasSuffix(stem, "-"+known) && known != "compose" {
			return true
		}
		if rest, found := strings.CutPrefix(stem, known); found && strings.ContainsAny(rest[:1], ".-_") {
			return true
		}
	}
	return false
}

func cutLast(s string, sep byte) (before, after string, found bool) {
	if i := strings.LastIndexByte(s, sep); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

// devWords say that something is not for production.
var devWords = map[string]bool{
	"dev": true, "devel": true, "develop": true, "development": true, "developpement": true, "local": true, "debug": true,
	"test": true, "tests": true, "testing": true, "e2e": true, "spec": true, "cypress": true, "playwright": true, "lint": true,
	"ci": true, "devcontainer": true, "gitpod": true, "vscode": true, "sandbox": true, "bench": true, "benchmark": true,
	"benchmarks": true,
}

// devFolders are folders, beside those named by a devWord, that hold nothing
// for production.
var devFolders = map[string]bool{
	".devcontainer": true, ".circleci": true, ".gitlab-ci": true, ".gitlab": true, ".github": true, ".ci": true,
	".gitpod": true, ".vscode": true, "example": true, "examples": true, "exemple": true, "exemples": true, "sample": true,
	"samples": true, "testdata": true, "fixtures": true, "__tests__": true, "test-fixtures": true,
}

// devWord reports whether one of the words that a name is made of says
// development. "dev" in "devops" is no word of its own.
func devWord(name string) bool {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '.' || r == '-' || r == '_' })
	for _, word := range words {
		if word == "prod" || word == "production" {
			return false
		}
	}
	for _, word := range words {
		if devWords[word] {
			return true
		}
	}
	return false
}

// development reports whether name or folder say that a file is not for
// production.
func development(f audit.File) bool {
	return devWord(f.Name()) || devFolder(f.Dir())
}

func devFolder(dir string) bool {
	for dir != "" && dir != "." && dir != "/" {
		segment := strings.ToLower(path.Base(dir))
		if devWords[segment] || devFolders[segment] {
			return true
		}
		dir = path.Dir(dir)
	}
	return false
}
