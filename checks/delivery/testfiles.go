package delivery

import (
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// testKind is what a test file tests: one part, several together, or the whole
// as a user meets it.
type testKind string

const (
	unit        testKind = "unit"
	integration testKind = "integration"
	endToEnd    testKind = "end-to-end"
)

var testKinds = []testKind{unit, integration, endToEnd}

// testFile is one file of tests that the authors wrote.
type testFile struct {
	file audit.File
	kind testKind
	// sure is false when the path alone does not prove it: the content must agree.
	sure bool
}

// idleDirs hold what tests read, not tests; servedDirs hold what a browser
// gets or what prepares tests, where only a file named like a test counts.
var (
	idleDirs   = []string{"fixtures", "__fixtures__", "fixture", "testdata", "test-data", "test_data", "snapshots", "__snapshots__", "mocks", "__mocks__", "stubs", "golden"}
	servedDirs = []string{"data", "static", "public", "assets", "templates", "support", "plugins", "setup", "helpers", "utils"}
)

// jsSuffixes are those of JavaScript and what compiles to it.
var jsSuffixes = []string{".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".mts", ".cts", ".coffee", ".vue"}

// testFileOf recognises a test by its path; ok is false for anything else.
func testFileOf(f audit.File) (t testFile, ok bool) {
	if f.Mode == audit.Symlink || f.Mode == audit.Submodule || f.SizeBytes == 0 {
		return t, false
	}
	dir, name := f.Dir(), f.Name()
	suffix := path.Ext(name)
	recognise, known := testNames[suffix]
	if !known {
		return t, false
	}
	segments := strings.Split(strings.ToLower(dir), "/")
	if slices.ContainsFunc(segments, func(s string) bool { return slices.Contains(idleDirs, s) }) {
		return t, false
	}
	stem := strings.TrimSuffix(name, suffix)
	is, sure := recognise(stem, segments)
	named := !preparing[stem] && (strings.Contains(strings.ToLower(stem), "test") || strings.Contains(strings.ToLower(stem), "spec"))
	if !is || !named && !sure && slices.ContainsFunc(segments, func(s string) bool { return slices.Contains(servedDirs, s) }) {
		return t, false
	}
	return testFile{file: f, kind: kindOf(strings.ToLower(stem), suffix, withoutPackage(segments)), sure: sure}, true
}

// withoutPackage leaves out what stands below src/test/java: those folders are
// the names of packages, and a package called api holds tests of all kinds.
func withoutPackage(dirs []string) []string {
	for i, dir := range dirs {
		if i >= 2 && dirs[i-2] == "src" && slices.Contains([]string{"java", "kotlin", "scala", "groovy"}, dir) {
			return dirs[:i+1]
		}
	}
	return dirs
}

// preparing are stems that look like a test's and are of files that make tests
// ready to run.
var preparing = map[string]bool{
	"test_helper": true, "spec_helper": true, "rails_helper": true, "setupTests": true, "setup-tests": true, "setup_tests": true,
	"test-setup": true, "test_setup": true, "testSetup": true, "test-utils": true, "testUtils": true, "test-helpers": true, "testHelpers": true,
}

// testNames maps an extension to how tests are named in its language: given the
// stem and the folders in lower case, is it a test, and is the name proof enough?
var testNames = func() map[string]func(stem string, dirs []string) (is, sure bool) {
	names := map[string]func(string, []string) (bool, bool){
		".py":      pythonTest,
		".go":      func(stem string, _ []string) (bool, bool) { return strings.HasSuffix(stem, "_test"), true },
		".R":       rTest,
		".r":       rTest,
		".php":     phpTest,
		".phpt":    always,
		".rb":      rubyTest,
		".feature": always,
		".bats":    always,
		".robot":   always,
		".side":    always,
		".cs":      suffixed("Test", "Tests", "Spec", "Specs", "Should"),
		".fs":      suffixed("Test", "Tests"),
		".vb":      suffixed("Test", "Tests"),
		".swift":   suffixed("Tests", "Test", "Spec"),
		".dart":    suffixed("_test"),
		".exs":     suffixed("_test"),
		".clj":     suffixed("_test"),
		".cljs":    suffixed("_test"),
		".cljc":    suffixed("_test"),
		".erl":     suffixed("_SUITE", "_tests"),
		".hs":      suffixed("Spec", "Test", "Tests"),
		".lua":     suffixed("_spec", "_test"),
		".rs":      func(_ string, dirs []string) (bool, bool) { return slices.Contains(dirs, "tests"), false },
		".jl":      func(stem string, dirs []string) (bool, bool) { return dirs[len(dirs)-1] == "test", stem == "runtests" },
		".t":       func(_ string, dirs []string) (bool, bool) { return slices.Contains(dirs, "t"), true },
		".ml":      nativeTest, ".c": nativeTest, ".cc": nativeTest, ".cpp": nativeTest, ".cxx": nativeTest, ".sh": shellTest,
		".elm": suffixed("Test", "Tests", "Spec"),
		".sql": func(_ string, dirs []string) (bool, bool) {
			return dirs[0] == "tests" || slices.Contains(dirs, "tests"), false
		},
	}
	for _, suffix := range jsSuffixes {
		names[suffix] = jsTest
	}
	for _, suffix := range []string{".java", ".kt", ".scala", ".groovy"} {
		names[suffix] = javaTest
	}
	return names
}()

func always(string, []string) (bool, bool) { return true, true }

func suffixed(suffixes ...string) func(string, []string) (bool, bool) {
	return func(stem string, _ []string) (bool, bool) {
		return slices.ContainsFunc(suffixes, func(s string) bool { return strings.HasSuffix(stem, s) && stem != s }), true
	}
}

// pythonTest: pytest's and unittest's names. Many a script is called test_x.py
// and tests nothing, so the content must agree.
func pythonTest(stem string, _ []string) (bool, bool) {
	return strings.HasPrefix(stem, "test_") || strings.HasSuffix(stem, "_test") || strings.HasSuffix(stem, "_tests") || stem == "tests", false
}

func jsTest(stem string, dirs []string) (bool, bool) {
	for _, word := range []string{".test", ".spec", ".e2e", ".cy", ".e2e-spec", "-spec", "-test", "_test", "_spec", ".it"} {
		if strings.HasSuffix(stem, word) {
			return true, word[0] == '.'
		}
	}
	if slices.Contains(dirs, "__tests__") {
		return true, false
	}
	return slices.ContainsFunc(dirs, func(d string) bool {
		return d == "e2e" || d == "cypress" || d == "tests" || d == "test" || d == "spec" || d == "playwright"
	}), false
}

// rTest: testthat runs what begins with "test"; R CMD check runs every script of
// tests/.
func rTest(stem string, dirs []string) (bool, bool) {
	last := dirs[len(dirs)-1]
	begins := strings.HasPrefix(strings.ToLower(stem), "test")
	switch {
	case stem == "testthat" || stem == "tinytest" || stem == "run_tests":
		return false, false
	case last == "testthat" || last == "tinytest" || last == "shinytest" || slices.Contains(dirs, "testthat"):
		return begins, true
	case last == "tests" || last == "unittests":
		return true, false
	}
	return begins && strings.ContainsAny(stem, "-_."), false
}

func phpTest(stem string, dirs []string) (bool, bool) {
	for _, suffix := range []string{"Test", "Cest", "Cept", "Spec"} {
		if strings.HasSuffix(stem, suffix) && stem != suffix {
			return true, slices.Contains(dirs, "tests") || slices.Contains(dirs, "test") || slices.Contains(dirs, "spec")
		}
	}
	return false, false
}

func rubyTest(stem string, dirs []string) (bool, bool) {
	switch {
	case strings.HasSuffix(stem, "_spec"):
		return true, true
	case strings.HasSuffix(stem, "_test"), strings.HasPrefix(stem, "test_") && slices.ContainsFunc(dirs, func(d string) bool { return d == "test" || d == "tests" }):
		return true, false
	}
	return false, false
}

func javaTest(stem string, dirs []string) (bool, bool) {
	if !slices.ContainsFunc(dirs, func(d string) bool {
		return d == "test" || d == "tests" || d == "it" || strings.HasSuffix(d, "test") || strings.HasSuffix(d, "-tests")
	}) {
		return false, false
	}
	for _, word := range []string{"Test", "Tests", "IT", "Spec", "TestCase", "Suite", "Specification", "Steps", "IntegrationTest"} {
		if strings.HasSuffix(stem, word) {
			return true, true
		}
	}
	return strings.HasPrefix(stem, "Test") || strings.HasPrefix(stem, "IT"), false
}

func nativeTest(stem string, dirs []string) (bool, bool) {
	lower := strings.ToLower(stem)
	return strings.HasPrefix(lower, "test_") || strings.HasPrefix(lower, "test-") || strings.HasSuffix(lower, "_test") || strings.HasSuffix(lower, "-test") ||
		lower == "test" && slices.ContainsFunc(dirs, func(d string) bool { return d == "test" || d == "tests" }), false
}

// shellTest: outside a folder of tests, test-all.sh starts the tests of others.
func shellTest(stem string, dirs []string) (bool, bool) {
	is, sure := nativeTest(stem, dirs)
	return is && slices.ContainsFunc(dirs, func(d string) bool { return d == "test" || d == "tests" || d == "t" }), sure
}

// wholeWords and togetherWords, in a folder's or a file's name, say that a test
// crosses the parts of the program.
var (
	wholeWords    = []string{"e2e", "end2end", "end-to-end", "endtoend", "cypress", "playwright", "features", "acceptance", "selenium", "system", "capybara", "gatling", "k6", "browser", "dusk", "ui-tests", "uitests", "puppeteer", "nightwatch", "testcafe", "integration_test", "screenshot", "shinytest", "shinytest2"}
	togetherWords = []string{"integration", "integrations", "integration_tests", "integration-tests", "integrationtest", "integrationtests", "functional", "feature", "requests", "request", "controllers", "controller", "api", "it", "end2end", "smoke", "contract", "routes", "views", "endpoints"}
)

func kindOf(stem, suffix string, dirs []string) testKind {
	words := strings.FieldsFunc(stem, func(r rune) bool { return strings.ContainsRune("._- ", r) })
	switch {
	case suffix == ".feature" || suffix == ".robot" || suffix == ".side":
		return endToEnd
	case slices.Contains(dirs, "unit") || slices.Contains(dirs, "unittests"):
		return unit
	case slices.Contains(words, "e2e") || strings.Contains(strings.Join(words, " "), "end to end") || slices.Contains(words, "cy") || slices.ContainsFunc(dirs, func(d string) bool { return slices.Contains(wholeWords, d) }) && testDir(dirs):
		return endToEnd
	case slices.Contains(words, "integration") || slices.Contains(words, "functional") || strings.HasSuffix(stem, "integrationtest") || suffix == ".java" && strings.HasSuffix(stem, "it") || suffix == ".bats":
		return integration
	case suffix == ".rs" && slices.Contains(dirs, "tests"):
		return integration
	case slices.ContainsFunc(dirs, func(d string) bool { return slices.Contains(togetherWords, d) }) && testDir(dirs):
		return integration
	}
	return unit
}

// testDir reports whether one of the folders is one of tests: "system" and "api"
// are names of code elsewhere.
func testDir(dirs []string) bool {
	return slices.ContainsFunc(dirs, func(d string) bool {
		for _, word := range []string{"test", "spec", "e2e", "cypress", "playwright", "features", "integration", "acceptance", "selenium"} {
			if strings.Contains(d, word) {
				return true
			}
		}
		return false
	})
}
