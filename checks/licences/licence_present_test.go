package licences

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestLicencePresent(t *testing.T) { checktest.Run(t, licencePresent) }
