# perenne. "make" alone prints what there is to do.

GO       ?= go
VERSION  := $(shell git describe --tags --always --dirty 2>/dev/null)
COMMIT   := $(shell git rev-parse HEAD 2>/dev/null)
LDFLAGS  := -s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT)
COMPILER := $(firstword $(shell command -v gcc 2>/dev/null) $(shell command -v clang 2>/dev/null))

.DEFAULT_GOAL := help
.PHONY: help run build test lint check bench contract gen git needs

help: ## Print this help
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## Audit this very checkout, then serve the demonstration portfolio
	@bin/perenne audit
	@bin/perenne serve

build: ## Build bin/perenne, one static program
	@CGO_ENABLED=0 $(GO) build -trimpath -ldflags "$(LDFLAGS)" -o bin/perenne ./cmd/perenne

test: needs ## Run every test, against real git, PostgreSQL and Prometheus
	@$(GO) test ./...
	@$(MAKE) --no-print-directory contract

lint: ## Formatting, go vet, staticcheck
	@unformatted=$$(gofmt -l checks cmd config deploy internal); \
	  if [ -n "$$unformatted" ]; then echo "run gofmt -w on:"; echo "$$unformatted"; exit 1; fi
	@$(GO) vet ./...
	@$(GO) tool -modfile=tools/go.mod staticcheck ./...

check: needs lint ## What lint does, then every test with the race detector
	@$(if $(COMPILER),,echo "no C compiler (gcc or clang): the race detector is left out")
	@$(GO) test $(if $(COMPILER),-race) ./...

bench: git ## Measure an audit against the ways it replaces
	@$(GO) run ./internal/bench

contract: needs ## The part of the tests that holds requests against GitHub's published descriptions
	@npm install --prefix tools/contract --no-package-lock --no-audit --no-fund --silent
	@$(GO) test -tags contract -count 1 -run TestPublished ./internal/forge/github

gen: ## Write again what is generated: the catalogue pages, the licence table
	@$(GO) generate ./...

# What the tests use is installed, or said, by the script.
needs:
	@tools/needs.sh

git:
	@command -v git >/dev/null || { echo "git was not found: install it (Debian: apt-get install git)" >&2; exit 1; }
