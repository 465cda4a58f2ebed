package delivery

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestComponentsListed(t *testing.T) { t.Parallel(); checktest.Run(t, componentsListed) }
