package containers

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestContainerUnprivileged(t *testing.T) { checktest.Run(t, containerUnprivileged) }
