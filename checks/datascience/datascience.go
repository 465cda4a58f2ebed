// Package datascience asks whether data can be processed again by somebody else:
// how a pipeline runs, whether notebooks can be repeated, what data is shown.
package datascience

import (
	"embed"

	"github.com/perenne-audit/perenne/internal/audit"
)

//go:embed text/*.md
var texts embed.FS

// Checks are the questions, in the order in which they are printed.
var Checks = []*audit.Check{dataPipelineExplained, sampleDataFictitious, notebooksReproducible}
