package docs

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestAccountsInventoried(t *testing.T) { t.Parallel(); checktest.Run(t, accountsInventoried) }
