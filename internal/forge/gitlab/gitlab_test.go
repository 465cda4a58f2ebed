package gitlab_test

import (
	"testing"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/forge/forgetest"
	"github.com/perenne-audit/perenne/internal/forge/gitlab"
)

var suite = forgetest.Suite{Kind: forge.GitLab, Open: gitlab.Open, Conditional: false, Untold: []audit.ForgeFact{audit.FactTags, audit.FactAnswers, audit.FactPrivateReports}}

func TestSuite(t *testing.T) { suite.Run(t) }

func TestIssues(t *testing.T) { suite.RunIssues(t) }

func TestStatuses(t *testing.T) { suite.RunStatuses(t) }
