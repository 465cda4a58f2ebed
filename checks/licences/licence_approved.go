package licences

import (
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/licence"
)

var licenceApproved = &audit.Check{
	ID: "licence-approved", Axis: audit.Transmission, Severity: audit.Major,
	Needs: audit.NeedTree, Uses: audit.NeedForge, EffortHours: 3.5, LeadDays: 15, Side: audit.Team,
	Kinds: []audit.Kind{
		audit.WebApplication, audit.Service, audit.ShinyApp, audit.DesktopApplication,
		audit.Library, audit.DataPipeline, audit.Notebook, audit.Infrastructure,
	},
	Source: "https://www.legifrance.gouv.fr/codes/article_lc/LEGIARTI000044436131", // CRPA, D323-2-1
	Texts:  texts, Run: runLicenceApproved,
}

func runLicenceApproved(s *audit.Snapshot) audit.Verdict {
	e := evidenceOf(s)
	expression, path := e.expression()
	verdict := approval(s, e, expression)
	if path != "" {
		verdict = verdict.At(audit.Place{Path: path})
	}
	return verdict.Fact("expression", expression.String()).Fact("list", licence.ListFor(s.Policy).Name)
}

func approval(s *audit.Snapshot, e *evidence, expression licence.Expression) audit.Verdict {
	written := expression.String()
	if f, ok := e.restricted(); ok {
		return audit.NotMet("restricted", "path", f.path, "expression", written)
	}
	if expression.IsEmpty() {
		if e.holds(licence.Unrecognised) {
			return audit.Unknown("unrecognised")
		}
		return audit.NotApplicable("no-licence")
	}
	list := licence.ListFor(s.Policy)
	standing := expression.Standing(list.Standing)
	if !list.Plain() && standing >= licence.Free {
		return byPolicy(s, e, expression, list)
	}
	switch standing {
	case licence.CodeListed:
		if slices.ContainsFunc(expression.IDs(), licence.LeavesLaterOpen) {
			return audit.Met("later-unsaid", "expression", written)
		}
		return audit.Met("listed", "expression", written)
	case licence.ContentListed:
		if delivers(s, audit.Documentation, audit.Training) {
			return audit.Met("content", "expression", written)
		}
		return audit.PartlyMet("content-on-code", "expression", written)
	case licence.Free:
		return unlisted(s, e, expression)
	case licence.Unplaced:
		return audit.Unknown("unplaced", "expression", written)
	}
	return audit.NotMet("not-free", "expression", written)
}

// byPolicy is the verdict on a free licence where the policy names a list of its
// own.
func byPolicy(s *audit.Snapshot, e *evidence, expression licence.Expression, list licence.Listed) audit.Verdict {
	written := expression.String()
	standing := expression.Standing(list.Standing)
	switch {
	case standing == licence.CodeListed, standing == licence.ContentListed && delivers(s, audit.Documentation, audit.Training):
		return audit.Met("on-list", "expression", written, "list", list.Name)
	case s.Forge != nil && s.Forge.Fork:
		return audit.NotApplicable("fork", "expression", written)
	case e.public != nil && len(e.public.BasedOn) > 0:
		return audit.NotApplicable("based-on", "expression", written)
	}
	return audit.PartlyMet("off-list", "expression", written, "list", list.Name)
}

// unlisted is the verdict on a free licence that is not on the list. Whoever
// continues somebody else's project keeps its licence; the list says so.
func unlisted(s *audit.Snapshot, e *evidence, expression licence.Expression) audit.Verdict {
	written := expression.String()
	switch {
	case s.Forge != nil && s.Forge.Fork:
		return audit.NotApplicable("fork", "expression", written)
	case e.public != nil && len(e.public.BasedOn) > 0:
		return audit.NotApplicable("based-on", "expression", written)
	}
	for _, id := range expression.IDs() {
		if sibling := listedSibling(id); sibling != "" {
			return audit.PartlyMet("other-version", "expression", written, "listed", sibling)
		}
	}
	return audit.PartlyMet("unlisted", "expression", written)
}

// listedSibling returns the listed version of the same licence, "" for none or
// when the licence itself is listed.
func listedSibling(id string) string {
	if licence.StandingOf(id) == licence.CodeListed {
		return ""
	}
	for _, family := range []struct{ beginning, listed string }{
		{"AGPL-", "AGPL-3.0-or-later"}, {"LGPL-", "LGPL-3.0-or-later"}, {"GPL-", "GPL-3.0-or-later"}, {"EUPL-", "EUPL-1.2"},
		{"CECILL-", "CECILL-2.1"}, {"EPL-", "EPL-2.0"}, {"MPL-", "MPL-2.0"}, {"Apache-", "Apache-2.0"}, {"BSD-", "BSD-3-Clause"},
	} {
		if strings.HasPrefix(id, family.beginning) {
			return family.listed
		}
	}
	return ""
}

func delivers(s *audit.Snapshot, kinds ...audit.Kind) bool {
	return slices.ContainsFunc(s.Deliverables, func(d audit.Deliverable) bool { return slices.Contains(kinds, d.Kind) })
}

// restricted returns a licence file whose text takes a freedom back.
func (e *evidence) restricted() (licenceFile, bool) {
	for _, f := range e.files {
		if f.found.Restricted {
			return f, true
		}
	}
	return licenceFile{}, false
}

// expression says under which licence the code is, and where that is said: by
// the files, else by a manifest, else by the README.
func (e *evidence) expression() (licence.Expression, string) {
	ids := codeOnly(e.ids())
	best, _ := e.best()
	if len(ids) > 0 {
		for _, d := range e.declared {
			if sameBases(d.expression.IDs(), ids) || e.inFolderOnly() && amongBases(d.expression.IDs(), ids) {
				return d.expression, best.path
			}
		}
		return e.joined(ids), best.path
	}
	if len(e.declared) > 0 && best.found.Match != licence.Unrecognised {
		return e.declared[0].expression, e.declared[0].path
	}
	if e.readme.path != "" && best.found.Match != licence.Unrecognised {
		match := e.readme.found.Match
		return all(codeOnly(e.readme.found.IDs(match))), e.readme.path
	}
	for _, f := range e.below {
		if f.found.Match == licence.Full {
			return all(f.found.IDs(licence.Full)), f.path
		}
	}
	if e.headers.path != "" {
		return all(codeOnly(e.headers.found.IDs(licence.Header))), e.headers.path
	}
	return licence.Expression{}, ""
}

// joined makes an expression of the licences of files. Files named after their
// licences offer a choice between them; otherwise all of them apply.
func (e *evidence) joined(ids []string) licence.Expression {
	named := 0
	for _, f := range e.files {
		if f.found.Match == licence.Full && !strings.Contains(f.path, "/") {
			if !choiceNamed(f.path) {
				return all(ids)
			}
			named++
		}
	}
	if named < 2 {
		return all(ids)
	}
	parts := make([]licence.Expression, len(ids))
	for i, id := range ids {
		parts[i] = licence.Single(id)
	}
	return licence.AnyOf(parts...)
}

func all(ids []string) licence.Expression {
	parts := make([]licence.Expression, len(ids))
	for i, id := range ids {
		parts[i] = licence.Single(id)
	}
	return licence.AllOf(parts...)
}

// codeOnly leaves out licences made for documents, data and fonts when there is
// one for software beside them: code and contents are often licensed apart.
func codeOnly(ids []string) []string {
	code := slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		return licence.StandingOf(id) == licence.ContentListed || strings.HasPrefix(id, "CC-BY") || id == "CC0-1.0" || strings.HasPrefix(id, "OFL-")
	})
	if len(code) == 0 {
		return ids
	}
	return code
}

// sameBases reports whether two lists name the same licences, later versions
// aside.
func sameBases(a, b []string) bool {
	return slices.Equal(bases(a), bases(b))
}

// amongBases reports whether all of the first licences are among the second.
func amongBases(some, all []string) bool {
	all = bases(all)
	for _, id := range bases(some) {
		if !slices.Contains(all, id) {
			return false
		}
	}
	return true
}

// inFolderOnly reports whether the texts lie in the folder of licences, which
// also holds those of what others wrote: what is declared then says which one is
// the project's.
func (e *evidence) inFolderOnly() bool {
	return !slices.ContainsFunc(e.files, func(f licenceFile) bool { return !strings.Contains(f.path, "/") })
}

func bases(ids []string) []string {
	var names []string
	for _, id := range ids {
		base, _ := licence.Base(id)
		names = append(names, base)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
