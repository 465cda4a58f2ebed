package delivery

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestConfigurationExternal(t *testing.T) { t.Parallel(); checktest.Run(t, configurationExternal) }
