package containers

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestDockerfilePresent(t *testing.T) { checktest.Run(t, dockerfilePresent) }
