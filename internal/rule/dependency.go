package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/manifest"
)

// Package names a dependency: "npm:@sentry/node", "pypi:django", or "redis" in
// any package manager's world. A "*" at the end stands for any end.
type Package struct {
	Ecosystem manifest.Ecosystem
	Name      string
	written   string
}

// Ecosystems are the worlds that may stand before a colon.
var Ecosystems = []manifest.Ecosystem{
	manifest.NPM, manifest.PyPI, manifest.Conda, manifest.Composer, manifest.RubyGems, manifest.Go, manifest.Maven,
	manifest.CRAN, manifest.NuGet, manifest.Hex, manifest.Cargo, manifest.Clojure,
}

// ParsePackage reads the name of a dependency. The error says what is wrong.
func ParsePackage(s string) (Package, error) {
	p := Package{Name: s, written: s}
	// Maven's own names hold a colon too: "org.slf4j:slf4j-api".
	if world, name, found := strings.Cut(s, ":"); found && slices.Contains(Ecosystems, manifest.Ecosystem(world)) {
		p.Ecosystem, p.Name = manifest.Ecosystem(world), name
	}
	if i := strings.IndexByte(p.Name, '*'); p.Name == "" || i == 0 || i >= 0 && i < len(p.Name)-1 || strings.ContainsAny(p.Name, " ,") {
		return p, fmt.Errorf("%q names no dependency", s)
	}
	return p, nil
}

// String returns the name as written.
func (p Package) String() string { return p.written }

func (p Package) names(world manifest.Ecosystem, d manifest.Dependency) bool {
	if p.Ecosystem != "" && p.Ecosystem != world {
		return false
	}
	wanted, name := strings.ToLower(p.Name), strings.ToLower(d.Name)
	if beginning, open := strings.CutSuffix(wanted, "*"); open {
		return strings.HasPrefix(name, beginning)
	}
	return name == wanted || world == manifest.PyPI && name == strings.NewReplacer("_", "-", ".", "-").Replace(wanted)
}

// declared returns where one of the packages is declared. Whole is false when a
// manifest could not be read; any is false when there is none.
func declared(s *audit.Snapshot, wanted []Package, development bool) (found []audit.Place, names []string, whole, any bool) {
	whole = !s.Truncated()
	for _, m := range manifest.Of(s).Manifests {
		if m.Sample() {
			continue
		}
		any = true
		whole = whole && m.Err == nil
		for _, d := range m.Dependencies {
			if d.Dev && !development {
				continue
			}
			if slices.ContainsFunc(wanted, func(p Package) bool { return p.names(m.Ecosystem, d) }) {
				found = append(found, audit.Place{Path: m.Path, Line: d.Line})
				if !slices.Contains(names, d.Name) {
					names = append(names, d.Name)
				}
			}
		}
	}
	return found[:min(len(found), maxPlaces)], names, whole, any
}

func writtenNames(all []Package) []string {
	names := make([]string, len(all))
	for i, p := range all {
		names[i] = p.written
	}
	return names
}

// Depends wants one of the packages to be declared.
type Depends struct{ Packages []Package }

func (Depends) kind() string { return "depends" }

func (t Depends) run(s *audit.Snapshot) audit.Verdict {
	found, names, whole, any := declared(s, t.Packages, true)
	switch {
	case len(found) > 0:
		return audit.Met("depends-found", "names", few(names), "path", found[0].Path).At(found...)
	case !whole:
		return audit.Unknown("depends-unreadable", "names", writtenNames(t.Packages))
	case !any:
		return audit.NotApplicable("depends-no-manifest")
	}
	return audit.NotMet("depends-missing", "names", writtenNames(t.Packages))
}

// Forbids wants none of the packages to be declared, but for developing and
// testing.
type Forbids struct{ Packages []Package }

func (Forbids) kind() string { return "forbids" }

func (t Forbids) run(s *audit.Snapshot) audit.Verdict {
	found, names, whole, any := declared(s, t.Packages, false)
	switch {
	case len(found) > 0:
		return audit.NotMet("forbids-found", "names", few(names), "path", found[0].Path).At(found...)
	case !whole:
		return audit.Unknown("forbids-unreadable", "names", writtenNames(t.Packages))
	case !any:
		return audit.NotApplicable("forbids-no-manifest")
	}
	return audit.Met("forbids-clear", "names", writtenNames(t.Packages))
}
