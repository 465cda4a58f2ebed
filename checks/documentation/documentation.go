// Package docs asks whether somebody who has never met the project's makers
// finds in writing what they need: what it is, how to start it, how it is built,
// deployed and operated.
//
// It is not named after its folder: the go tool takes files of a package called
// documentation for notes, and leaves them out.
package docs

import (
	"embed"

	"github.com/perenne-audit/perenne/internal/audit"
)

//go:embed text/*.md
var texts embed.FS

// Checks are the questions about documentation, in catalogue order.
var Checks = []*audit.Check{
	readmeUseful,
	installStepsDescribed,
	architectureDescribed,
	deploymentGuide,
	operationsGuide,
	userManual,
	decisionsRecorded,
	apiDescribed,
	trainingReusable,
	accountsInventoried,
}
