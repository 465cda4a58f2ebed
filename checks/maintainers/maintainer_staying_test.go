package maintainers

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestMaintainerStaying(t *testing.T) { checktest.Run(t, maintainerStaying) }

func TestMask(t *testing.T) {
	if got := maskWords("Ada <ada@x.fr> @ada"); got != "Ada a…@x.fr @ada" {
		t.Errorf("got %q", got)
	}
}
