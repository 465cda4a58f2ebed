package errorreporting

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestMetricsExposed(t *testing.T) {
	t.Parallel()
	checktest.Run(t, metricsExposed)
}
