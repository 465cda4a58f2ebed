package docs

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestTrainingReusable(t *testing.T) { t.Parallel(); checktest.Run(t, trainingReusable) }
