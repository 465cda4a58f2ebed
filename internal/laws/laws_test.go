// Package laws keeps the laws of the architecture: who may import whom, what
// must stay pure, what has no place here. It reads the source and runs nothing.
package laws

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/perenne-audit/perenne"

// readers turn files of the snapshot into something a check can ask about.
var readers = []string{
	"internal/bom", "internal/container", "internal/database", "internal/deliverable", "internal/document", "internal/guide",
	"internal/history", "internal/licence", "internal/lifecycle", "internal/maintainer", "internal/manifest", "internal/publiccode", "internal/release",
	"internal/script", "internal/secret", "internal/version", "internal/yamlfile",
}

// imports is the one table of what a package may import from this module. A key
// ending in "/*" stands for the folders right below it; the longest key counts,
// and a package without one fails. Tests may import what they like.
var imports = map[string][]string{
	"internal/audit": {},

	"internal/bom":         {"internal/audit"},
	"internal/script":      {"internal/audit"},
	"internal/secret":      {"internal/audit"},
	"internal/version":     {},
	"internal/yamlfile":    {"internal/audit"},
	"internal/container":   {"internal/audit", "internal/yamlfile"},
	"internal/publiccode":  {"internal/audit", "internal/yamlfile"},
	"internal/document":    {"internal/audit"},
	"internal/guide":       {"internal/audit", "internal/document"},
	"internal/database":    {"internal/audit", "internal/container", "internal/manifest"},
	"internal/history":     {"internal/audit"},
	"internal/release":     {"internal/audit", "internal/document"},
	"internal/lifecycle":   {"internal/audit"},
	"internal/manifest":    {"internal/audit"},
	"internal/maintainer":  {"internal/audit", "internal/document", "internal/history", "internal/manifest", "internal/publiccode"},
	"internal/licence":     {"internal/audit", "internal/manifest", "internal/document"},
	"internal/deliverable": {"internal/audit", "internal/manifest", "internal/document", "internal/container", "internal/publiccode"},

	"internal/rule": append([]string{"internal/audit"}, readers...),

	"checks":           {"internal/audit", "checks/*"},
	"checks/*":         append([]string{"internal/audit"}, readers...),
	"checks/checktest": {"internal/audit", "internal/judge"},

	"internal/judge":            {"internal/audit"},
	"internal/score":            {"internal/audit"},
	"internal/plan":             {"internal/audit"},
	"internal/text":             {"internal/audit"},
	"internal/report":           {"internal/audit", "internal/text"},
	"internal/acquire":          {"internal/audit", "internal/acquire/*", "internal/guard"},
	"internal/knowledge":        {"internal/audit", "internal/deliverable", "internal/history"},
	"internal/handover":         {"internal/audit", "internal/history", "internal/knowledge", "internal/maintainer", "internal/release"},
	"internal/acquire/gitpack":  {"internal/audit"},
	"internal/acquire/gitwire":  {"internal/audit", "internal/guard"},
	"internal/acquire/gitserve": {},
	"internal/store":            {"internal/audit"},
	"internal/store/ledger":     {"internal/audit", "internal/store"},
	"internal/store/postgres":   {"internal/audit", "internal/store", "internal/store/ledger"},
	"internal/store/sqlite":     {"internal/audit", "internal/store", "internal/store/ledger"},
	"internal/store/storetest":  {"internal/audit", "internal/store", "internal/score"},
	"internal/demo":             {"internal/audit"},
	"internal/form":             {"internal/audit"},
	"internal/portfolio":        {"internal/audit", "internal/form"},
	"internal/policy":           append([]string{"internal/audit", "internal/form", "internal/rule"}, readers...),
	"internal/queue":            {"internal/audit"},
	"internal/evidence":         {"internal/audit"},
	"internal/forge":            {"internal/audit", "internal/guard"},
	"internal/forge/*":          {"internal/audit", "internal/forge"},
	"internal/forge/forgetest":  {"internal/audit", "internal/forge", "internal/guard"},
	"internal/guard":            {"internal/audit"},
	"internal/remedy":           append([]string{"internal/audit"}, readers...),
	"internal/hook":             {"internal/audit", "internal/forge", "internal/store"},
	"internal/advisory":         {"internal/audit"},
	"internal/board":            {"internal/audit", "internal/store", "internal/score", "internal/queue", "internal/plan"},
	"internal/roadmap":          {"internal/audit", "internal/plan", "internal/report", "internal/text"},
	"internal/issue":            {"internal/audit", "internal/plan", "internal/report", "internal/text"},
	"internal/metrics":          {"internal/audit", "internal/board", "internal/store"},
	"internal/web":              {"internal/audit", "internal/board", "internal/store", "internal/plan", "internal/report", "internal/roadmap", "internal/text", "internal/score"},

	"config": {"internal/acquire", "internal/audit", "internal/forge"},

	// Only these know several stages.
	"internal/pipeline": append([]string{
		"internal/audit", "internal/acquire", "internal/judge", "internal/score", "internal/plan",
		"internal/portfolio", "internal/evidence", "internal/forge", "internal/guard", "internal/handover", "internal/queue", "internal/store",
	}, readers...),
	"internal/publish": {
		"internal/acquire", "internal/audit", "internal/board", "internal/forge", "internal/guard", "internal/issue", "internal/queue", "internal/report", "internal/store", "internal/text",
	},
	"cmd/perenne": {
		"checks", "config", "internal/acquire", "internal/advisory", "internal/audit", "internal/board", "internal/demo", "internal/forge", "internal/forge/*",
		"internal/guard", "internal/handover", "internal/hook", "internal/issue", "internal/knowledge", "internal/metrics", "internal/publish",
		"internal/pipeline", "internal/plan", "internal/policy", "internal/portfolio", "internal/queue", "internal/remedy", "internal/report", "internal/roadmap", "internal/score",
		"internal/store", "internal/store/postgres", "internal/store/sqlite", "internal/text", "internal/web",
	},
	// These measure checks and readers on texts that lie elsewhere.
	"internal/licence/accuracy":   {"internal/audit", "internal/licence", "checks/licences"},
	"internal/knowledge/accuracy": {"config", "internal/acquire", "internal/audit", "internal/knowledge"},
	"internal/guide/accuracy":     {"internal/audit", "internal/document", "internal/guide", "checks/documentation"},
	"internal/container/accuracy": {"internal/audit", "internal/container", "checks/containers"},
	"internal/bench":              {"checks", "checks/*", "config", "internal/*", "internal/acquire/*"},
	"internal/soak":               {"checks", "config", "internal/*", "internal/acquire/*", "internal/store/*"},
	"internal/laws":               {},

	"internal/lifecycle/refresh": {"internal/lifecycle"},
}

// impure are packages that reach out of the process, for the packages that may
// not: the words, the readers and the checks.
var impure = []string{
	"net", "net/http", "os", "os/exec", "os/signal", "os/user", "plugin", "syscall",
	"math/rand", "math/rand/v2", "crypto/rand", "path/filepath", "io/ioutil",
}

// clocks are the functions of package time that look at the clock.
var clocks = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}

// source is one parsed file.
type source struct {
	path string // relative to the top of the module, with slashes
	test bool
	file *ast.File
}

func (s source) pkg() string { return path.Dir(s.path) }

// imported lists the paths that the file imports.
func (s source) imported() []string {
	var all []string
	for _, spec := range s.file.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			panic(err)
		}
		all = append(all, name)
	}
	return all
}

// where names a place in a file as path:line.
func where(fset *token.FileSet, s source, pos token.Pos) string {
	return s.path + ":" + strconv.Itoa(fset.Position(pos).Line)
}

// sources parses every Go file of the module. Modules nested in it, such as
// tools, have laws of their own.
func sources(t *testing.T) (*token.FileSet, []source) {
	t.Helper()
	top := filepath.Join("..", "..")
	fset := token.NewFileSet()
	var all []source
	err := filepath.WalkDir(top, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != top {
			_, nested := os.Stat(filepath.Join(name, "go.mod"))
			if d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") || !errors.Is(nested, fs.ErrNotExist) {
				return fs.SkipDir
			}
		}
		if d.IsDir() || filepath.Ext(name) != ".go" {
			return nil
		}
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(top, name)
		if err != nil {
			return err
		}
		all = append(all, source{filepath.ToSlash(relative), strings.HasSuffix(name, "_test.go"), file})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return fset, all
}

func TestImportsAreInTheTable(t *testing.T) {
	_, all := sources(t)
	for _, s := range all {
		if s.test {
			continue
		}
		allowed, found := rule(s.pkg())
		if !found {
			t.Errorf("%s: the package is not in the table of allowed imports", s.path)
			continue
		}
		for _, name := range s.imported() {
			if own, ok := strings.CutPrefix(name, module+"/"); ok && !slices.ContainsFunc(allowed, matches(own)) {
				t.Errorf("%s imports %s, which the table of allowed imports does not hold", s.path, own)
			}
		}
	}
}

// rule returns what the package may import; the longest key wins.
func rule(pkg string) (allowed []string, found bool) {
	if allowed, found = imports[pkg]; found {
		return allowed, true
	}
	allowed, found = imports[path.Dir(pkg)+"/*"]
	return allowed, found
}

func matches(pkg string) func(pattern string) bool {
	return func(pattern string) bool {
		ok, err := path.Match(pattern, pkg)
		return ok && err == nil
	}
}

func TestTableNamesRealPackages(t *testing.T) {
	_, all := sources(t)
	for key := range imports {
		if !slices.ContainsFunc(all, func(s source) bool { return matches(s.pkg())(key) }) {
			t.Errorf("the table of allowed imports names %s, which does not exist", key)
		}
	}
}

func TestWordsImportTheStandardLibraryOnly(t *testing.T) {
	_, all := sources(t)
	for _, s := range all {
		if s.pkg() != "internal/audit" || s.test {
			continue
		}
		for _, name := range s.imported() {
			if first, _, _ := strings.Cut(name, "/"); strings.Contains(first, ".") {
				t.Errorf("%s imports %s: internal/audit imports the standard library only", s.path, name)
			}
		}
	}
}

// pure reports whether the package may look at nothing but its arguments.
func pure(pkg string) bool {
	return pkg == "internal/audit" || pkg == "internal/rule" || slices.Contains(readers, pkg) ||
		pkg == "checks" || strings.HasPrefix(pkg, "checks/") && pkg != "checks/checktest"
}

func TestChecksArePure(t *testing.T) {
	fset, all := sources(t)
	for _, s := range all {
		if s.test || !pure(s.pkg()) {
			continue
		}
		for _, name := range s.imported() {
			if slices.Contains(impure, name) {
				t.Errorf("%s imports %s: the snapshot is a check's only input", s.path, name)
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if call, ok := n.(*ast.SelectorExpr); ok && isIdent(call.X, "time") && slices.Contains(clocks, call.Sel.Name) {
				t.Errorf("%s: time.%s: ages are counted to the snapshot's TakenAt", where(fset, s, n.Pos()), call.Sel.Name)
			}
			return true
		})
	}
}

func isIdent(e ast.Expr, names ...string) bool {
	id, ok := e.(*ast.Ident)
	return ok && slices.Contains(names, id.Name)
}
