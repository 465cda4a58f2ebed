package community

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestSecurityChannelOpen(t *testing.T) { t.Parallel(); checktest.Run(t, securityChannelOpen) }
