package delivery

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestTestsPresent(t *testing.T) { checktest.Run(t, testsPresent) }
