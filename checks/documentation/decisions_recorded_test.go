package docs

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestDecisionsRecorded(t *testing.T) { t.Parallel(); checktest.Run(t, decisionsRecorded) }
