package docs

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestOperationsGuide(t *testing.T) { checktest.Run(t, operationsGuide) }
