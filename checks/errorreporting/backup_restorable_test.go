package errorreporting

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestBackupRestorable(t *testing.T) { t.Parallel(); checktest.Run(t, backupRestorable) }
