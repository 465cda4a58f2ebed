package docs

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestApiDescribed(t *testing.T) { t.Parallel(); checktest.Run(t, apiDescribed) }
