package laws

import (
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// vagueNames say nothing about what a package holds.
var vagueNames = []string{"util", "utils", "common", "helper", "helpers", "misc", "types", "manager", "shared", "base"}

func TestPackagesHaveNamesAndComments(t *testing.T) {
	_, all := sources(t)
	documented := map[string]bool{}
	for _, s := range all {
		if slices.Contains(vagueNames, s.file.Name.Name) || slices.Contains(vagueNames, path.Base(s.pkg())) {
			t.Errorf("%s: a package is one noun that a user would say", s.path)
		}
		documented[s.pkg()] = documented[s.pkg()] || s.file.Doc != nil
	}
	for pkg, ok := range documented {
		if !ok {
			t.Errorf("%s: no file has a package comment", pkg)
		}
	}
}

func TestNothingRunsBeforeMain(t *testing.T) {
	fset, all := sources(t)
	for _, s := range all {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s: func init: lists here are explicit", where(fset, s, f.Pos()))
			}
		}
	}
}

var leftover = regexp.MustCompile(`\b(TODO|FIXME|XXX|HACK)\b`)

func TestNothingIsLeftForLater(t *testing.T) {
	fset, all := sources(t)
	for _, s := range all {
		for _, group := range s.file.Comments {
			for _, c := range group.List {
				if leftover.MatchString(c.Text) {
					t.Errorf("%s: %s: open an issue instead", where(fset, s, c.Pos()), c.Text)
				}
			}
		}
	}
}

// A test that skips proves nothing to whoever sees it pass: what a test needs is
// either there or the test fails and says what to install.
func TestNoTestSkips(t *testing.T) {
	fset, all := sources(t)
	for _, s := range all {
		if !s.test && !strings.HasPrefix(s.path, "checks/checktest/") {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if pos := skips(n); pos.IsValid() {
				t.Errorf("%s: no test skips", where(fset, s, pos))
			}
			return true
		})
	}
}

func skips(n ast.Node) token.Pos {
	call, ok := n.(*ast.SelectorExpr)
	if !ok {
		return token.NoPos
	}
	if isIdent(call.X, "t", "b", "f", "tb") && slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, call.Sel.Name) ||
		isIdent(call.X, "testing") && call.Sel.Name == "Short" {
		return call.Pos()
	}
	return token.NoPos
}

// maxLongShare is how many functions may be longer than maxLines: a few, where
// cutting would only scatter one thought.
const (
	maxLines     = 60
	maxLongShare = 0.06
)

func TestFunctionsAreShort(t *testing.T) {
	fset, all := sources(t)
	functions, long := 0, []string{}
	for _, s := range all {
		if s.test {
			continue
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			functions++
			if fset.Position(f.End()).Line-fset.Position(f.Pos()).Line > maxLines {
				long = append(long, where(fset, s, f.Pos())+" "+f.Name.Name)
			}
		}
	}
	if float64(len(long)) > maxLongShare*float64(functions) {
		t.Errorf("%d of %d functions are longer than %d lines:\n%s", len(long), functions, maxLines, strings.Join(long, "\n"))
	}
}

// maxUndocumentedShare leaves room for names that say it all, such as those of
// a list of constants.
const maxUndocumentedShare = 0.15

func TestExportedNamesAreDocumented(t *testing.T) {
	fset, all := sources(t)
	exported, bare := 0, []string{}
	for _, s := range all {
		if s.test {
			continue
		}
		for _, d := range s.file.Decls {
			name, doc := declared(d)
			if !name.IsValid() {
				continue
			}
			exported++
			if !doc {
				bare = append(bare, where(fset, s, name))
			}
		}
	}
	if float64(len(bare)) > maxUndocumentedShare*float64(exported) {
		t.Errorf("%d of %d exported names have no comment:\n%s", len(bare), exported, strings.Join(bare, "\n"))
	}
}

// declared returns where a declaration exports a name, and whether it says what
// the name is for.
func declared(d ast.Decl) (at token.Pos, documented bool) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() {
			return d.Pos(), d.Doc != nil
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				if spec.Name.IsExported() {
					return spec.Pos(), d.Doc != nil || spec.Doc != nil
				}
			case *ast.ValueSpec:
				if spec.Names[0].IsExported() {
					return spec.Pos(), d.Doc != nil || spec.Doc != nil
				}
			}
		}
	}
	return token.NoPos, false
}
