package github_test

import (
	"testing"

	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/forge/forgetest"
	"github.com/perenne-audit/perenne/internal/forge/github"
)

func TestProposals(t *testing.T) {
	forgetest.Suite{Kind: forge.GitHub, Open: github.Open}.RunProposals(t)
}
