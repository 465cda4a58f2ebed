// Package security asks what an attacker would find: secrets that were committed and
// components with known faults.
package security

import (
	"embed"

	"github.com/perenne-audit/perenne/internal/audit"
)

//go:embed text/*.md
var texts embed.FS

// Checks are the questions, in the order in which they are printed.
var Checks = []*audit.Check{noSecretsCommitted, vulnerabilitiesKnown}
