package manifest

import (
	"path"

	"github.com/perenne-audit/perenne/internal/audit"
)

// For returns the manifests that speak for the deliverable in a folder: those in
// or below it that belong to no deeper deliverable, else those above it, as in a
// workspace. Samples count only where the deliverable is one itself; the tools
// of whoever runs it, Terraform and Nix, never do.
func For(s *audit.Snapshot, root string) []*Manifest {
	rootIsSample := (&Manifest{Path: path.Join(root, "x")}).Sample()
	var own, above []*Manifest
	for _, m := range Of(s).Manifests {
		switch {
		case m.Sample() && !rootIsSample || m.Ecosystem == Terraform || m.Ecosystem == Nix:
		case s.RootOf(m.Root()) == root:
			own = append(own, m)
		case audit.Within(root, m.Root()):
			above = append(above, m)
		}
	}
	if len(own) == 0 {
		return above
	}
	return own
}
