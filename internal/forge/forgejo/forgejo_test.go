package forgejo_test

import (
	"testing"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/forge/forgejo"
	"github.com/perenne-audit/perenne/internal/forge/forgetest"
)

var suite = forgetest.Suite{Kind: forge.Forgejo, Open: forgejo.Open, Conditional: false, Untold: []audit.ForgeFact{audit.FactTags, audit.FactAnswers, audit.FactPrivateReports, audit.FactProtected, audit.FactAdmins}}

func TestSuite(t *testing.T) { suite.Run(t) }

func TestIssues(t *testing.T) { suite.RunIssues(t) }

func TestStatuses(t *testing.T) { suite.RunStatuses(t) }
