package community

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestAwesomeComplete(t *testing.T) { t.Parallel(); checktest.Run(t, awesomeComplete) }
