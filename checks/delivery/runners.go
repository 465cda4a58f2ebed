package delivery

import (
	"slices"
	"strings"
	"sync"
)

// verification is what a command checks about the code.
type verification uint8

const (
	nothing verification = iota
	lints
	tests
)

// runner says what a program verifies, given its first arguments.
type runner struct {
	verifies verification
	// when lists arguments of which one must be there; nil asks for none.
	when []string
	// unless lists arguments that make it verify nothing.
	unless []string
}

// runners maps a program to what it verifies. Built on first use: most audits
// need it, listing the catalogue does not.
var runners = sync.OnceValue(func() map[string][]runner {
	table := map[string][]runner{}
	add := func(r runner, programs string) {
		for program := range strings.FieldsSeq(programs) {
			table[program] = append(table[program], r)
		}
	}
	add(runner{verifies: tests, unless: []string{"--version", "--help", "install", "install-deps", "codegen", "show-report", "open", "init", "--init", "verify", "cache"}},
		`pytest py.test nosetests nose2 green stestr trial jest vitest mocha ava karma jasmine testcafe nightwatch wdio
		codeceptjs protractor tap tape qunit uvu rspec parallel_rspec cucumber cucumber-js minitest turbo_tests phpunit
		pest paratest simple-phpunit behat codecept phpspec atoum kahlan ctest bats shellspec shunit2 robot pabot behave
		lettuce newman gotestsum ginkgo cypress playwright web-test-runner wtr cypress-parallel dredd schemathesis
		pg_prove prove backstop test-storybook pa11y-ci lhci truffle`)
	add(runner{verifies: tests}, `tox nox nosetests3 pytest-3 run-tests`)
	add(runner{verifies: lints, unless: []string{"--version", "--help", "install", "--init", "init", "gc", "clean"}},
		`eslint eslint_d standard xo tslint stylelint sass-lint htmlhint flake8 pylint pycodestyle pydocstyle pyflakes mypy
		pyright basedpyright pytype bandit vulture radon xenon pylama prospector isort ruff pre-commit prek rubocop
		standardrb reek brakeman haml-lint slim-lint erblint erb_lint rails_best_practices phpcs phpstan psalm phpmd
		php-cs-fixer parallel-lint phan larastan ecs rector twigcs golangci-lint staticcheck revive golint errcheck
		gosec govulncheck shellcheck hadolint dockle yamllint markdownlint markdownlint-cli2 mdl remark vale textlint
		alex proselint codespell cspell misspell ansible-lint tflint tfsec checkov terrascan kubeconform kubeval
		kube-linter kube-score actionlint zizmor cpplint clang-tidy cppcheck clang-format checkstyle ktlint detekt
		spectral speccy redocly vacuum ibm-openapi-validator swagger-cli openapi-spec-validator sqlfluff squawk
		htmlproofer lychee muffet linkchecker commitlint editorconfig-checker ec reuse biome oxlint credo
		dialyzer scalafmt scalafix scalastyle cljfmt clj-kondo eastwood kibit lintr addlicense vue-tsc ts-standard
		deptry interrogate djlint curlylint jsonlint check-manifest pip-audit publint knip depcheck jshint`)
	on := func(v verification, when string, programs string) {
		add(runner{verifies: v, when: strings.Fields(when)}, programs)
	}
	on(lints, "--check -c -l --list-different --diff check", "prettier black yapf autopep8 dprint pyupgrade terragrunt")
	on(lints, "--noEmit --no-emit", "tsc")
	on(lints, "-l -d -s", "gofmt goimports gofumpt")
	on(tests, "test", "go cargo dotnet sbt mix lein swift flutter dart deno bun zig stack cabal gleam rebar3 hatch pdm forge anchor nimble dub terraform helm molecule react-scripts react-app-rewired craco ng nx lerna turbo rush moon bazel buck2 mage meteor")
	on(tests, "+test testOnly +testOnly IntegrationTest/test it:test Test/test", "sbt")
	on(lints, "scalafmtCheck scalafmtCheckAll scalafmtSbtCheck scalafixAll scalastyle scapegoat", "sbt")
	on(tests, "--test", "node")
	on(tests, "nextest", "cargo")
	on(lints, "vet", "go")
	on(lints, "clippy fmt", "cargo")
	on(lints, "credo format dialyzer", "mix")
	on(lints, "format", "dotnet")
	on(tests, "e2e affected:test", "ng nx")
	on(lints, "lint affected:lint affected", "ng nx turbo lerna deno vue-cli-service next nuxi astro helm buf")
	on(tests, "test:unit test:e2e", "vue-cli-service")
	on(lints, "lint", "vue-cli-service speccy next ct")
	on(lints, "check", "astro svelte-check nix deno")
	on(lints, "validate fmt plan", "terraform tofu terragrunt")
	on(lints, "--syntax-check", "ansible-playbook")
	on(lints, "check", "poetry django-admin buf cruft")
	on(tests, "test build", "dbt")
	on(tests, "eunit ct proper", "rebar3")
	on(tests, "test integration-test verify install package deploy check", "mvn mvnw ./mvnw mvnd")
	on(tests, "test check build connectedCheck integrationTest", "gradle gradlew ./gradlew")
	on(tests, "test check", "ant lein mill scons meson ninja waf")
	on(tests, "-M:test -X:test -A:test -T:test", "clojure clj")
	on(tests, "test spec test:system test:all", "rails")
	on(tests, "test dusk", "artisan")
	on(lints, "lint:yaml lint:twig lint:container doctrine:schema:validate", "console")
	on(tests, "test", "django-admin manage.py setup.py runtests.py")
	on(lints, "check makemigrations", "manage.py")
	on(tests, "test build-for-testing", "xcodebuild fastlane")
	on(tests, "--execute --nbval-lax", "jupyter jupyter-nbconvert")
	on(tests, "run", "k6 artillery")
	on(lints, "lint", "swagger")
	return table
})

// verifies looks a program up with its arguments. Arguments may hold a prefix
// that the tool adds, as in ":app:test" or "mvn -B verify".
func verifies(program string, arguments []string) verification {
	best := nothing
	for _, r := range runners()[program] {
		if r.verifies <= best || slices.ContainsFunc(arguments[:min(len(arguments), 1)], func(a string) bool { return slices.Contains(r.unless, a) }) {
			continue
		}
		if r.when == nil || slices.ContainsFunc(arguments, func(a string) bool { return r.allows(a) }) {
			best = r.verifies
		}
	}
	if best == tests && skipsTests(arguments) {
		return nothing
	}
	return best
}

func (r runner) allows(argument string) bool {
	if slices.Contains(r.when, argument) {
		return true
	}
	if task := argument[strings.LastIndexByte(argument, ':')+1:]; strings.HasPrefix(argument, ":") {
		return slices.Contains(r.when, task)
	}
	return false
}

// skipsTests reports whether a Java build is told to leave its tests out.
func skipsTests(arguments []string) bool {
	for i, a := range arguments {
		switch {
		case strings.HasPrefix(a, "-DskipTests") && a != "-DskipTests=false",
			strings.HasPrefix(a, "-Dmaven.test.skip") && !strings.HasSuffix(a, "=false"),
			a == "-x" && i+1 < len(arguments) && arguments[i+1] == "test":
			return true
		}
	}
	return false
}

// taskWords are words in the name of a script, target or task that promise a
// verification; quietWords are words that take the promise back.
var (
	testWords  = []string{"test", "tests", "spec", "specs", "rspec", "e2e", "unit", "integration", "pytest", "jest", "cypress", "playwright", "phpunit", "coverage", "cov", "tdd", "behat", "unittest", "unittests", "functional", "acceptance", "runtests"}
	lintWords  = []string{"lint", "linter", "linters", "eslint", "check", "checks", "typecheck", "types", "quality", "qa", "standard", "flake8", "rubocop", "stylelint", "phpstan", "phpcs", "cs", "mypy", "validate", "analyse", "analyze", "verify", "precommit"}
	quietWords = []string{"build", "deploy", "install", "setup", "data", "start", "stop", "db", "database", "env", "serve", "server", "up", "down", "prepare", "clean", "watch", "fix", "seed", "migrate", "publish", "upload", "report", "reporter", "results", "result", "comment", "image", "push", "open", "debug", "update", "fixtures", "generate", "docs", "dependencies", "version", "split", "cache", "badge", "login", "docker"}
)

// promises says what the name of a script or target promises.
func promises(name string) verification {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune(":-_./ @", r) })
	has := func(list []string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(list, w) })
	}
	switch {
	case has(quietWords):
		return nothing
	case len(words) > 0 && slices.Contains(lintWords[:4], words[0]):
		return lints
	case has(testWords):
		return tests
	case has(lintWords):
		return lints
	}
	return nothing
}
