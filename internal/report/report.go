// Package report prints results. Each format is one Writer; none of them knows
// how a result came about.
package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Outcome is what became of one target: a result, or the error that kept it
// from being audited.
type Outcome struct {
	// Challenge is the id of the challenge that the repository belongs to, "" when
	// it was audited by itself.
	Challenge string
	Target    string
	Result    *audit.Result
	Err       error
}

// Options are the same for every format; each uses what it can.
type Options struct {
	Lang audit.Lang
	// Width is the terminal's, in columns.
	Width int
	// Colour allows colours and bold type.
	Colour bool
	// Challenges are what the repositories of a portfolio add up to, in its order;
	// empty when none was given.
	Challenges []Challenge
}

// Challenge is one challenge of a portfolio with its result.
type Challenge struct {
	Name   string
	Result audit.ChallengeResult
}

// Writer prints the outcomes, in the order given. One outcome is printed as
// itself, several as a list. The error is the destination's, or a text that
// cannot be read.
type Writer func(w io.Writer, outcomes []Outcome, o Options) error

var writers = map[string]Writer{
	"text": Text, "json": JSON, "markdown": Markdown, "html": HTML, "sarif": SARIF, "csv": CSV, "junit": JUnit,
}

// ByName finds a format. The error names them all.
func ByName(name string) (Writer, error) {
	if w, ok := writers[name]; ok {
		return w, nil
	}
	return nil, fmt.Errorf("format %q: choose one of %s", name, strings.Join(Names(), ", "))
}

// Names lists the formats, sorted.
func Names() []string { return slices.Sorted(maps.Keys(writers)) }

// gap is one action with everything a reader needs to act on it.
type gap struct {
	audit.Action
	text    *audit.Text
	verdict audit.Verdict
	reason  string
}

// What a template shows of a gap.

func (g gap) Title() string         { return g.text.Title }
func (g gap) Why() string           { return g.text.Why }
func (g gap) Fix() string           { return g.text.Fix }
func (g gap) Reason() string        { return g.reason }
func (g gap) Answer() audit.Answer  { return g.verdict.Answer }
func (g gap) Places() []audit.Place { return g.verdict.Places }

// gaps returns the actions of a result with their texts, in order.
func gaps(r *audit.Result, lang audit.Lang) ([]gap, error) {
	var all []gap
	for _, action := range r.Actions {
		text, err := action.Check.Text(lang)
		if err != nil {
			return nil, err
		}
		verdict := verdictOf(r, action.Check)
		all = append(all, gap{Action: action, text: text, verdict: verdict, reason: clean(text.Explain(verdict.Reason, lang))})
	}
	return all, nil
}

func verdictOf(r *audit.Result, c *audit.Check) audit.Verdict {
	for _, j := range r.Judged {
		if j.Check.ID == c.ID {
			return j.Verdict
		}
	}
	return audit.Verdict{}
}

// answered returns the checks with one answer, in catalogue order.
func answered(r *audit.Result, answer audit.Answer) []audit.Judged {
	var found []audit.Judged
	for _, j := range r.Judged {
		if j.Verdict.Answer == answer {
			found = append(found, j)
		}
	}
	return found
}

// kindNames lists the kinds delivered, each once, with the folders when there
// are several of them.
func kindNames(r *audit.Result) []audit.Kind {
	var kinds []audit.Kind
	for _, d := range r.Deliverables {
		if !slices.Contains(kinds, d.Kind) {
			kinds = append(kinds, d.Kind)
		}
	}
	return kinds
}

// topLanguages returns the languages with at least one per cent of the code,
// largest first.
func topLanguages(r *audit.Result) []string {
	names := slices.Collect(maps.Keys(r.Languages))
	slices.SortFunc(names, func(a, b string) int {
		if x, y := r.Languages[a], r.Languages[b]; x != y {
			if x > y {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	return slices.DeleteFunc(names, func(n string) bool { return r.Languages[n] < 0.01 })
}
