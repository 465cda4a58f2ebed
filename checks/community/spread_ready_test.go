package community

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestSpreadReady(t *testing.T) { t.Parallel(); checktest.Run(t, spreadReady) }
