package delivery

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestHostingAgreed(t *testing.T) { t.Parallel(); checktest.Run(t, hostingAgreed) }
