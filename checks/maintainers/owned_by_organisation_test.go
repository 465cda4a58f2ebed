package maintainers

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestOwnedByOrganisation(t *testing.T) { t.Parallel(); checktest.Run(t, ownedByOrganisation) }
