package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/text"
)

const apiRoot = "/api/v1"

// guardedMux puts the same around the API's routes as around the pages.
type guardedMux struct {
	mux   *http.ServeMux
	site  *site
	needs map[string]need
}

// HandleFunc implements what humago needs of a router.
func (g guardedMux) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	g.mux.Handle(pattern, g.site.allow(g.needs[pattern], g.site.conditional(http.HandlerFunc(h))))
}

// Handle implements what humago needs of a router.
func (g guardedMux) Handle(pattern string, h http.Handler) { g.HandleFunc(pattern, h.ServeHTTP) }

// ServeHTTP implements what humago needs of a router.
func (g guardedMux) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.mux.ServeHTTP(w, r) }

// api adds the API and the document that describes it.
func (s *site) api(mux *http.ServeMux) error {
	config := huma.DefaultConfig("perenne", "1")
	config.Info.Description = "What a portfolio of public-sector challenges needs to last: scores, evidence, actions, history. " +
		"Fields are only ever added. Numbers that nobody knows are absent, never 0."
	// Pages to try the API out would need scripts from elsewhere. The hooks would
	// add a $schema to every document.
	config.DocsPath, config.SchemasPath, config.OpenAPIPath, config.CreateHooks = "", "", "", nil
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer", Description: "A token from the configuration (access.tokens)."},
	}
	guarded := guardedMux{mux, s, map[string]need{}}
	api := &routes{huma: humago.New(guarded, config), site: s, mux: guarded}
	api.read()
	api.write()
	amend(api.huma.OpenAPI().Components.Schemas.Map())
	document, err := json.MarshalIndent(api.huma.OpenAPI(), "", "  ")
	if err != nil {
		return fmt.Errorf("describe the API: %w", err)
	}
	s.openAPI = document
	described := s.allow(open, s.conditional(http.HandlerFunc(s.describe)))
	mux.Handle("GET /openapi.json", described)
	mux.Handle("GET "+apiRoot+"/openapi.json", described)
	return nil
}

// amend says what reflection cannot: that fields are only ever added to answers,
// so that nobody may rely on there being no others, and that a waiver is null
// where there is none.
func amend(schemas map[string]*huma.Schema) {
	for name, schema := range schemas {
		if name != orderSchema && name != decisionSchema {
			schema.AdditionalProperties = nil
		}
		if waiver := schema.Properties["waiver"]; waiver != nil && waiver.Ref != "" {
			schema.Properties["waiver"] = &huma.Schema{OneOf: []*huma.Schema{{Type: "null"}, {Ref: waiver.Ref}}}
		}
	}
}

// The names that huma gives to the bodies that are sent to us.
const (
	orderSchema    = "OrderBody"
	decisionSchema = "DecisionBody"
)

func (s *site) describe(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/vnd.oai.openapi+json;version=3.1")
	// A reader who left is nobody's error.
	_, _ = w.Write(s.openAPI)
}

// routes registers operations.
type routes struct {
	huma huma.API
	site *site
	mux  guardedMux
}

// operation is one route of the API in a few words.
type operation struct {
	id, method, path, summary, description string
	need                                   need
	status                                 int
	errors                                 []int
}

// add registers an operation.
func add[I, O any](a *routes, o operation, h func(context.Context, *I) (*O, error)) {
	a.mux.needs[o.method+" "+apiRoot+o.path] = o.need
	errs := append([]int{http.StatusUnauthorized, http.StatusForbidden}, o.errors...)
	huma.Register(a.huma, huma.Operation{
		OperationID: o.id, Method: o.method, Path: apiRoot + o.path, Summary: o.summary, Description: o.description,
		DefaultStatus: o.status, Errors: errs, MaxBodyBytes: maxBodyBytes,
		Security: []map[string][]string{{}, {"bearer": {}}},
	}, func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, in)
		return out, a.site.problem(ctx, err)
	})
}

// problem turns an error into RFC 9457. What went wrong inside is logged and not
// told.
func (s *site) problem(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	var already huma.StatusError
	if errors.As(err, &already) {
		return err
	}
	code := statusOf(err)
	if code >= http.StatusInternalServerError {
		s.Logger.ErrorContext(ctx, "answer", "error", audit.MaskEmails(err.Error()))
	}
	return huma.NewError(code, http.StatusText(code))
}

// Languages chooses the language of an answer.
type Languages struct {
	Lang   string `query:"lang" enum:"fr,en" doc:"Language of sentences; otherwise Accept-Language decides."`
	Accept string `header:"Accept-Language"`
}

func (s *site) langIn(in Languages) audit.Lang {
	if lang, err := audit.ParseLang(in.Lang); err == nil {
		return lang
	}
	return accepted(in.Accept, s.Lang)
}

// veilFor is the veil for whoever asks.
func (s *site) veilFor(ctx context.Context, lang audit.Lang) veil {
	return veil{lifted: readerOf(ctx).Known(), someone: text.In(lang).Say("web.someone")}
}
