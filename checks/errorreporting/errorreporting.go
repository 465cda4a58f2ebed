// Package errorreporting holds the checks on how a deliverable tells that it
// fails: error reporting tools and health probes.
package errorreporting

import (
	"embed"

	"github.com/perenne-audit/perenne/internal/audit"
)

//go:embed text/*.md
var texts embed.FS

// Checks lists the package's checks in the order of the catalogue.
var Checks = []*audit.Check{
	errorsReported,
	logsStructured,
	healthProbed,
	metricsExposed,
	backupRestorable,
	incidentProcedure,
}
