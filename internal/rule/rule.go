// Package rule turns what a ministry writes in its policy into questions like any
// other: a file that has to be there or must not, what it has to hold, a value in
// JSON or YAML, a dependency, a base image. No Go is needed to write one.
//
// It also holds the four questions about lists that a policy may give: languages,
// runtimes, databases and base images.
package rule

import (
	"embed"
	"fmt"
	"strings"
	"sync"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Spec is a rule as data.
type Spec struct {
	// ID is words joined by hyphens.
	ID          string
	Axis        audit.Axis
	Severity    audit.Severity
	Kinds       []audit.Kind
	EffortHours float64
	LeadDays    int
	Side        audit.Side
	Source      string
	// Titles, Whys and Fixes are of one line each, in both languages.
	Titles, Whys, Fixes map[audit.Lang]string
	Test                Test
}

// Test is what a rule looks at. It is pure and cheap: it matches names first and
// reads a few files at most.
type Test interface {
	// kind is what the test's reasons begin with.
	kind() string
	run(s *audit.Snapshot) audit.Verdict
}

// Check makes a question of a rule.
func Check(s Spec) *audit.Check {
	return &audit.Check{
		ID: s.ID, Axis: s.Axis, Severity: s.Severity, Kinds: s.Kinds, Needs: audit.NeedTree,
		EffortHours: s.EffortHours, LeadDays: s.LeadDays, Side: s.Side, Source: s.Source,
		Rule: true, Run: s.Test.run,
		Texts: audit.WriteTexts(s.ID, map[audit.Lang]*audit.Text{
			audit.English: s.text(audit.English), audit.French: s.text(audit.French),
		}),
	}
}

func (s Spec) text(lang audit.Lang) *audit.Text {
	t := &audit.Text{Title: s.Titles[lang], Why: s.Whys[lang], Fix: s.Fixes[lang], Reasons: map[string]string{}}
	for key, sentence := range sentences()[lang].Reasons {
		if strings.HasPrefix(key, s.Test.kind()+"-") {
			t.Reasons[key] = sentence
		}
	}
	return t
}

//go:embed text/*.md
var texts embed.FS

// sentences are the reasons of all tests.
var sentences = sync.OnceValue(func() map[audit.Lang]*audit.Text {
	all := map[audit.Lang]*audit.Text{}
	for _, lang := range []audit.Lang{audit.English, audit.French} {
		content, err := texts.ReadFile("text/rule." + string(lang) + ".md")
		if err != nil {
			panic(err) // it is part of the program
		}
		if all[lang], err = audit.ParseText(string(content)); err != nil {
			panic(fmt.Sprintf("text/rule.%s.md: %v", lang, err))
		}
	}
	return all
})

// UsualWhys are the reasons for a rule that gives none.
func UsualWhys() map[audit.Lang]string {
	all := map[audit.Lang]string{}
	for lang, t := range sentences() {
		all[lang] = t.Why
	}
	return all
}

// maxPlaces is how many places a verdict shows.
const maxPlaces = 10

func places(paths []string) []audit.Place {
	var all []audit.Place
	for _, p := range paths[:min(len(paths), maxPlaces)] {
		all = append(all, audit.Place{Path: p})
	}
	return all
}

// few cuts a list of names for a sentence.
func few(names []string) []string {
	const enough = 5
	if len(names) <= enough {
		return names
	}
	return append(names[:enough:enough], "…")
}
