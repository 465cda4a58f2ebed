package gitlab_test

import (
	"testing"

	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/forge/forgetest"
	"github.com/perenne-audit/perenne/internal/forge/gitlab"
)

func TestProposals(t *testing.T) {
	forgetest.Suite{Kind: forge.GitLab, Open: gitlab.Open}.RunProposals(t)
}
