package report

import (
	"io"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/perenne-audit/perenne/internal/audit"
)

const home = "https://github.com/perenne-audit/perenne"

// SARIF prints a static analysis log, version 2.1.0, for forges and editors that
// show findings beside the code: one run per repository, its checks as rules,
// its gaps as results. A gap without a place is put on the README, since forges
// drop results without one. Targets that could not be audited are left out.
func SARIF(w io.Writer, outcomes []Outcome, o Options) error {
	log := sarif.NewReport()
	for _, outcome := range outcomes {
		if outcome.Err != nil {
			continue
		}
		run, err := sarifRun(outcome.Result, o.Lang)
		if err != nil {
			return err
		}
		log.AddRun(run)
	}
	return log.PrettyWrite(w)
}

func sarifRun(r *audit.Result, lang audit.Lang) (*sarif.Run, error) {
	run := sarif.NewRunWithInformationURI("perenne", home)
	run.Tool.Driver.WithVersion(r.Catalogue)
	for _, j := range r.Judged {
		t, err := j.Check.Text(lang)
		if err != nil {
			return nil, err
		}
		run.AddRule(j.Check.ID).WithName(j.Check.ID).
			WithShortDescription(sarif.NewMultiformatMessageString().WithText(t.Title)).
			WithFullDescription(sarif.NewMultiformatMessageString().WithText(t.Why)).
			WithHelp(sarif.NewMultiformatMessageString().WithText(t.Fix)).
			WithDefaultConfiguration(sarif.NewReportingConfiguration().WithLevel(level(j.Check.Severity)))
	}
	all, err := gaps(r, lang)
	if err != nil {
		return nil, err
	}
	for _, g := range all {
		result := sarif.NewRuleResult(g.Check.ID).WithLevel(level(g.Check.Severity)).
			WithMessage(sarif.NewTextMessage(g.reason + " " + g.text.Fix)).
			WithLocations(sarifLocations(g.verdict.Places)).
			// What was found where may move; that this question is open does not.
			WithPartialFingerprints(map[string]string{"perenne/check": g.Check.ID})
		run.AddResult(result)
	}
	return run, nil
}

func sarifLocations(places []audit.Place) []*sarif.Location {
	if len(places) == 0 {
		places = []audit.Place{{Path: "README.md"}}
	}
	var locations []*sarif.Location
	for _, p := range places {
		physical := sarif.NewPhysicalLocation().WithArtifactLocation(sarif.NewSimpleArtifactLocation(uriPath(p.Path))).
			WithRegion(sarif.NewSimpleRegion(max(p.Line, 1), max(p.Line, 1)))
		locations = append(locations, sarif.NewLocationWithPhysicalLocation(physical))
	}
	return locations
}

// level puts a severity into SARIF's three.
func level(s audit.Severity) string {
	switch s {
	case audit.Blocker, audit.Major:
		return "error"
	case audit.Moderate:
		return "warning"
	}
	return "note"
}
