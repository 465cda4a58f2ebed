package docs

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestDeploymentGuide(t *testing.T) { checktest.Run(t, deploymentGuide) }
