package delivery

import (
	"bytes"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/perenne-audit/perenne/internal/audit"
)

// variable is one that the code takes from its environment.
type variable struct {
	Name string `json:"name"`
	// Place is where it is first read.
	Place audit.Place `json:"place"`
	// Optional is true where the code works without it wherever it reads it.
	Optional bool `json:"optional"`
}

// language is how programs in one language read their environment.
type language struct {
	// marks stand in every file that does, and cost nothing to look for.
	marks []string
	// reads finds the name; what follows it tells whether there is a default.
	reads func() *regexp.Regexp
}

func reading(expression string, marks ...string) *language {
	return &language{marks: marks, reads: sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })}
}

// Each expression has the name as its only group. The names of the settings that
// Spring and Symfony take from outside stand in YAML and properties, as
// ${NAME:default} and %env(NAME)%; those of Rails in YAML, as <%= ENV["NAME"] %>.
var (
	javaScript = reading(`(?:process\.env|import\.meta\.env|Deno\.env\.get\(['"]|env\.get\(['"])(?:\??\.|\[['"])?([A-Za-z_][A-Za-z0-9_]*)|\b[cC]onfigService\.get(?:OrThrow)?(?:<\w+>)?\(\s*['"]([A-Z][A-Z0-9_]+)['"]`, "process.env", "import.meta.env", "Deno.env", "onfigService.get")
	python     = reading(`(?:\benviron(?:\.get\(|\.setdefault\(|\[)|\bgetenv\(|\benv(?:\.(?:str|bool|int|list|url|db|db_url|float|json|path|read_env|dict|get|email_url|cache_url))?\(|\bconfig\()\s*['"]([A-Z][A-Z0-9_]+)['"]`, "environ", "getenv", "decouple")
	ruby       = reading(`\bENV(?:\.fetch\(|\.fetch |\[|\.dig\()\s*['"]([A-Za-z_][A-Za-z0-9_]*)['"]`, "ENV")
	php        = reading(`(?:\b(?:getenv|env)\(\s*['"]|\$_ENV\[['"])([A-Z][A-Z0-9_]+)['"]`, "getenv(", "env(", "$_ENV")
	golang     = reading(`\b(?:Getenv|LookupEnv|BindEnv)\(\s*"([A-Za-z_][A-Za-z0-9_]*)"|\benv:"([A-Z][A-Z0-9_]+)`, "Getenv", "LookupEnv", "BindEnv", `env:"`)
	rlang      = reading(`\bSys\.getenv\(\s*(?:x\s*=\s*)?['"]([A-Za-z_][A-Za-z0-9_]*)['"]`, "Sys.getenv")
	java       = reading(`(?:getenv\(|\.get\()\s*"([A-Z][A-Z0-9_]+)"|@Value\("\$\{([A-Za-z][A-Za-z0-9_.-]*)`, "getenv(", "@Value(")
	elixir     = reading(`\b(?:get_env|fetch_env!?)\(\s*"([A-Z][A-Z0-9_]+)"`, "System.get_env", "System.fetch_env")
	rust       = reading(`\b(?:env::var(?:_os)?\(|env!\(|env\s*=\s*)"([A-Z][A-Z0-9_]+)"`, "env::var", "env!(", "env = ")
	hocon      = reading(`\$\{\??([A-Z][A-Z0-9_]+)\}`, "${")
	settings   = reading(`\$\{([A-Z][A-Z0-9_]+)[:}]|%env\((?:[a-z_]+:)*([A-Z][A-Z0-9_]+)\)%|\bENV(?:\.fetch\(|\[)\s*['"]([A-Z][A-Z0-9_]+)['"]`, "${", "%env(", "ENV[", "ENV.fetch")
)

var languages = map[string]*language{
	".js": javaScript, ".mjs": javaScript, ".cjs": javaScript, ".jsx": javaScript, ".ts": javaScript, ".tsx": javaScript, ".vue": javaScript,
	".svelte": javaScript, ".mts": javaScript, ".astro": javaScript,
	".py": python, ".rb": ruby, ".rake": ruby, ".erb": ruby, ".php": php, ".go": golang, ".r": rlang, ".rmd": rlang, ".qmd": rlang,
	".java": java, ".kt": java, ".scala": java, ".ex": elixir, ".exs": elixir, ".rs": rust,
}

// usual are variables that say how the program is run rather than with what, or
// that a tool sets.
var usual = regexp.MustCompile(`^(?:NODE_ENV|RAILS_ENV|RACK_ENV|MIX_ENV|APP_ENV|FLASK_ENV|CI|CI_.*|GITHUB_.*|GITLAB_.*|TRAVIS.*|CIRCLE.*|JEST_.*|VITEST.*|CYPRESS.*|CUCUMBER_.*|npm_.*|PATH|HOME|PWD|USER|USERNAME|SHELL|LANG|LC_.*|TZ|TERM|TMPDIR|TEMP|TMP|PORT|HOSTNAME|DEBUG|NO_COLOR|COLUMNS|EDITOR|BASE_URL|MODE|DEV|PROD|SSR|ANALYZE|PYTHON.*|CUDA_.*|OMP_.*|JAVA_HOME|GOPATH|RUBY.*|BUNDLE.*|RAILS_(?:MAX_THREADS|MIN_THREADS|LOG_TO_STDOUT|LOG_LEVEL|SERVE_STATIC_FILES)|WEB_CONCURRENCY|JOB_CONCURRENCY|PIDFILE|BACKTRACE|SOLID_QUEUE_IN_PUMA|SPRING_PROFILES_ACTIVE|CARGO_.*|FLASK_.*|DJANGO_SETTINGS_MODULE|LHCI_.*|ARGV|RENV_.*|R_.*|NOT_CRAN|DOCKER_.*|PLAYWRIGHT.*|STORYBOOK.*|STANDALONE|PUBLIC_URL|env|get)$`)

// maxReadBytes is more than any source that a person writes.
const maxReadBytes = 512 << 10

// readVariables returns what the code takes from the environment, by name. Tests,
// samples, documentation and the set-up of tools are left out.
func readVariables(s *audit.Snapshot) []variable {
	found := map[string]*variable{}
	for _, f := range s.OwnFiles() {
		l := languageOf(f)
		if l == nil || f.SizeBytes > maxReadBytes || f.SizeBytes < 0 || aside(f.Path) {
			continue
		}
		content, err := s.Skim(f)
		if err != nil || !slices.ContainsFunc(l.marks, func(m string) bool { return bytes.Contains(content, []byte(m)) }) {
			continue
		}
		l.collect(f.Path, content, found)
	}
	all := []variable{}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		all = append(all, *found[name])
	}
	return all
}

func languageOf(f audit.File) *language {
	name := strings.ToLower(f.Name())
	if (strings.HasPrefix(name, "application") || strings.Contains(strings.ToLower(f.Path), "config/")) &&
		slices.Contains([]string{".yml", ".yaml", ".properties"}, path.Ext(name)) {
		return settings
	}
	if path.Ext(name) == ".conf" && (name == "application.conf" || strings.HasPrefix(f.Path, "conf/") || strings.Contains(f.Path, "/resources/")) {
		return hocon // Typesafe's, of Play and Akka
	}
	return languages[path.Ext(name)]
}

// collect reads one file line by line, comments left out.
func (l *language) collect(file string, content []byte, found map[string]*variable) {
	number := 0
	for line := range bytes.Lines(content) {
		number++
		if len(line) > 1000 || !slices.ContainsFunc(l.marks, func(m string) bool { return bytes.Contains(line, []byte(m)) }) && !l.bare() || comment(line) {
			continue
		}
		for _, at := range l.reads().FindAllSubmatchIndex(line, -1) {
			name := group(line, at)
			if name == "" || usual.MatchString(name) {
				continue
			}
			optional := defaulted(line[at[1]:])
			if old := found[name]; old != nil {
				old.Optional = old.Optional && optional
				continue
			}
			found[name] = &variable{Name: name, Place: audit.Place{Path: file, Line: number}, Optional: optional}
		}
	}
}

// bare is true for languages whose mark stands at the top of the file, where a
// library is imported, and not where a name is read.
func (l *language) bare() bool { return l == python || l == java }

func comment(line []byte) bool {
	line = bytes.TrimLeft(line, " \t")
	return bytes.HasPrefix(line, []byte("#")) || bytes.HasPrefix(line, []byte("//")) || bytes.HasPrefix(line, []byte("*"))
}

func group(line []byte, at []int) string {
	for i := 2; i+1 < len(at); i += 2 {
		if at[i] >= 0 {
			return string(line[at[i]:at[i+1]])
		}
	}
	return ""
}

// defaulted reports whether a default follows the name: , "x" or || "x".
func defaulted(rest []byte) bool {
	rest = bytes.TrimLeft(rest, "'\")] \t")
	for _, mark := range []string{",", "||", "??", "?:", "or ", "unwrap_or", "{"} {
		if bytes.HasPrefix(rest, []byte(mark)) {
			return true
		}
	}
	return false
}

// asideWords are parts of a path that say that the file is no part of what runs.
var asideWords = map[string]bool{
	"test": true, "tests": true, "testing": true, "spec": true, "specs": true, "__tests__": true, "fixtures": true, "mocks": true, "__mocks__": true,
	"e2e": true, "cypress": true, "playwright": true, "examples": true, "example": true, "samples": true, "sample": true, "docs": true, "doc": true, "demo": true,
	"stories": true, "jest": true, "vitest": true, "webpack": true, "testdata": true, "seeds": true, "support": true, "scripts": true, "bin": true, "github": true,
	"ci": true, "storybook": true, "development": true, "deploy": true, "lighthouserc": true, "benchmarks": true, "tools": true, "mvn": true,
}

// aside reports whether a file is a test, a sample, documentation, a tool.
func aside(file string) bool {
	for _, word := range strings.FieldsFunc(strings.ToLower(file), func(r rune) bool { return r == '/' || r == '.' || r == '-' || r == '_' }) {
		if asideWords[word] {
			return true
		}
	}
	return false
}
