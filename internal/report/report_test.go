package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/lipgloss"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/perenne-audit/perenne/internal/audit"
)

var update = flag.Bool("update", false, "write the golden files again")

func TestGolden(t *testing.T) {
	all := samples()
	for _, c := range []struct {
		file, sample, format string
		options              Options
	}{
		{"full.en.100.txt", "full", "text", Options{Lang: audit.English, Width: 100}},
		{"full.fr.100.txt", "full", "text", Options{Lang: audit.French, Width: 100}},
		{"full.en.40.txt", "full", "text", Options{Lang: audit.English, Width: 40}},
		{"full.fr.40.txt", "full", "text", Options{Lang: audit.French, Width: 40}},
		{"bare.en.80.txt", "bare", "text", Options{Lang: audit.English, Width: 80}},
		{"several.fr.80.txt", "several", "text", Options{Lang: audit.French, Width: 80}},
		{"full.colour.txt", "full", "text", Options{Lang: audit.English, Width: 80, Colour: true}},
		{"full.en.md", "full", "markdown", Options{Lang: audit.English}},
		{"full.fr.md", "full", "markdown", Options{Lang: audit.French}},
		{"several.en.md", "several", "markdown", Options{Lang: audit.English}},
		{"full.en.json", "full", "json", Options{Lang: audit.English}},
		{"full.fr.json", "full", "json", Options{Lang: audit.French}},
		{"bare.en.json", "bare", "json", Options{Lang: audit.English}},
		{"several.en.json", "several", "json", Options{Lang: audit.English}},
		{"failed.en.json", "failed", "json", Options{Lang: audit.English}},
		{"full.fr.html", "full", "html", Options{Lang: audit.French}},
		{"several.en.html", "several", "html", Options{Lang: audit.English}},
		{"several.en.sarif", "several", "sarif", Options{Lang: audit.English}},
		{"several.en.csv", "several", "csv", Options{Lang: audit.English}},
		{"several.en.junit", "several", "junit", Options{Lang: audit.English}},
	} {
		t.Run(c.file, func(t *testing.T) {
			golden(t, filepath.Join("testdata", c.file), print(t, c.format, all[c.sample], c.options))
		})
	}
}

func print(t *testing.T, format string, outcomes []Outcome, o Options) string {
	t.Helper()
	write, err := ByName(format)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := write(&b, outcomes, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		const readable = 0o644
		if err := os.WriteFile(file, []byte(got), readable); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; write it with go test -update", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; go test -update writes it again):\n%s", file, diff)
	}
}

// colours are the only sequences that a report may send to a terminal.
var colours = regexp.MustCompile("\x1b\\[[0-9;]*m")

func TestNothingHostileIsPrinted(t *testing.T) {
	for name, outcomes := range samples() {
		for _, format := range Names() {
			for _, colour := range []bool{false, true} {
				got := print(t, format, outcomes, Options{Lang: audit.French, Width: 60, Colour: colour})
				if colour && format == "text" {
					got = colours.ReplaceAllString(got, "")
				}
				if !utf8.ValidString(got) {
					t.Errorf("%s as %s is not UTF-8", name, format)
				}
				// JSON may hold the reversing characters: its readers unescape it anyway.
				if i := strings.IndexFunc(got, func(r rune) bool {
					return r != '\n' && unicode.IsControl(r) || reverses(r) && format != "json"
				}); i >= 0 {
					t.Errorf("%s as %s, colour %t: control character at %q", name, format, colour, got[max(0, i-10):min(len(got), i+10)])
				}
			}
		}
	}
}

// A file name must not open a table cell, a tag or a mention in a ticket.
func TestMarkdownShowsForeignTextAsText(t *testing.T) {
	got := print(t, "markdown", samples()["full"], Options{Lang: audit.English})
	for _, live := range []string{"<b>", "_x_", "@y", "y`"} {
		if strings.Contains(strings.ReplaceAll(got, `\_`, ""), live) {
			t.Errorf("%q is live in:\n%s", live, got)
		}
	}
}

// Only a word that nobody may break, such as a path to copy, sticks out.
func TestTextFitsTheWidth(t *testing.T) {
	const indent = 8
	for _, lang := range []audit.Lang{audit.French, audit.English} {
		for _, width := range []int{40, 60, 80, 100} {
			for line := range strings.Lines(print(t, "text", samples()["several"], Options{Lang: lang, Width: width})) {
				longest := 0
				for _, word := range strings.Fields(line) {
					longest = max(longest, lipgloss.Width(word))
				}
				if w := lipgloss.Width(strings.TrimRight(line, "\n")); w > width && longest < width-indent {
					t.Errorf("%s, width %d: %d columns: %s", lang, width, w, line)
				}
			}
		}
	}
}

// schema compiles the published schema. A strict one refuses fields that it does
// not name: readers ignore them, but what we print must be written down.
func schema(t *testing.T, strict bool) *jsonschema.Schema {
	t.Helper()
	content, err := os.ReadFile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	if strict {
		forbidOthers(document)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("schema.json", document); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

func forbidOthers(node any) {
	switch node := node.(type) {
	case map[string]any:
		_, open := node["additionalProperties"]
		if _, listed := node["properties"]; listed && !open {
			node["additionalProperties"] = false
		}
		for _, child := range node {
			forbidOthers(child)
		}
	case []any:
		for _, child := range node {
			forbidOthers(child)
		}
	}
}

func TestJSONFollowsItsSchema(t *testing.T) {
	for name, outcomes := range samples() {
		for _, strict := range []bool{false, true} {
			document, err := jsonschema.UnmarshalJSON(strings.NewReader(print(t, "json", outcomes, Options{Lang: audit.English})))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema(t, strict).Validate(document); err != nil {
				t.Errorf("%s, strict %t: %v", name, strict, err)
			}
		}
	}
}

// A schema that accepts everything would pass the test above.
func TestSchemaRefuses(t *testing.T) {
	for name, spoil := range map[string]func(map[string]any){
		"another schema":    func(d map[string]any) { d["schema"] = "perenne.audit/v2" },
		"no commit":         func(d map[string]any) { delete(d["repository"].(map[string]any), "commit") },
		"score over 1":      func(d map[string]any) { d["continuity"] = 1.01 },
		"unknown answer":    func(d map[string]any) { d["checks"].([]any)[0].(map[string]any)["answer"] = "failed" },
		"unknown kind":      func(d map[string]any) { d["deliverable"].(map[string]any)["kinds"] = []any{"website"} },
		"line 0":            func(d map[string]any) { firstPlace(d)["line"] = 0 },
		"time not in UTC":   func(d map[string]any) { d["repository"].(map[string]any)["taken_at"] = "2026-10-01T09:30:00+02:00" },
		"places are null":   func(d map[string]any) { d["checks"].([]any)[0].(map[string]any)["places"] = nil },
		"effort below 0":    func(d map[string]any) { d["actions"].([]any)[0].(map[string]any)["effort_hours"] = -1 },
		"a waiver of words": func(d map[string]any) { d["checks"].([]any)[0].(map[string]any)["waiver"] = "yes" },
		"id in upper case":  func(d map[string]any) { d["actions"].([]any)[0].(map[string]any)["check"] = "DEP-01" },
	} {
		var document map[string]any
		if err := json.Unmarshal([]byte(print(t, "json", samples()["full"], Options{Lang: audit.English})), &document); err != nil {
			t.Fatal(err)
		}
		spoil(document)
		if err := schema(t, false).Validate(document); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// A word that is added to the audit and not to the schema makes valid reports
// that a reader refuses.
func TestSchemaHoldsEveryWord(t *testing.T) {
	content, err := os.ReadFile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	type enum struct {
		Enum []any `json:"enum"`
	}
	var document struct {
		Defs struct {
			Axis  enum
			Kind  enum
			Check struct{ Properties struct{ Answer enum } }
		} `json:"$defs"`
	}
	if err := json.Unmarshal(content, &document); err != nil {
		t.Fatal(err)
	}
	compare(t, "axis", audit.Axes, document.Defs.Axis.Enum)
	compare(t, "kind", audit.Kinds, document.Defs.Kind.Enum)
	compare(t, "answer", audit.Answers, document.Defs.Check.Properties.Answer.Enum)
}

func compare[T ~string](t *testing.T, name string, words []T, listed []any) {
	t.Helper()
	var want []any
	for _, w := range words {
		want = append(want, string(w))
	}
	if diff := cmp.Diff(want, listed); diff != "" {
		t.Errorf("schema.json, %s (-want +got):\n%s", name, diff)
	}
}

func firstPlace(document map[string]any) map[string]any {
	return document["checks"].([]any)[0].(map[string]any)["places"].([]any)[0].(map[string]any)
}

func TestScoreIsRoundedDown(t *testing.T) {
	for score, want := range map[float64]string{0.799: "0.79", 0.8: "0.80", 0.29: "0.29", 1: "1.00", 0: "0.00"} {
		if got := Score(score, audit.English); got != want {
			t.Errorf("Score(%v) = %s, want %s", score, got, want)
		}
	}
	if got := Score(0.5, audit.French); got != "0,50" {
		t.Errorf("in French: %s", got)
	}
}

func TestByNameNamesThemAll(t *testing.T) {
	if _, err := ByName("xml"); err == nil || !strings.Contains(err.Error(), "json, junit, markdown") {
		t.Errorf("got %v", err)
	}
}

func TestNothingLeftIsNotNothingWrong(t *testing.T) {
	r := sample()
	r.Actions = nil
	for format, outcomes := range map[string][]Outcome{"text": {{Result: r}}, "markdown": {{Result: r}}} {
		if got := print(t, format, outcomes, Options{Lang: audit.English, Width: 100}); strings.Contains(got, "Nothing wrong was found") || !strings.Contains(got, "Nothing is left to do") {
			t.Errorf("%s:\n%s", format, got)
		}
	}
}

func TestMaskAll(t *testing.T) {
	for s, want := range map[string]string{
		"Ada <ada@dsi.example>": "Ada <a…@dsi.example>", "élan@x.example, b@y.example": "é…@x.example, b…@y.example",
		"https://x.example/@ada": "https://x.example/@ada", "@team": "@team", "nobody": "nobody", "mailto:ada@x.example": "mailto:a…@x.example",
	} {
		if got := maskAll(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}
