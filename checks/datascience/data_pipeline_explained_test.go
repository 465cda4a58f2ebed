package datascience

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestDataPipelineExplained(t *testing.T) { t.Parallel(); checktest.Run(t, dataPipelineExplained) }
