package docs

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestArchitectureDescribed(t *testing.T) { checktest.Run(t, architectureDescribed) }
