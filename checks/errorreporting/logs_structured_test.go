package errorreporting

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestLogsStructured(t *testing.T) {
	t.Parallel()
	checktest.Run(t, logsStructured)
}
