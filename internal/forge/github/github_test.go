package github_test

import (
	"testing"

	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/forge/forgetest"
	"github.com/perenne-audit/perenne/internal/forge/github"
)

var suite = forgetest.Suite{Kind: forge.GitHub, Open: github.Open, Conditional: true, Untold: nil}

func TestSuite(t *testing.T) { suite.Run(t) }

func TestIssues(t *testing.T) { suite.RunIssues(t) }

func TestStatuses(t *testing.T) { suite.RunStatuses(t) }
