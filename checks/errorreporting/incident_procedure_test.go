package errorreporting

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestIncidentProcedure(t *testing.T) { t.Parallel(); checktest.Run(t, incidentProcedure) }
