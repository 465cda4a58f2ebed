package delivery

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestDependenciesWatched(t *testing.T) { t.Parallel(); checktest.Run(t, dependenciesWatched) }
