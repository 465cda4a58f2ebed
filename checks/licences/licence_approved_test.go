package licences

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestLicenceApproved(t *testing.T) { checktest.Run(t, licenceApproved) }
