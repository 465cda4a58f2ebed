package security

import (
	"slices"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/secret"
)

var noSecretsCommitted = &audit.Check{
	ID: "no-secrets-committed", Axis: audit.Deployment, Severity: audit.Blocker,
	Needs: audit.NeedTree, EffortHours: 7, Side: audit.Team,
	Source: "https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html",
	Texts:  texts, Run: runNoSecretsCommitted,
}

// maxNamed is how many paths a sentence names, maxPlaces how many places are
// shown: more help nobody.
const (
	maxNamed  = 5
	maxPlaces = 50
)

// runNoSecretsCommitted does not ask what the repository wants to be left out,
// such as the lists of a scanner: a repository cannot excuse itself.
func runNoSecretsCommitted(s *audit.Snapshot) audit.Verdict {
	all, past := secret.Of(s), secret.OfPast(s)
	found := all.Findings
	result := func(v audit.Verdict) audit.Verdict {
		v = v.Fact("findings", found)
		if past.Commits > 0 {
			v = v.Fact("history_commits", past.Commits).Fact("history_findings", past.Findings)
		}
		return v
	}
	switch {
	case len(found) > 0:
		return result(inFiles(found))
	case len(past.Findings) > 0:
		return result(audit.PartlyMet("in-history", "paths", named(removed(past.Findings))))
	case all.Unread || s.Truncated():
		return result(audit.Unknown("not-all-read"))
	case past.Commits > 0:
		return result(audit.Met("none-nor-before", "commits", past.Commits))
	}
	return result(audit.Met("none"))
}

// removed names the paths of what was taken away, each with the commit.
func removed(found []secret.Finding) []string {
	const short = 7
	var list []string
	for _, f := range found {
		if one := f.Path + " (" + f.Commit[:min(short, len(f.Commit))] + ")"; !slices.Contains(list, one) {
			list = append(list, one)
		}
	}
	return list
}

func inFiles(found []secret.Finding) audit.Verdict {
	var paths []string
	var places []audit.Place
	for _, f := range found {
		if !slices.Contains(paths, f.Path) {
			paths = append(paths, f.Path)
		}
		if len(places) < maxPlaces {
			// Never the text of the line: it holds the secret.
			places = append(places, audit.Place{Path: f.Path, Line: f.Line})
		}
	}
	return audit.NotMet("found", "paths", named(paths)).At(places...)
}

// named shortens a list for a sentence.
func named(list []string) []string {
	if len(list) <= maxNamed {
		return list
	}
	return append(slices.Clone(list[:maxNamed]), "…")
}
