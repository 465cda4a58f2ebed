package containers

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestBuildContextClean(t *testing.T) { t.Parallel(); checktest.Run(t, buildContextClean) }
