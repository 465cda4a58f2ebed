package errorreporting

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/manifest"
)

// sourceSuffixes maps an ecosystem to the extensions of its sources and
// settings.
var sourceSuffixes = map[manifest.Ecosystem]string{
	manifest.NPM: ".js .jsx .ts .tsx .mjs .cjs .mts .cts .vue .svelte", manifest.PyPI: ".py .ini", manifest.Conda: ".py", manifest.Composer: ".php .yaml .yml",
	manifest.RubyGems: ".rb .ru", manifest.Go: ".go", manifest.Maven: ".java .kt .scala .groovy .properties .yml .yaml .xml", manifest.CRAN: ".R .r .Rmd",
	manifest.NuGet: ".cs .fs .vb", manifest.Hex: ".ex .exs", manifest.Cargo: ".rs", manifest.Clojure: ".clj .cljc .cljs",
}

// maxSourceBytes is more than a person writes into one source.
const maxSourceBytes = 512 << 10

// sources returns the authors' own sources below a folder with one of the
// extensions, those named like a starting point first.
func sources(s *audit.Snapshot, root, suffixes string) []audit.File {
	var first, rest []audit.File
	for _, f := range s.OwnFiles() {
		if !audit.Within(f.Dir(), root) || f.SizeBytes > maxSourceBytes || f.Mode == audit.Symlink || f.Mode == audit.Submodule {
			continue
		}
		if suffix := path.Ext(f.Path); suffix == "" || !listed(suffix, suffixes) || secondary(f.Path) {
			continue
		}
		if startingPoint(f.Path) {
			first = append(first, f)
		} else {
			rest = append(rest, f)
		}
	}
	return append(first, rest...)
}

var startWords = []string{
	"sentry", "bugsnag", "rollbar", "raven", "monitor", "error", "report", "log", "main", "index", "app", "settings", "init", "config", "bootstrap", "entry",
	"server", "wsgi", "asgi", "program", "startup", "boot", "kernel", "instrument", "provider", "handler",
}

func startingPoint(name string) bool {
	base := strings.ToLower(path.Base(name))
	return slices.ContainsFunc(startWords, func(word string) bool { return strings.Contains(base, word) })
}

// secondary recognises tests, samples, documentation and continuous integration,
// where a call starts nothing in production, and copies that browsers download.
func secondary(name string) bool {
	lower := strings.ToLower(name)
	for segment := range strings.SplitSeq(path.Dir(lower), "/") {
		switch segment {
		case "test", "tests", "__tests__", "spec", "specs", "e2e", "cypress", "testdata", "fixtures", "example", "examples", "exemples", "samples", "docs", "doc",
			"documentation", "mocks", "__mocks__", ".github", "lib-static", "vendors", "plugins-vendor", "migrations":
			return true
		}
		if strings.HasSuffix(segment, "_tests") || strings.HasSuffix(segment, "-tests") {
			return true // integration_tests
		}
	}
	base := path.Base(lower)
	return strings.Contains(base, ".test.") || strings.Contains(base, ".spec.") || strings.HasPrefix(base, "test_") || strings.Contains(base, "_test.") || strings.Contains(base, "-test.") ||
		strings.Contains(base, "_spec.") || strings.Contains(base, ".stories.") || strings.HasPrefix(base, "jquery")
}

// lineOf finds the first of the marks that stands in no comment, and returns its
// line from 1, 0 for none.
func lineOf(content []byte, mark string) int {
	for start := 0; ; {
		i := bytes.Index(content[start:], []byte(mark))
		if i < 0 {
			return 0
		}
		at := start + i
		if !commented(content, at) && !insideName(content, at) {
			return 1 + bytes.Count(content[:at], []byte("\n"))
		}
		start = at + len(mark)
	}
}

// lineText returns the line that a position stands on.
func lineText(content []byte, at int) []byte {
	begin := bytes.LastIndexByte(content[:at], '\n') + 1
	end := bytes.IndexByte(content[at:], '\n')
	if end < 0 {
		return content[begin:]
	}
	return content[begin : at+end]
}

var commentMarks = []string{"//", "#", "*", "/*", "<!--", ";", "--", "{#", "\"\"\""}

func commented(content []byte, at int) bool {
	begin := bytes.LastIndexByte(content[:at], '\n') + 1
	line := bytes.TrimSpace(content[begin:at])
	for _, mark := range commentMarks {
		if bytes.HasPrefix(line, []byte(mark)) {
			return true
		}
	}
	return bytes.Contains(line, []byte(" // ")) || bytes.Contains(line, []byte(" # "))
}

// insideName reports whether the position continues a longer word: "bugsnag(" is
// not in "initBugsnag(".
func insideName(content []byte, at int) bool {
	if at == 0 {
		return false
	}
	c := content[at-1]
	first := content[at]
	letter := func(c byte) bool {
		return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
	}
	return letter(c) && letter(first)
}
