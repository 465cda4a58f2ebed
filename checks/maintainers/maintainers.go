// Package maintainers asks who keeps the deliverable alive after its makers
// have left.
package maintainers

import (
	"embed"

	"github.com/perenne-audit/perenne/internal/audit"
)

//go:embed text/*.md
var texts embed.FS

// Checks are the questions of this folder, in the order of the catalogue.
var Checks = []*audit.Check{
	maintainerStaying,
	userContactLasting,
	severalPeopleKnow,
	activityMatchesStatus,
	ownedByOrganisation,
}
