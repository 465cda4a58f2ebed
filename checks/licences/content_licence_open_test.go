package licences

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestContentLicenceOpen(t *testing.T) { checktest.Run(t, contentLicenceOpen) }
