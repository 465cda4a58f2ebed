// Package community asks whether strangers can find, trust and reuse a repository.
// Its checks are a bonus: scored, shown apart, never compensating.
package community

import (
	"embed"

	"github.com/perenne-audit/perenne/internal/audit"
)

//go:embed text/*.md
var texts embed.FS

// Checks are the questions, in the order in which they are printed.
var Checks = []*audit.Check{
	publiccodeValid,
	contributionGuided,
	securityChannelOpen,
	awesomeComplete,
	spreadReady,
}
