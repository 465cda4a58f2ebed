package containers

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestServicesDescribed(t *testing.T) { checktest.Run(t, servicesDescribed) }
