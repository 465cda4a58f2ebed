package forgejo_test

import (
	"testing"

	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/forge/forgejo"
	"github.com/perenne-audit/perenne/internal/forge/forgetest"
)

func TestProposals(t *testing.T) {
	forgetest.Suite{Kind: forge.Forgejo, Open: forgejo.Open}.RunProposals(t)
}
