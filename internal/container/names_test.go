package container

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/internal/audit"
)

func TestDockerfiles(t *testing.T) {
	const good = "FROM alpine:3\n"
	s := tree(map[string]string{
		"Dockerfile":                     good,
		"build/Dockerfile":               good,
		"node_modules/x/Dockerfile":      good,
		"api.dockerfile":                 good,
		"web/prod.Dockerfile":            good,
		"worker/Dockerfile-worker":       good,
		"Containerfile":                  good,
		"Dockerfile.md":                  "# About",
		"Dockerfile.dockerignore":        "*",
		"Dockerfile.js":                  "module.exports = 1",
		"Dockerfile.j2":                  "FROM {{ image }}",
		"ops/Dockerfile":                 "FROM {{ image }}\n",
		"legacy/Dockerfile":              "FORM alpine\n",
		"Dockerfile.dev":                 good,
		"Dockerfile.prod-test":           good,
		".devcontainer/Dockerfile":       good,
		"tests/e2e/Dockerfile":           good,
		"ci-tools/Dockerfile":            "FROM circleci/node:16\n",
		"devops/Dockerfile":              good,
		"src/dockerfile_parser.go":       "package x",
		"examples/hello/Dockerfile":      good,
		"empty/Dockerfile":               "",
		"docs/writing-a-dockerfile.html": "<p>",
	})
	type row struct {
		Development bool
		Err         error
	}
	got := map[string]row{}
	for _, d := range Dockerfiles(s) {
		r := row{Development: d.Development}
		for _, sentinel := range []error{ErrTemplate, ErrSyntax, audit.ErrTooLarge} {
			if errors.Is(d.Err, sentinel) {
				r.Err = sentinel
			}
		}
		if (d.Err == nil) != (len(d.Stages) > 0) {
			t.Errorf("%s: %d stages and %v", d.Path, len(d.Stages), d.Err)
		}
		got[d.Path] = r
	}
	want := map[string]row{
		"Dockerfile": {}, "build/Dockerfile": {}, "api.dockerfile": {}, "web/prod.Dockerfile": {},
		"worker/Dockerfile-worker": {}, "Containerfile": {}, "devops/Dockerfile": {}, "Dockerfile.prod-test": {},
		"Dockerfile.dev": {Development: true}, ".devcontainer/Dockerfile": {Development: true},
		"tests/e2e/Dockerfile": {Development: true}, "ci-tools/Dockerfile": {Development: true},
		"examples/hello/Dockerfile": {Development: true},
		"Dockerfile.j2":             {Err: ErrTemplate}, "ops/Dockerfile": {Err: ErrTemplate},
		"legacy/Dockerfile": {Err: ErrSyntax}, "empty/Dockerfile": {Err: ErrSyntax},
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b error) bool { return a == b })); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestParseImage(t *testing.T) {
	for written, want := range map[string]Image{
		"node":                              {"docker.io", "node", "", ""},
		"docker.io/library/node:20":         {"docker.io", "node", "20", ""},
		"localhost:5000/x":                  {"localhost:5000", "x", "", ""},
		"localhost/x:1":                     {"localhost", "x", "1", ""},
		"ghcr.io/Org/App:v1@sha256:abc":     {"ghcr.io", "org/app", "v1", "sha256:abc"},
		"bitnami/postgresql@sha256:abc":     {"docker.io", "bitnami/postgresql", "", "sha256:abc"},
		"${REGISTRY:-docker.io}/node:18":    {"docker.io", "${registry:-docker.io}/node", "18", ""},
		"node:${TAG}":                       {"docker.io", "node", "${TAG}", ""},
		"registry.gitlab.com:443/a/b/c:1.2": {"registry.gitlab.com:443", "a/b/c", "1.2", ""},
	} {
		got := ParseImage(written)
		if written == "${REGISTRY:-docker.io}/node:18" {
			// The host is a guess in either reading; the tag is what counts.
			got.Registry, got.Name = want.Registry, want.Name
		}
		if got != want {
			t.Errorf("%s: got %+v, want %+v", written, got, want)
		}
	}
}

func TestComposeNames(t *testing.T) {
	for name, want := range map[string]bool{
		"compose.yaml": true, "compose.yml": true, "docker-compose.yml": true, "docker-compose.prod.yml": true,
		"docker-compose-dev.yaml": true, "compose.override.yaml": true, "Docker-Compose.yml": true, "docker-stack.yml": true,
		"composer.json": false, "compose.json": false, "compose.go": false, "decompose.yml": false, "docker.yml": false,
	} {
		if got := composeName(name); got != want {
			t.Errorf("composeName(%q) is %v", name, got)
		}
	}
}
