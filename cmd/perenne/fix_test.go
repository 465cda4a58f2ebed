package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge/forgetest"
	"github.com/perenne-audit/perenne/internal/remedy"
)

// commitOf is the commit that an audit of the stand-in's repository finds.
func commitOf(t *testing.T, server *forgetest.Server) string {
	t.Helper()
	out, errors, _ := commanded(t, nil, "audit", server.Address(), "--format", "json", "--checks", "licence-present")
	var one struct{ Repository struct{ Commit string } }
	if err := json.Unmarshal([]byte(out), &one); err != nil {
		t.Fatalf("%v %s", err, errors)
	}
	return one.Repository.Commit
}

// A file's name is a repository's own, and moves nobody's cursor.
func TestFixTellsNamesSafely(t *testing.T) {
	const name = "a\x1b]0;title\x07/Dockerfile"
	plan := remedy.Plan{Patches: []remedy.Patch{{Check: &audit.Check{ID: "container-unprivileged"}, Changes: []remedy.Change{{Path: name, Before: []byte("FROM scratch\n")}}}}}
	var told strings.Builder
	p := &program{stdout: &told, stderr: &told, lang: audit.English}
	p.tellRemedies(plan)
	err := p.writeChanges(t.TempDir(), plan)
	if err == nil {
		t.Fatal("a file that is not there was changed")
	}
	told.WriteString(err.Error())
	if strings.ContainsAny(told.String(), "\x1b\x07") || strings.Count(told.String(), "/Dockerfile") != 2 {
		t.Errorf("%q", told.String())
	}
}

// A merge request is opened on request only, once, and is left alone when somebody
// has committed to it.
func TestFixProposes(t *testing.T) {
	server := hosted(t)
	server.Publish(commitOf(t, server), map[string]string{"README.md": "# Guichet\n\nIl oriente les usagers.\n"})
	env := map[string]string{"XDG_CACHE_HOME": t.TempDir()}
	args := []string{"fix", server.Address(), "--merge-request", "--licence", "EUPL-1.2", "--lang", "en"}

	if out, errors, code := commanded(t, env, args...); code != 3 || !strings.Contains(errors, "no token for "+server.Host()) {
		t.Errorf("without a token: %d %s %s", code, out, errors)
	}
	env[acquire.TokenVariable(server.Host())] = "example-1"
	out, errors, code := commanded(t, env, args...)
	if code != 0 || !strings.Contains(out, "would be opened") || !strings.Contains(out, "+++ b/LICENSE") || strings.Contains(out+errors, "example-1") {
		t.Errorf("dry: %d %s %s", code, out, errors)
	}
	if _, requests := server.Held(fixBranch); requests != 0 {
		t.Fatalf("dry, and %d requests", requests)
	}
	for _, want := range []string{"opened: " + server.URL, "holds this already"} {
		if out, errors, code := commanded(t, env, append(args, "--send")...); code != 0 || !strings.Contains(out, want) {
			t.Fatalf("want %q: %d %s %s", want, code, out, errors)
		}
	}
	files, requests := server.Held(fixBranch)
	if requests != 1 || !strings.Contains(files["LICENSE"], "EUROPEAN UNION PUBLIC LICENCE") || !strings.Contains(files["README.md"], "## Contact") {
		t.Errorf("%d requests, %q", requests, files)
	}
	server.CommitAs(fixBranch, "Je préfère ainsi")
	if out, _, code := commanded(t, env, append(args, "--send", "--contact", "securite@guichet.example")...); code != 0 || !strings.Contains(out, "somebody else has committed") {
		t.Errorf("%d %s", code, out)
	}
}
