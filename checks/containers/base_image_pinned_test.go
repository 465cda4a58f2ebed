package containers

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestBaseImagePinned(t *testing.T) { checktest.Run(t, baseImagePinned) }
