package checks_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// answers are the functions of package audit whose first argument is the key of
// a reason.
var answers = []string{"Met", "PartlyMet", "NotMet", "NotApplicable", "Unknown", "Because"}

// literalsOf reads the Go files of a folder, tests left out. It returns every
// string literal and, for each file, the literals that are given as reasons with
// the place of one of them.
func literalsOf(t *testing.T, folder string) (literals []string, given map[string]map[string]string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	given = map[string]map[string]string{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		reasons := map[string]string{}
		ast.Inspect(file, func(n ast.Node) bool {
			if text, ok := literal(n); ok {
				literals = append(literals, text)
			}
			if call, ok := n.(*ast.CallExpr); ok && answersWith(call) {
				if key, ok := literal(call.Args[0]); ok {
					reasons[key] = fmt.Sprintf("%s:%d", name, fset.Position(call.Pos()).Line)
				}
			}
			return true
		})
		given[filepath.Base(name)] = reasons
	}
	return literals, given
}

func literal(n ast.Node) (string, bool) {
	lit, ok := n.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

func answersWith(call *ast.CallExpr) bool {
	function, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) == 0 {
		return false
	}
	pkg, ok := function.X.(*ast.Ident)
	return ok && pkg.Name == "audit" && slices.Contains(answers, function.Sel.Name)
}
