package audit

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

const goodText = "# A title\n\nWhy it\nmatters.\n\nMore.\n\n## Fix\n\nDo it.\n\n## Reasons\n\n- stub: {path} has {words} words.\n"

func TestParseText(t *testing.T) {
	text, err := ParseText(goodText)
	if err != nil {
		t.Fatal(err)
	}
	if text.Title != "A title" || text.Why != "Why it matters.\n\nMore." || text.Fix != "Do it." {
		t.Errorf("%+v", text)
	}
	for name, bad := range map[string]string{
		"no title": "Why.\n", "no fix": "# T\n\nWhy.\n", "no why": "# T\n\n## Fix\n\nx\n",
		"no sentence": strings.Replace(goodText, "stub: ", "stub ", 1), "stray line": goodText + "stray\n",
	} {
		if _, err := ParseText(bad); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestExplain(t *testing.T) {
	text, err := ParseText(goodText)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		reason Reason
		lang   Lang
		want   string
	}{
		{Because("stub", "path", "a", "words", 3), English, "a has 3 words."},
		{Because("stub", "path", "{words}", "words", 1.5), French, "{words} has 1,5 words."},
		{Because("timeout", "seconds", 30), English, "The check took more than 30 seconds."},
		{Because("of-another-version"), English, "of-another-version"},
	} {
		if got := text.Explain(tc.reason, tc.lang); got != tc.want {
			t.Errorf("got %q, want %q", got, tc.want)
		}
	}
}

// Nobody should have to guess that "." is the top.
func TestTheTopHasAName(t *testing.T) {
	for lang, want := range map[Lang]string{English: "in the top folder, a", French: "in le dossier racine, a"} {
		if got := Fill("in {folder}, {path}", map[string]any{"folder": "", "path": "a"}, lang); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// A kind is a key, and no word of French.
func TestKindsHaveNames(t *testing.T) {
	reason := Because("other-kind", "kinds", []any{"web-application", "of-another-version"})
	if got := CommonText(French).Explain(reason, French); got != "Sans objet pour ce type de livrable (application web, of-another-version)." {
		t.Error(got)
	}
	for _, kind := range Kinds {
		for _, lang := range []Lang{English, French} {
			if CommonText(lang).Reasons["kind-"+string(kind)] == "" {
				t.Errorf("%s has no name in %s", kind, lang)
			}
		}
	}
}

func TestFormat(t *testing.T) {
	day := time.Date(2018, 5, 16, 0, 0, 0, 0, time.UTC)
	if got := Format(day, French) + " " + Format(day, English); got != "16/05/2018 2018-05-16" {
		t.Error(got)
	}
	if got := Format([]any{"a", 2.5}, French); got != "a, 2,5" {
		t.Error(got)
	}
}

func TestCommonTexts(t *testing.T) {
	if faults := CommonText(English).differences(CommonText(French)); len(faults) > 0 {
		t.Error(faults)
	}
}

func TestValidate(t *testing.T) {
	texts := fstest.MapFS{
		"text/good-check.en.md": {Data: []byte(goodText)}, "text/good-check.fr.md": {Data: []byte(goodText)},
		"text/one-sided.en.md": {Data: []byte(goodText)}, "text/one-sided.fr.md": {Data: []byte(strings.Replace(goodText, "{words}", "{mots}", 1))},
	}
	good := func() *Check {
		return &Check{ID: "good-check", Axis: Deployment, Severity: Major, Needs: NeedTree, EffortHours: 1, Side: Team,
			Source: "a standard", Texts: texts, Run: func(*Snapshot) Verdict { return Met("stub") }}
	}
	if faults := Validate([]*Check{good()}); len(faults) > 0 {
		t.Error(faults)
	}
	for name, spoil := range map[string]func(*Check){
		"id": func(c *Check) { c.ID = "SA1000" }, "axis": func(c *Check) { c.Axis = "x" }, "severity": func(c *Check) { c.Severity = "x" },
		"needs": func(c *Check) { c.Needs = 0 }, "effort": func(c *Check) { c.EffortHours = 0 }, "side": func(c *Check) { c.Side = "x" },
		"source": func(c *Check) { c.Source = "" }, "run": func(c *Check) { c.Run = nil }, "kind": func(c *Check) { c.Kinds = []Kind{"x"} },
		"texts": func(c *Check) { c.Texts = nil }, "languages": func(c *Check) { c.ID = "one-sided" }, "no text": func(c *Check) { c.ID = "no-text" },
	} {
		c := good()
		spoil(c)
		if len(Validate([]*Check{c})) == 0 {
			t.Errorf("%s: no fault found", name)
		}
	}
	if len(Validate([]*Check{good(), good()})) != 1 {
		t.Error("a check listed twice")
	}
}

func FuzzParseText(f *testing.F) {
	f.Add(goodText)
	f.Fuzz(func(t *testing.T, content string) {
		if text, err := ParseText(content); err == nil {
			_ = text.Explain(Because("stub", "path", content), French)
			_ = text.differences(text)
		}
	})
}
