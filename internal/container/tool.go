package container

import (
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// toolPrograms serve those who work on a project, not those who use it.
var toolPrograms = map[string]bool{
	"mkdocs": true, "sphinx-build": true, "sphinx-autobuild": true, "docsify": true, "docsify-cli": true, "redoc-cli": true, "redocly": true,
	"speccy": true, "spectral": true, "swagger-cli": true, "asciidoctor": true, "doxygen": true, "plantuml": true, "schemaspy": true,
	"pandoc": true, "mdbook": true, "markdownlint": true, "vale": true, "hadolint": true, "eslint": true, "prettier": true, "flake8": true,
	"pylint": true, "ruff": true, "mypy": true, "phpcs": true, "phpstan": true, "rubocop": true, "shellcheck": true, "yamllint": true,
	"pytest": true, "tox": true, "nox": true, "phpunit": true, "jest": true, "cypress": true, "playwright": true, "k6": true, "locust": true,
	"gatling": true, "artillery": true,
}

// launchers come before the program that they start.
var launchers = map[string]bool{
	"sh": true, "bash": true, "-c": true, "-lc": true, "exec": true, "npx": true, "npm": true, "run": true, "yarn": true, "pnpm": true, "python": true,
	"python3": true, "-m": true, "poetry": true, "uv": true, "pipenv": true, "bundle": true, "tini": true, "--": true, "dumb-init": true,
	"/bin/sh": true, "/bin/bash": true,
}

// idleImages start a shell or an interpreter and no service; an image made from
// one of the others may serve a folder that is mounted into it.
var idleImages = map[string]bool{
	"node": true, "python": true, "ruby": true, "golang": true, "debian": true, "ubuntu": true, "alpine": true, "fedora": true, "rust": true,
	"openjdk": true, "eclipse-temurin": true, "maven": true, "gradle": true, "r-base": true, "perl": true, "buildpack-deps": true, "centos": true,
	"almalinux": true, "rockylinux": true, "rocker/r-ver": true, "composer": true, "elixir": true, "haskell": true,
}

// isTool reports an image that holds nothing of the repository and starts a tool,
// or nothing at all. One that a compose file builds may get the program as a
// folder.
func isTool(s *audit.Snapshot, d *Dockerfile) bool {
	if len(d.Stages) == 0 || slices.ContainsFunc(d.Stages, func(stage Stage) bool { return stage.Holds }) {
		return false
	}
	shipped := d.Shipped()
	if len(shipped.Starts) > 0 {
		return startsTool(shipped.Starts)
	}
	image := ParseImage(d.Base(shipped).Image)
	idle := idleImages[image.Name] || onCIImage(d) || image.Name == "php" && strings.Contains(image.Tag, "cli")
	return idle && shipped.InstallsTool && len(shipped.Ports) == 0 && !builtByCompose(s, d.Path)
}

// namesTool reports a word of a command that is a tool, with or without its
// version: "mkdocs", "speccy@0.11", "mkdocs==1.6".
func namesTool(word string) bool {
	if i := strings.IndexAny(word, "@=<>~"); i > 0 {
		word = word[:i]
	}
	return toolPrograms[word]
}

func startsTool(words []string) bool {
	for _, word := range words {
		if word = strings.Trim(word, `"'[],`); !launchers[word] {
			return toolPrograms[path.Base(word)]
		}
	}
	return false
}

func builtByCompose(s *audit.Snapshot, dockerfile string) bool {
	return slices.ContainsFunc(ComposeFiles(s), func(c *ComposeFile) bool {
		return slices.ContainsFunc(c.Services, func(service Service) bool { return service.Dockerfile == dockerfile })
	})
}
