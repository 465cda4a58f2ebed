package delivery

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestFrameworkApproved(t *testing.T) { t.Parallel(); checktest.Run(t, frameworkApproved) }
