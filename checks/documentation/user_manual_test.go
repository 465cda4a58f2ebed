package docs

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestUserManual(t *testing.T) { t.Parallel(); checktest.Run(t, userManual) }
