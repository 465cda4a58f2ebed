# perenne. "make" alone prints what there is to do.

GO       ?= go
VERSION  := $(shell git describe --tags --always --dirty 2>/dev/null)
COMMIT   := $(shell git rev-parse HEAD 2>/dev/null)
LDFLAGS  := -s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT)
COMPILER := $(firstword $(shell command -v gcc 2>/dev/null) $(shell command -v clang 2>/dev/null))

.DEFAULT_GOAL := help
.PHONY: help run build test check bench gen git

help: ## Print this help
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## Audit this very checkout and print the report in the terminal's language
	@bin/perenne audit

build: ## Build bin/perenne, one static program
	@CGO_ENABLED=0 $(GO) build -trimpath -ldflags "$(LDFLAGS)" -o bin/perenne ./cmd/perenne

test: git ## Run every test, against real git repositories and a real git server
	@$(GO) test ./...

check: git ## Formatting, go vet, staticcheck, then every test with the race detector
	@unformatted=$$(gofmt -l checks cmd config internal); \
	  if [ -n "$$unformatted" ]; then echo "run gofmt -w on:"; echo "$$unformatted"; exit 1; fi
	@$(GO) vet ./...
	@$(GO) tool -modfile=tools/go.mod staticcheck ./...
	@$(if $(COMPILER),,echo "no C compiler (gcc or clang): the race detector is left out")
	@$(GO) test $(if $(COMPILER),-race) ./...

bench: git ## Measure an audit against the ways it replaces
	@$(GO) run ./internal/bench

gen: ## Write again what is generated: the catalogue pages, the licence table
	@$(GO) generate ./...

# The tests make repositories with git and serve them with git http-backend.
git:
	@command -v git >/dev/null || { echo "git was not found: install it (Debian: apt-get install git)" >&2; exit 1; }
	@test -x "$$(git --exec-path)/git-http-backend" || { echo "git http-backend was not found: install all of git (Alpine: apk add git-daemon)" >&2; exit 1; }
