package community

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestPubliccodeValid(t *testing.T) { t.Parallel(); checktest.Run(t, publiccodeValid) }
