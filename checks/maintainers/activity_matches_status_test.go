package maintainers

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestActivityMatchesStatus(t *testing.T) { t.Parallel(); checktest.Run(t, activityMatchesStatus) }
