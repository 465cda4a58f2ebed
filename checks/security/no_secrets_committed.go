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
	all := secret.Of(s)
	found := all.Findings
	if len(found) == 0 && (all.Unread || s.Truncated()) {
		return audit.Unknown("not-all-read").Fact("findings", found)
	}
	if len(found) == 0 {
		return audit.Met("none").Fact("findings", found)
	}
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
	return audit.NotMet("found", "paths", named(paths)).At(places...).Fact("findings", found)
}

// named shortens a list for a sentence.
func named(list []string) []string {
	if len(list) <= maxNamed {
		return list
	}
	return append(slices.Clone(list[:maxNamed]), "…")
}
