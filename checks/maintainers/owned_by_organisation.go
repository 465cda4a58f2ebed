package maintainers

import (
	_ "embed"
	"net/url"
	"strings"
	"sync"

	"github.com/perenne-audit/perenne/internal/audit"
)

// ownedByOrganisation is FIA-11. A repository below somebody's own account leaves
// with that person; below an organisation, the rights can be handed on, while there
// is somebody left who holds them.
var ownedByOrganisation = &audit.Check{
	ID: "owned-by-organisation", Axis: audit.Reliability, Severity: audit.Major,
	Needs: audit.NeedForge, EffortHours: 1.5, Side: audit.DSI,
	Source: "https://github.com/entrepreneur-interet-general/eig-link",
	Texts:  texts, Run: runOwnedByOrganisation,
}

func runOwnedByOrganisation(s *audit.Snapshot) audit.Verdict {
	host, owner := ownerOf(s.Repository.URL)
	switch s.Forge.OwnerType {
	case "organisation":
		if s.Forge.Told(audit.FactAdmins) && s.Forge.Admins == 1 {
			return audit.PartlyMet("one-admin", "owner", owner)
		}
		if isPublicBody(host, owner) {
			return audit.Met("public-body", "owner", owner)
		}
		return audit.Met("organisation", "owner", owner)
	case "user":
		if s.Forge.Fork {
			return audit.NotMet("personal-fork", "owner", owner, "parent", s.Forge.Parent)
		}
		return audit.NotMet("personal", "owner", owner)
	}
	return audit.Unknown("unsaid")
}

// ownerOf splits the address of a repository; of a group within a group, the
// outermost is the owner.
func ownerOf(address string) (host, owner string) {
	u, err := url.Parse(address)
	if err != nil {
		return "", ""
	}
	owner, _, _ = strings.Cut(strings.Trim(u.Path, "/"), "/")
	return strings.ToLower(u.Hostname()), owner
}

// Organisations of public bodies, one "host/owner" a line. It only sharpens the
// sentence: one that is not listed is an organisation all the same.
//
//go:embed organisations.txt
var organisations string

var publicBodies = sync.OnceValue(func() map[string]bool {
	known := map[string]bool{}
	for line := range strings.Lines(organisations) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			known[strings.ToLower(line)] = true
		}
	}
	return known
})

// isPublicBody reports whether the forge or the account is a public body's.
func isPublicBody(host, owner string) bool {
	return strings.HasSuffix(host, ".gouv.fr") || publicBodies()[host+"/"+strings.ToLower(owner)]
}
