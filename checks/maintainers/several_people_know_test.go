package maintainers

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestSeveralPeopleKnow(t *testing.T) { checktest.Run(t, severalPeopleKnow) }
