package report

import (
	"encoding/xml"
	"io"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/text"
)

// The form that continuous integration reads: a suite per repository, a case per
// check.
type (
	junitSuites struct {
		XMLName xml.Name     `xml:"testsuites"`
		Name    string       `xml:"name,attr"`
		Suites  []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Failure *junitMessage `xml:"failure,omitempty"`
		Error   *junitMessage `xml:"error,omitempty"`
		Skipped *junitMessage `xml:"skipped,omitempty"`
	}
	junitMessage struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// JUnit prints test results: a gap is a failure, what is unknown or not
// applicable is skipped with its reason, and a target that could not be audited
// is an error.
func JUnit(w io.Writer, outcomes []Outcome, o Options) error {
	all := junitSuites{Name: "perenne"}
	for _, outcome := range outcomes {
		suite := junitSuite{Name: clean(outcome.Target)}
		if outcome.Err != nil {
			suite.Tests, suite.Errors = 1, 1
			suite.Cases = []junitCase{{Class: "perenne", Name: "audit", Error: &junitMessage{Message: clean(outcome.Err.Error())}}}
		} else if err := suite.fill(outcome.Result, o.Lang); err != nil {
			return err
		}
		all.Suites = append(all.Suites, suite)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (s *junitSuite) fill(r *audit.Result, lang audit.Lang) error {
	m := text.In(lang)
	for _, j := range r.Judged {
		t, err := j.Check.Text(lang)
		if err != nil {
			return err
		}
		message := &junitMessage{Message: reason(m, t, j.Verdict.Reason), Type: string(j.Check.Severity)}
		c := junitCase{Class: "perenne." + string(j.Check.Axis), Name: j.Check.ID + ": " + t.Title}
		switch {
		case j.Verdict.Answer.Gap() && j.Waiver == nil:
			var places strings.Builder
			for _, p := range j.Verdict.Places {
				places.WriteString("\n" + where(p))
			}
			message.Text = t.Fix + places.String()
			c.Failure = message
			s.Failures++
		case j.Verdict.Answer != audit.AnswerMet:
			c.Skipped = message
			s.Skipped++
		}
		s.Tests++
		s.Cases = append(s.Cases, c)
	}
	return nil
}
