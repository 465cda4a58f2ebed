package docs

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestReadmeUseful(t *testing.T) { checktest.Run(t, readmeUseful) }
