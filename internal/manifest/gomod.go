package manifest

import (
	"fmt"

	"golang.org/x/mod/modfile"
)

// readGoMod reads go.mod. Requirements marked indirect are left out: nobody
// declared them, the go command wrote them.
func readGoMod(m *Manifest, content []byte) error {
	file, err := modfile.ParseLax("go.mod", content, nil)
	if err != nil {
		return fmt.Errorf("parse go.mod: %w", err)
	}
	if file.Module != nil {
		m.Name = file.Module.Mod.Path
	}
	if file.Go != nil {
		m.setRuntime("go", file.Go.Version)
	}
	for _, r := range file.Require {
		if !r.Indirect {
			m.Dependencies = append(m.Dependencies, Dependency{Name: r.Mod.Path, Version: r.Mod.Version, Line: r.Syntax.Start.Line})
		}
	}
	return nil
}
