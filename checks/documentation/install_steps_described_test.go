package docs

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestInstallStepsDescribed(t *testing.T) { checktest.Run(t, installStepsDescribed) }
