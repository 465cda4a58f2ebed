// Package licences asks under which licence a repository's content may be used,
// and whether an administration may choose that licence.
package licences

import (
	"embed"

	"github.com/perenne-audit/perenne/internal/audit"
)

//go:embed text/*.md
var texts embed.FS

// Checks are the questions about licences, in catalogue order.
var Checks = []*audit.Check{
	licencePresent,
	licenceApproved,
	contentLicenceOpen,
}
