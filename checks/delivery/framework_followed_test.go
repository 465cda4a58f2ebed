package delivery

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestFrameworkFollowed(t *testing.T) { t.Parallel(); checktest.Run(t, frameworkFollowed) }
