// Package delivery holds the checks on how a deliverable is built, tested and
// shipped: locked dependencies, continuous integration, automated tests.
package delivery

import (
	"embed"

	"github.com/perenne-audit/perenne/internal/audit"
)

//go:embed text/*.md
var texts embed.FS

// Checks lists the package's checks in the order of the catalogue.
var Checks = []*audit.Check{
	dependenciesLocked,
	runtimeSupported,
	componentsListed,
	configurationExternal,
	ciRunsTests,
	deploymentAutomated,
	migrationsVersioned,
	hostingAgreed,
	frameworkApproved,
	frameworkFollowed,
	testsPresent,
	dependenciesWatched,
	versionsReleased,
}
