package security

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestNoSecretsCommitted(t *testing.T) { t.Parallel(); checktest.Run(t, noSecretsCommitted) }
