package deliverable

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/manifest"
)

// goRouters are packages that nobody uses without a server.
var goRouters = []string{
	"github.com/gin-gonic/gin", "github.com/labstack/echo/v4", "github.com/labstack/echo", "github.com/gofiber/fiber/v2", "github.com/gofiber/fiber/v3",
	"github.com/go-chi/chi/v5", "github.com/go-chi/chi", "github.com/gorilla/mux", "github.com/julienschmidt/httprouter", "github.com/gobuffalo/buffalo",
	"github.com/beego/beego/v2", "github.com/danielgtaylor/huma/v2", "github.com/revel/revel", "github.com/valyala/fasthttp",
}

// goServer returns the go.mod of a module with a main package and a server, and
// whether it serves programs only: it is a service unless it holds pages.
func (v *survey) goServer(p *project) (m *manifest.Manifest, service bool) {
	for _, one := range p.manifests {
		if one.Ecosystem == manifest.Go && strings.HasSuffix(one.Path, "go.mod") {
			m = one
		}
	}
	if m == nil {
		return nil, false
	}
	files := v.goFiles(p.root)
	if !v.hasMain(p.root, files) || p.has(manifest.Go, false, goRouters...) == nil && !v.listens(files) {
		return nil, false
	}
	return m, !v.hasPages(p.root)
}

// goFiles are the files of a module that are no tests.
func (v *survey) goFiles(root string) []audit.File {
	return v.below(root, func(f audit.File) bool {
		return strings.HasSuffix(f.Path, ".go") && !strings.HasSuffix(f.Path, "_test.go") && f.SizeBytes <= maxImportsBytes
	})
}

// goProgram reports whether somebody can start a module: one without a main
// package, database or not, is what other programs import.
func (v *survey) goProgram(root string) bool {
	return v.s.HasDir(strings.TrimPrefix(root+"/cmd", "/")) || v.hasMain(root, v.goFiles(root))
}

// hasMain looks for a main package where Go programs keep it.
func (v *survey) hasMain(root string, files []audit.File) bool {
	for _, f := range files {
		inside := strings.TrimPrefix(strings.TrimPrefix(f.Dir(), root), "/")
		if inside != "" && f.Name() != "main.go" {
			continue
		}
		content, err := v.s.Read(f)
		if err != nil {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), "", content, parser.PackageClauseOnly)
		if err == nil && file.Name.Name == "main" {
			return true
		}
	}
	return false
}

// listeners are the functions and types by which net/http and gRPC listen.
var listeners = map[string]bool{"ListenAndServe": true, "ListenAndServeTLS": true, "Serve": true, "ServeTLS": true}

// listens reports whether some file starts a server, reading the likely ones
// first and no more than maxImportsRead.
func (v *survey) listens(files []audit.File) bool {
	slices.SortStableFunc(files, func(a, b audit.File) int { return promise(a) - promise(b) })
	for _, f := range files[:min(len(files), maxImportsRead)] {
		content, err := v.s.Read(f)
		if err == nil && mayListen(content) && startsServer(content) {
			return true
		}
	}
	return false
}

// mayListen is a quick look that spares parsing most files.
func mayListen(content []byte) bool {
	call := bytes.Contains(content, []byte("ListenAndServe")) || bytes.Contains(content, []byte(".Serve(")) || bytes.Contains(content, []byte(".ServeTLS("))
	return call && (bytes.Contains(content, []byte(`"net/http"`)) || bytes.Contains(content, []byte(`google.golang.org/grpc"`)))
}

// startsServer looks for the call in the syntax tree, so that comments and
// strings do not count.
func startsServer(content []byte) bool {
	file, err := parser.ParseFile(token.NewFileSet(), "", content, parser.SkipObjectResolution)
	if err != nil {
		return false
	}
	found := false
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return !found
		}
		if selector, ok := call.Fun.(*ast.SelectorExpr); ok && listeners[selector.Sel.Name] {
			if x, ok := selector.X.(*ast.Ident); !ok || x.Name != "httptest" {
				found = true
			}
		}
		return !found
	})
	return found
}

// hasPages reports whether the module holds templates or pages of its own.
func (v *survey) hasPages(root string) bool {
	pages := v.below(root, func(f audit.File) bool {
		for _, suffix := range []string{".html", ".gohtml", ".tmpl", ".templ", ".html.tpl"} {
			if strings.HasSuffix(f.Path, suffix) {
				return !strings.HasPrefix(f.Path, "docs/") && !strings.HasPrefix(f.Path, "doc/")
			}
		}
		return false
	})
	return len(pages) > 0
}
