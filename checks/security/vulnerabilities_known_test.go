package security

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestVulnerabilitiesKnown(t *testing.T) { t.Parallel(); checktest.Run(t, vulnerabilitiesKnown) }
