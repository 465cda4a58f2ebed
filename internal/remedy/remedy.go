// Package remedy makes the files and small edits that close gaps, as patches for a
// person to read.
//
// A patch is honest: what it writes is known from the repository or was given by
// whoever asks, and the check finds its gap closed, or half closed, when the
// repository is judged again. A patch with prompts is the exception: it holds
// headings and what to write below them, and the check is not fooled by it. What
// no file can close is said, with the reason.
package remedy

import (
	"slices"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Options are what no repository says.
type Options struct {
	// Lang is the language of what is written where the repository's documents have
	// none.
	Lang audit.Lang
	// Licence is an SPDX identifier, "" for none chosen.
	Licence string
	// Holder is who has the rights, Contact an address that outlives the team.
	Holder, Contact string
	// Maintainer is who keeps the deliverable after the team, as CODEOWNERS writes it:
	// "@organisation/team" or an e-mail address.
	Maintainer string
}

// Change is one file before and after.
type Change struct {
	Path string
	// Before is nil for a file that is not there yet.
	Before, After []byte
}

// New reports whether the file is not there yet.
func (c Change) New() bool { return c.Before == nil }

// Patch closes the gap of one check.
type Patch struct {
	Check   *audit.Check
	Changes []Change
	// Prompts is true when a person has to write before the check finds the gap
	// closed.
	Prompts bool
	// Note is the key of a sentence on what to look at before taking it, "" for none.
	Note string
}

// Left is a gap that no patch closes.
type Left struct {
	Check *audit.Check
	// Why is the key of the reason.
	Why string
}

// Plan is what can be done about the gaps of a repository, and what cannot.
type Plan struct {
	Patches []Patch
	Left    []Left
}

// maker makes a patch for a check's verdict; why is the key of a reason when there
// is none to make.
type maker func(*site, audit.Judged) (p Patch, why string)

// makers are the checks whose gap a file can close.
var makers = map[string]maker{
	"readme-useful": readme, "licence-present": licenceText, "build-context-clean": dockerignore,
	"container-unprivileged": user, "configuration-external": settings, "ci-runs-tests": pipeline,
	"dependencies-watched": dependabot, "contribution-guided": contributing, "security-channel-open": security,
	"publiccode-valid": publiccodeFile, "maintainer-staying": codeowners,
}

// site is what a maker looks at.
type site struct {
	*audit.Snapshot
	Options
	lang audit.Lang
}

// Of makes patches for the gaps of a result that was judged from the snapshot, in
// the order of the catalogue. Gaps with an accepted exception are passed over.
func Of(s *audit.Snapshot, r *audit.Result, o Options) Plan {
	at := &site{Snapshot: s.View(), Options: o, lang: o.Lang}
	if r.DocumentationLanguage != "" {
		at.lang = r.DocumentationLanguage
	}
	var plan Plan
	for _, j := range r.Judged {
		if !j.Verdict.Answer.Gap() || j.Waived() {
			continue
		}
		patch, why := Patch{}, "person"
		if make := makers[j.Check.ID]; make != nil {
			patch, why = make(at, j)
		} else if j.Check.Rule {
			why = "rule"
		}
		if patch.Check = j.Check; why == "" && !plan.touches(patch) {
			plan.Patches = append(plan.Patches, patch)
			continue
		}
		if why == "" {
			why = "together"
		}
		plan.Left = append(plan.Left, Left{j.Check, why})
	}
	return plan
}

// touches reports whether another patch changes one of the files: two would not
// apply one after the other.
func (p Plan) touches(patch Patch) bool {
	for _, c := range patch.Changes {
		if slices.ContainsFunc(p.Changes(), func(other Change) bool { return other.Path == c.Path }) {
			return true
		}
	}
	return false
}

// Changes returns those of all patches; no two are about one file.
func (p Plan) Changes() []Change {
	var all []Change
	for _, one := range p.Patches {
		all = append(all, one.Changes...)
	}
	return all
}

// create is a patch that adds one file; why is "exists" when it is there already.
func (s *site) create(path, content string) (Patch, string) {
	if _, there := s.File(path); there || s.HasDir(path) {
		return Patch{}, "exists"
	}
	return Patch{Changes: []Change{{Path: path, After: []byte(content)}}}, ""
}

// host is the host of the repository's address, "" for none.
func (s *site) host() string { return hostOf(s.Repository.URL) }
