package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// described compiles the schema of an answer out of the document that the
// service serves.
type described struct {
	document map[string]any
	compiler *jsonschema.Compiler
}

func describe(t *testing.T, h http.Handler) described {
	t.Helper()
	w := get(t, h, "/openapi.json")
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	closeObjects(document)
	d := described{document.(map[string]any), jsonschema.NewCompiler()}
	d.compiler.AssertFormat()
	if err := d.compiler.AddResource("openapi.json", document); err != nil {
		t.Fatal(err)
	}
	return d
}

// closeObjects allows no field that the document does not name: clients may not
// rely on that, we do.
func closeObjects(node any) {
	switch node := node.(type) {
	case map[string]any:
		if _, ok := node["properties"].(map[string]any); ok && node["type"] == "object" {
			node["additionalProperties"] = false
		}
		for _, inner := range node {
			closeObjects(inner)
		}
	case []any:
		for _, inner := range node {
			closeObjects(inner)
		}
	}
}

// check validates an answer against what the document says about its route.
func (d described) check(t *testing.T, method, path string, w *httptest.ResponseRecorder) {
	t.Helper()
	operation, ok := d.document["paths"].(map[string]any)[path].(map[string]any)[strings.ToLower(method)].(map[string]any)
	if !ok {
		t.Fatalf("%s %s is not described", method, path)
	}
	status := http.StatusText(w.Code)
	code := jsonNumber(w.Code)
	answer, ok := operation["responses"].(map[string]any)[code].(map[string]any)
	if !ok {
		t.Errorf("%s %s: %s %s is not described", method, path, code, status)
		return
	}
	media := w.Header().Get("Content-Type")
	if _, ok := answer["content"].(map[string]any)[media]; !ok {
		t.Errorf("%s %s: %s: %q is not described", method, path, code, media)
		return
	}
	escape := strings.NewReplacer("~", "~0", "/", "~1").Replace
	pointer := "openapi.json#/paths/" + percentEscape(escape(path)) + "/" + strings.ToLower(method) + "/responses/" + code + "/content/" + escape(media) + "/schema"
	schema, err := d.compiler.Compile(pointer)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(value); err != nil {
		t.Errorf("%s %s: %s: %v", method, path, code, err)
	}
}

func jsonNumber(n int) string { b, _ := json.Marshal(n); return string(b) }

func percentEscape(s string) string {
	return strings.NewReplacer("{", "%7B", "}", "%7D").Replace(s)
}

func TestAnswersAreAsDescribed(t *testing.T) {
	h := newSite(t, settings())
	d := describe(t, h)
	if names := d.document["components"].(map[string]any)["schemas"].(map[string]any); names[orderSchema] == nil {
		t.Errorf("no schema called %s", orderSchema)
	}
	if d.document["openapi"] != "3.1.0" {
		t.Errorf("OpenAPI %v", d.document["openapi"])
	}
	for _, c := range []struct {
		route, path string
		want        int
	}{
		{"/portfolio", "/portfolio", 200},
		{"/challenges", "/challenges", 200},
		{"/challenges", "/challenges?sort=blockers&limit=2&offset=1&ministry=culture&search=p", 200},
		{"/challenges", "/challenges?limit=501", 422},
		{"/challenges", "/challenges?limit=0", 422},
		{"/challenges", "/challenges?limit=x", 422},
		{"/challenges", "/challenges?sort=height", 422},
		{"/challenges/{id}", "/challenges/carte-des-aides", 200},
		{"/challenges/{id}", "/challenges/plume", 200},
		{"/challenges/{id}", "/challenges/ciel", 200},
		{"/challenges/{id}", "/challenges/neuf", 200},
		{"/challenges/{id}", "/challenges/nope", 404},
		{"/challenges/{id}/audits", "/challenges/plume/audits?lang=en", 200},
		{"/challenges/{id}/audits", "/challenges/neuf/audits", 200},
		{"/challenges/{id}/audits", "/challenges/neuf/audits?lang=de", 422},
		{"/challenges/{id}/audits", "/challenges/nope/audits", 404},
		{"/challenges/{id}/verdicts", "/challenges/plume/verdicts", 200},
		{"/challenges/{id}/verdicts", "/challenges/neuf/verdicts", 200},
		{"/challenges/{id}/actions", "/challenges/carte-des-aides/actions", 200},
		{"/challenges/{id}/actions", "/challenges/neuf/actions", 200},
		{"/challenges/{id}/roadmap", "/challenges/carte-des-aides/roadmap?team=14&first=10", 200},
		{"/challenges/{id}/roadmap", "/challenges/plume/roadmap?lang=en", 200},
		{"/challenges/{id}/roadmap", "/challenges/neuf/roadmap", 200},
		{"/challenges/{id}/roadmap", "/challenges/plume/roadmap?team=x", 422},
		{"/challenges/{id}/roadmap", "/challenges/plume/roadmap?first=-1", 422},
		{"/challenges/{id}/roadmap", "/challenges/nope/roadmap", 404},
		{"/challenges/{id}/decisions", "/challenges/carte-des-aides/decisions", 200},
		{"/challenges/{id}/decisions", "/challenges/neuf/decisions", 200},
		{"/challenges/{id}/decisions", "/challenges/nope/decisions", 404},
		{"/challenges/{id}/history", "/challenges/carte-des-aides/history", 200},
		{"/challenges/{id}/history", "/challenges/neuf/history", 200},
		{"/changes", "/changes?limit=1", 200},
		{"/checks", "/checks", 200},
		{"/checks/{id}", "/checks/readme-useful?lang=fr", 200},
		{"/checks/{id}", "/checks/nope", 404},
	} {
		for _, role := range []Role{Nobody, Viewer} {
			w := get(t, h, apiRoot+c.path, bearer(role)...)
			if w.Code != c.want {
				t.Errorf("%s: %d, want %d: %s", c.path, w.Code, c.want, w.Body)
				continue
			}
			d.check(t, "GET", apiRoot+c.route, w)
		}
	}
	for body, want := range map[string]int{
		`{"challenge":"plume"}`: 202, `{"challenge":"plume","repository":"https://github.com/exemple/plume"}`: 202,
		`{"challenge":"nope"}`: 404, `{"challenge":"plume","repository":"https://elsewhere"}`: 404, `{}`: 422, `{"challenge":7}`: 422,
		`{"challenge":"plume","more":1}`: 422, `{`: 400, ``: 400,
	} {
		w := do(t, h, "POST", apiRoot+"/audits", body, append(bearer(Editor), "Content-Type", "application/json")...)
		if w.Code != want {
			t.Errorf("POST %s: %d, want %d: %s", body, w.Code, want, w.Body)
			continue
		}
		if want != 400 { // the body is no document at all
			d.check(t, "POST", apiRoot+"/audits", w)
		}
	}
	for _, role := range []Role{Nobody, Viewer} {
		w := do(t, h, "POST", apiRoot+"/audits", `{"challenge":"plume"}`, append(bearer(role), "Content-Type", "application/json")...)
		d.check(t, "POST", apiRoot+"/audits", w)
	}
}

// An audit of the API is the document that the command prints.
func TestAuditsAreDocumentsOfTheReport(t *testing.T) {
	h := newSite(t, settings())
	compiler := jsonschema.NewCompiler()
	schema, err := compiler.Compile("../report/schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var list struct{ Audits []json.RawMessage }
	if err := json.Unmarshal(get(t, h, apiRoot+"/challenges/plume/audits").Body.Bytes(), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Audits) != 2 {
		t.Fatalf("%d audits", len(list.Audits))
	}
	for _, one := range list.Audits {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(one))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); err != nil {
			t.Error(err)
		}
	}
}

func TestNothingIsSentTwice(t *testing.T) {
	h := newSite(t, settings())
	for _, path := range []string{"/", "/challenges/plume", "/checks", apiRoot + "/portfolio", apiRoot + "/challenges/plume/audits", "/openapi.json"} {
		tag := get(t, h, path).Header().Get("ETag")
		if tag == "" {
			t.Errorf("%s: no ETag", path)
			continue
		}
		for _, header := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
			if w := get(t, h, path, "If-None-Match", header); w.Code != http.StatusNotModified || w.Body.Len() > 0 {
				t.Errorf("%s with %s: %d, %d bytes", path, header, w.Code, w.Body.Len())
			}
		}
		if w := get(t, h, path, "If-None-Match", `"other"`); w.Code != http.StatusOK {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	// What a viewer gets is not what anybody gets.
	path := apiRoot + "/challenges/carte-des-aides"
	if get(t, h, path).Header().Get("ETag") == get(t, h, path, bearer(Viewer)...).Header().Get("ETag") {
		t.Error("one ETag for two answers")
	}
}

// Every answer in JSON that is an error says so in one form.
func TestErrorsAreProblems(t *testing.T) {
	s := settings()
	s.Access.Restricted = true
	h := newSite(t, s)
	for _, w := range []*httptest.ResponseRecorder{
		get(t, h, apiRoot+"/portfolio"),
		get(t, h, apiRoot+"/nope", bearer(Viewer)...),
		get(t, h, apiRoot+"/challenges/nope", bearer(Viewer)...),
		do(t, h, "POST", apiRoot+"/audits", "{", append(bearer(Editor), "Content-Type", "application/json")...),
		do(t, h, "POST", apiRoot+"/audits", "{}", append(bearer(Editor), "Content-Type", "application/json", "Origin", "https://evil.example")...),
	} {
		var problem struct {
			Status int
			Title  string
		}
		if err := json.Unmarshal(w.Body.Bytes(), &problem); err != nil || problem.Status != w.Code || problem.Title == "" ||
			w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%d %s %s", w.Code, w.Header().Get("Content-Type"), w.Body)
		}
	}
}
