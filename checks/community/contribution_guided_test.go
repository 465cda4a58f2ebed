package community

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestContributionGuided(t *testing.T) { t.Parallel(); checktest.Run(t, contributionGuided) }
