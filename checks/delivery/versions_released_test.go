package delivery

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestVersionsReleased(t *testing.T) { t.Parallel(); checktest.Run(t, versionsReleased) }
