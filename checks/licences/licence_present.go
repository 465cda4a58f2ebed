package licences

import (
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/licence"
)

var licencePresent = &audit.Check{
	ID: "licence-present", Axis: audit.Transmission, Severity: audit.Blocker,
	Needs: audit.NeedTree, EffortHours: 0.7, Side: audit.Team,
	Source: "https://www.data.gouv.fr/pages/legal/licences/",
	Texts:  texts, Run: runLicencePresent,
}

func runLicencePresent(s *audit.Snapshot) audit.Verdict {
	e := evidenceOf(s)
	verdict := presence(s, e)
	ids := e.ids()
	if len(e.files) == 0 && e.readme.found.Match == licence.Full {
		ids = e.readme.found.IDs(licence.Full)
	}
	return verdict.Fact("files", fileFacts(e)).Fact("spdx", ids).Fact("declared", declaredFact(e))
}

// presence answers from the best evidence down.
func presence(s *audit.Snapshot, e *evidence) audit.Verdict {
	best, found := e.best()
	switch {
	case found && best.found.Match == licence.Full:
		return whole(s, e, best)
	case e.readme.found.Match == licence.Full:
		ids := e.readme.found.IDs(licence.Full)
		return audit.Met("in-readme", "path", e.readme.path, "licences", ids).At(audit.Place{Path: e.readme.path, Line: e.readme.line})
	case found:
		return part(best)
	}
	if i := slices.IndexFunc(e.files, func(f licenceFile) bool { return f.pdf }); i >= 0 {
		return audit.PartlyMet("pdf", "path", e.files[i].path).At(audit.Place{Path: e.files[i].path})
	}
	if i := slices.IndexFunc(e.below, func(f licenceFile) bool { return f.found.Match == licence.Full }); i >= 0 {
		return audit.PartlyMet("folder-only", "path", e.below[i].path).At(audit.Place{Path: e.below[i].path})
	}
	if d, found := e.granted(); found {
		return audit.PartlyMet("declared-only", "path", d.path, "licence", d.expression.String()).At(audit.Place{Path: d.path})
	}
	if e.readme.path != "" {
		return audit.PartlyMet("readme-only", "path", e.readme.path, "licences", e.readme.found.IDs(licence.Mention)).
			At(audit.Place{Path: e.readme.path, Line: e.readme.line})
	}
	if e.headers.path != "" {
		return audit.PartlyMet("header-only", "path", e.headers.path, "licences", e.headers.found.IDs(licence.Header)).
			At(audit.Place{Path: e.headers.path, Line: e.headers.line})
	}
	return absent(e)
}

// whole is the verdict on a full text at the top.
func whole(s *audit.Snapshot, e *evidence, best licenceFile) audit.Verdict {
	ids := e.ids()
	place := audit.Place{Path: best.path, Line: 1}
	if d, differs := e.mismatch(ids); differs && !explains(readmeLicence(s), append(d.expression.IDs(), ids...)) {
		return audit.Met("mismatch", "path", best.path, "licences", ids, "manifest", d.path, "declared", d.expression.String()).
			At(place, audit.Place{Path: d.path})
	}
	return audit.Met("full", "path", best.path, "licences", ids).At(place)
}

// explains reports whether the README names every one of the licences: contents
// under one and code under another are a choice, not a slip.
func explains(readme licenceFile, ids []string) bool {
	named := readme.found.IDs(licence.Mention)
	return readme.path != "" && !slices.ContainsFunc(ids, func(id string) bool { return !slices.Contains(named, id) })
}

// part is the verdict on a licence file that does not hold a known licence whole.
func part(f licenceFile) audit.Verdict {
	place := audit.Place{Path: f.path, Line: 1}
	switch {
	case f.found.Match == licence.Unrecognised && f.found.Nearest != "":
		return audit.PartlyMet("changed", "path", f.path, "nearest", f.found.Nearest).At(place)
	case f.found.Match == licence.Unrecognised:
		return audit.PartlyMet("unrecognised", "path", f.path).At(place)
	case f.found.Match == licence.Header:
		return audit.PartlyMet("notice-only", "path", f.path, "licences", f.found.IDs(licence.Header)).At(place)
	}
	return audit.PartlyMet("name-only", "path", f.path, "licences", f.found.IDs(licence.Mention)).At(place)
}

// granted returns the first declaration that grants something: one that reserves
// all rights is no licence.
func (e *evidence) granted() (declaration, bool) {
	for _, d := range e.declared {
		if !slices.Equal(d.expression.IDs(), []string{licence.Proprietary}) {
			return d, true
		}
	}
	return declaration{}, false
}

// absent says what there is instead of a licence.
func absent(e *evidence) audit.Verdict {
	if len(e.declared) > 0 {
		d := e.declared[0]
		return audit.NotMet("reserved", "path", d.path, "written", d.written).At(audit.Place{Path: d.path})
	}
	if len(e.files) > 0 && e.files[0].empty {
		return audit.NotMet("empty", "path", e.files[0].path).At(audit.Place{Path: e.files[0].path})
	}
	if len(e.files) > 0 {
		return audit.NotMet("no-licence-in-file", "path", e.files[0].path).At(audit.Place{Path: e.files[0].path, Line: 1})
	}
	if len(e.elsewhere) > 0 {
		return audit.NotMet("others-only", "path", e.elsewhere[0]).At(audit.Place{Path: e.elsewhere[0]})
	}
	return audit.NotMet("missing")
}

// fileFact is one file in the facts. SPDX is an expression: several licences in
// one file are joined by AND.
type fileFact struct {
	Path  string        `json:"path"`
	SPDX  string        `json:"spdx"`
	Match licence.Match `json:"match"`
}

func fileFacts(e *evidence) []fileFact {
	facts := []fileFact{}
	add := func(f licenceFile) {
		match := f.found.Match
		if match == licence.None {
			match = licence.Unrecognised
		}
		ids := f.found.IDs(match)
		if match == licence.Unrecognised {
			ids = f.found.IDs(licence.Mention)
		}
		facts = append(facts, fileFact{f.path, strings.Join(e.refined(ids), " AND "), match})
	}
	for _, f := range e.files {
		add(f)
	}
	for _, f := range e.below {
		add(f)
	}
	if len(e.files) == 0 && e.readme.path != "" {
		add(e.readme)
	}
	if e.headers.path != "" {
		add(e.headers)
	}
	return facts
}

func declaredFact(e *evidence) []string {
	declared := []string{}
	for _, d := range e.declared {
		declared = append(declared, d.expression.String())
	}
	slices.Sort(declared)
	return slices.Compact(declared)
}
