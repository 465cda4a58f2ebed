package errorreporting

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestErrorsReported(t *testing.T) { checktest.Run(t, errorsReported) }

func TestHealthProbed(t *testing.T) { checktest.Run(t, healthProbed) }
