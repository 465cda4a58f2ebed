package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// placing is a service that remembers what was last decided.
func placing(t *testing.T) (http.Handler, *audit.Placement) {
	var last audit.Placement
	c := settings()
	c.Place = func(_ context.Context, p audit.Placement) (audit.Placement, error) { last, p.ID = p, 7; return p, nil }
	return newSite(t, c), &last
}

func TestDecideByProgram(t *testing.T) {
	h, last := placing(t)
	d := describe(t, h)
	const route, path = apiRoot + "/challenges/{id}/actions/{check}", apiRoot + "/challenges/carte-des-aides/actions/errors-reported"
	put := func(role Role, path, body string) int {
		w := do(t, h, http.MethodPut, path, body, append(bearer(role), "Content-Type", "application/json")...)
		d.check(t, "PUT", route, w)
		return w.Code
	}
	if code := put(Editor, path, `{"quadrant":"plan","side":"mentor","assignee":"Noa","due":"2026-12-31","progress":"doing","reason":"so"}`); code != http.StatusOK {
		t.Fatalf("%d", code)
	}
	want := audit.Placement{
		Challenge: "carte-des-aides", Repository: "https://github.com/exemple/carte-des-aides", Check: "errors-reported", Quadrant: audit.Plan,
		Side: audit.Mentor, Assignee: "Noa", Due: day(2026, 12, 31), Progress: audit.Doing, Reason: "so", Author: "test editor", At: today,
	}
	if *last != want {
		t.Errorf("kept %+v, want %+v", *last, want)
	}
	for body, want := range map[string]int{
		`{}`: 200, `{"progress":"dropped","reason":"no server"}`: 200, `{"progress":"dropped"}`: 422, `{"quadrant":"undated"}`: 422, `{"due":"soon"}`: 422,
		`{"repository":"https://elsewhere"}`: 404, `{"more":1}`: 422, `{"assignee":"` + strings.Repeat("é", 150) + `"}`: 422,
		`{"reason":"a\u0000b"}`: 422,
	} {
		if code := put(Editor, path, body); code != want {
			t.Errorf("%s: %d, want %d", body, code, want)
		}
	}
	for at, want := range map[string]int{
		apiRoot + "/challenges/nope/actions/errors-reported": 404, apiRoot + "/challenges/carte-des-aides/actions/nope": 404,
		apiRoot + "/challenges/carte-des-aides/actions/licence-present": 404, // met: nothing to place
	} {
		if code := put(Editor, at, `{}`); code != want {
			t.Errorf("%s: %d, want %d", at, code, want)
		}
	}
	for role, want := range map[Role]int{Nobody: 401, Viewer: 403, Admin: 200} {
		if code := put(role, path, `{}`); code != want {
			t.Errorf("%q: %d, want %d", role, code, want)
		}
	}
	none := settings()
	none.Place = nil
	if w := do(t, newSite(t, none), http.MethodPut, path, `{}`, append(bearer(Editor), "Content-Type", "application/json")...); w.Code != http.StatusNotImplemented {
		t.Errorf("without a store: %d", w.Code)
	}
}

func TestDecideFromThePage(t *testing.T) {
	h, last := placing(t)
	page := "/challenges/carte-des-aides"
	if body := get(t, h, page).Body.String(); strings.Contains(body, page+"/actions") {
		t.Error("the form is shown to somebody who may not send it")
	}
	if body := get(t, h, page, bearer(Editor)...).Body.String(); !strings.Contains(body, `action="`+page+`/actions"`) || !strings.Contains(body, `value="2026-12-10"`) {
		t.Error("no form with what was decided for an editor")
	}
	send := func(pairs ...string) *http.Response {
		form := url.Values{"check": {"errors-reported"}, "repository": {"https://github.com/exemple/carte-des-aides"}, "progress": {"open"}}
		for i := 0; i < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		return do(t, h, http.MethodPost, page+"/actions", form.Encode(), append(bearer(Editor), "Content-Type", "application/x-www-form-urlencoded")...).Result()
	}
	if r := send("due", "2027-01-15", "progress", "dropped", "reason", "the ministry's own"); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != page+"?decided=1#plan" {
		t.Errorf("%d to %s", r.StatusCode, r.Header.Get("Location"))
	}
	if last.Progress != audit.Dropped || !last.Due.Equal(time.Date(2027, 1, 15, 0, 0, 0, 0, time.UTC)) || last.Author != "test editor" {
		t.Errorf("kept %+v", *last)
	}
	for _, pairs := range [][]string{{"progress", "dropped"}, {"due", "x"}, {"progress", "x"}, {"quadrant", "undated"}, {"side", "x"}, {"assignee", "a\x00"}} {
		if r := send(pairs...); r.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%v: %d", pairs, r.StatusCode)
		}
	}
	if r := send("check", "nope"); r.StatusCode != http.StatusNotFound {
		t.Errorf("no such check: %d", r.StatusCode)
	}
	cross := append(bearer(Editor), "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "cross-site")
	if w := do(t, h, http.MethodPost, page+"/actions", "check=errors-reported&progress=done", cross...); w.Code != http.StatusForbidden {
		t.Errorf("from elsewhere: %d", w.Code)
	}
	if body := get(t, h, page+"?decided=1&lang=en").Body.String(); !strings.Contains(body, "Kept.") {
		t.Error("nothing says that it was kept")
	}
}

// Who decided, who is to act and what they wrote of others is for readers with a
// role; every export keeps to it.
func TestDecisionsNamePeopleToRolesOnly(t *testing.T) {
	h := newSite(t, settings())
	const root = "/challenges/carte-des-aides"
	paths := []string{root, root + "/roadmap", apiRoot + root + "/actions", apiRoot + root + "/decisions", apiRoot + root + "/roadmap"}
	for _, e := range exports {
		paths = append(paths, root+"/roadmap/plan."+e.end)
	}
	for _, path := range paths {
		open := get(t, h, path)
		if open.Code != http.StatusOK {
			t.Errorf("%s: %d", path, open.Code)
		}
		for _, name := range []string{"Noa Exemple", "Camille Exemple", "sonde@"} {
			if strings.Contains(open.Body.String(), name) {
				t.Errorf("%s names %s to anybody", path, name)
			}
		}
		if body := get(t, h, path, bearer(Viewer)...).Body.String(); !strings.Contains(body, "Noa Exemple") {
			t.Errorf("%s does not name who acts to a viewer", path)
		}
	}
}

func TestRoadmapFiles(t *testing.T) {
	h := newSite(t, settings())
	for _, e := range exports {
		w := get(t, h, "/challenges/carte-des-aides/roadmap/plan."+e.end+"?lang=en&team=20")
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != e.media || w.Body.Len() < 500 {
			t.Errorf("%s: %d %s, %d bytes", e.end, w.Code, w.Header().Get("Content-Type"), w.Body.Len())
		}
		if got := w.Header().Get("Content-Disposition"); got != `attachment; filename="carte-des-aides-plan.`+e.end+`"` {
			t.Errorf("%s: %s", e.end, got)
		}
	}
	for path, want := range map[string]int{
		"/challenges/carte-des-aides/roadmap/plan.exe": 404, "/challenges/nope/roadmap": 404, "/challenges/nope/roadmap/plan.svg": 404,
		"/challenges/carte-des-aides/roadmap?team=-1": 422, "/challenges/carte-des-aides/roadmap?first=NaN": 422, "/challenges/neuf/roadmap": 200,
	} {
		if w := get(t, h, path); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
}
