package delivery

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/manifest"
)

var dependenciesLocked = &audit.Check{
	ID: "dependencies-locked", Axis: audit.Deployment, Severity: audit.Major,
	Needs: audit.NeedTree, EffortHours: 3.5, Side: audit.Team,
	Kinds:  lockedKinds,
	Source: "https://12factor.net/dependencies",
	Texts:  texts, Run: runDependenciesLocked,
}

// runDependenciesLocked judges the folder of each deliverable and reports the
// weakest.
func runDependenciesLocked(s *audit.Snapshot) audit.Verdict {
	inventory := manifest.Of(s)
	manifests, locks := []string{}, []string{}
	for _, m := range inventory.Manifests {
		if !m.Sample() && !slices.Contains(manifests, m.Path) {
			manifests = append(manifests, m.Path)
		}
	}
	for _, l := range inventory.Locks {
		if !l.Sample() && !slices.Contains(locks, l.Path) {
			locks = append(locks, l.Path)
		}
	}
	slices.Sort(manifests)
	slices.Sort(locks)
	return lockVerdict(lockedRoots(s, inventory)).Fact("manifests", manifests).Fact("locks", locks)
}

// lockState is how well one folder's dependencies are fixed, the worst first.
type lockState uint8

const (
	undeclared lockState = iota
	installed            // by a script or an image, without versions
	loose
	unparsed
	locked
	needless
)

// lockedRoot is what was found for one deliverable.
type lockedRoot struct {
	root    string
	state   lockState
	library bool
	place   audit.Place
	// what is a package that code uses and nothing declares.
	what string
}

func lockVerdict(roots []lockedRoot) audit.Verdict {
	best := roots[0]
	worst := roots[0]
	for _, r := range roots {
		if r.state < worst.state {
			worst = r
		}
		if r.state > best.state {
			best = r
		}
	}
	switch {
	case worst.state == needless:
		return audit.NotApplicable("nothing-to-lock")
	case worst.state == locked:
		var places []audit.Place
		for _, r := range roots {
			if r.state == locked && !slices.Contains(places, r.place) {
				places = append(places, r.place)
			}
		}
		return audit.Met("locked", "path", shown(pathsOf(places))).At(places[:min(len(places), maxShownPlaces)]...)
	case worst.state == unparsed:
		return audit.Unknown("unparsable", "path", worst.place.Path).At(worst.place)
	case worst.state == loose && worst.library:
		return audit.PartlyMet("library", "path", worst.place.Path).At(worst.place)
	case worst.state == loose:
		return audit.PartlyMet("loose", "path", worst.place.Path).At(worst.place)
	case worst.state == installed:
		return audit.PartlyMet("installed", "path", worst.place.Path).At(worst.place)
	case best.state > undeclared && best.state != needless:
		return audit.PartlyMet("partly-declared", "path", worst.place.Path, "package", worst.what).At(worst.place)
	}
	return audit.NotMet("undeclared", "path", worst.place.Path, "package", worst.what).At(worst.place)
}

// lockedRoots returns one or more findings for each deliverable, never none.
func lockedRoots(s *audit.Snapshot, inventory *manifest.Inventory) []lockedRoot {
	var found []lockedRoot
	for _, d := range s.Deliverables {
		if !slices.Contains(lockedKinds, d.Kind) {
			continue
		}
		own := inventoryOf(s, inventory, d.Root)
		states := own.states(d)
		if missing, ok := own.undeclared(s, d, len(states) == 0); ok {
			states = append(states, missing)
		}
		if len(states) == 0 {
			states = append(states, lockedRoot{root: d.Root, state: needless})
		}
		found = append(found, states...)
	}
	if len(found) == 0 {
		found = append(found, lockedRoot{state: needless})
	}
	return found
}

// lockedKinds are the kinds that the question is asked of.
var lockedKinds = append([]audit.Kind{audit.Notebook, audit.DataikuProject}, programs...)

// rootInventory is what declares and locks for one folder.
type rootInventory struct {
	root      string
	manifests []*manifest.Manifest
	locks     []manifest.Lock
	s         *audit.Snapshot
}

// inventoryOf takes the manifests that speak for the folder, and the locks in,
// below and above it.
func inventoryOf(s *audit.Snapshot, inventory *manifest.Inventory, root string) *rootInventory {
	own := &rootInventory{root: root, s: s, manifests: manifest.For(s, root)}
	rootIsSample := (&manifest.Manifest{Path: path.Join(root, "x")}).Sample()
	for _, l := range inventory.Locks {
		if audit.Within(l.Root(), root) && (!l.Sample() || rootIsSample) || audit.Within(root, l.Root()) {
			own.locks = append(own.locks, l)
		}
	}
	return own
}

// states judges each manifest that needs a lock, and falls back on a lock
// without a manifest: renv.lock is often all there is.
func (own *rootInventory) states(d audit.Deliverable) []lockedRoot {
	var states []lockedRoot
	for _, m := range own.manifests {
		if m.Err == nil && !needsLock(m) {
			continue
		}
		state := lockedRoot{root: own.root, state: loose, library: d.Kind == audit.Library, place: audit.Place{Path: m.Path}}
		if lock, held := own.lockFor(m); held {
			state.state, state.place.Path = locked, lock
		} else if m.Err != nil {
			state.state = unparsed
		}
		states = append(states, state)
	}
	if len(states) == 0 && len(own.locks) > 0 {
		states = append(states, lockedRoot{root: own.root, state: locked, place: audit.Place{Path: own.locks[0].Path}})
	}
	// The best first, so that the place shown is that of the nearest to the top.
	slices.SortStableFunc(states, func(a, b lockedRoot) int {
		return cmp.Compare(strings.Count(a.place.Path, "/"), strings.Count(b.place.Path, "/"))
	})
	return states
}

// needsLock reports whether the manifest asks for packages of others.
func needsLock(m *manifest.Manifest) bool {
	return slices.ContainsFunc(m.Dependencies, func(d manifest.Dependency) bool {
		switch m.Ecosystem {
		case manifest.Composer:
			return strings.Contains(d.Name, "/") // php and ext-json are no packages
		case manifest.CRAN:
			return !slices.Contains(basePackages, d.Name)
		}
		return d.Name != "python" && d.Name != "pip"
	})
}

// exactByCustom are the ecosystems whose declarations name one version each and
// resolve to the same ones every time, unless they are told to float.
var exactByCustom = []manifest.Ecosystem{manifest.Maven, manifest.NuGet, manifest.Clojure}

// lockFor returns what fixes a manifest's versions: a lock of its ecosystem in
// its folder or above, or its own exactness.
func (own *rootInventory) lockFor(m *manifest.Manifest) (string, bool) {
	best, found := "", false
	for _, l := range own.locks {
		if family(l.Ecosystem) == family(m.Ecosystem) && audit.Within(m.Root(), l.Root()) && covers(l, m) && (!found || len(l.Root()) > len(path.Dir(best))) {
			best, found = l.Path, true
		}
	}
	switch {
	case found:
		return best, true
	case slices.Contains(exactByCustom, m.Ecosystem) && m.Err == nil && !floats(m):
		return m.Path, true
	case m.Ecosystem == manifest.Go && own.s.HasDir(path.Join(m.Root(), "vendor")):
		return path.Join(m.Root(), "vendor", "modules.txt"), true
	}
	return "", false
}

// family joins the two worlds of Python, whose files stand for one another.
func family(e manifest.Ecosystem) manifest.Ecosystem {
	if e == manifest.Conda {
		return manifest.PyPI
	}
	return e
}

// covers: a list for pip fixes what it lists. It stands for a setup.py beside
// it and for lists of development tools, not for another list of the program.
func covers(l manifest.Lock, m *manifest.Manifest) bool {
	if path.Ext(l.Path) != ".txt" || l.Path == m.Path || path.Ext(m.Path) != ".txt" {
		return true
	}
	name := strings.ToLower(path.Base(m.Path))
	return slices.ContainsFunc([]string{"dev", "test", "doc", "lint", "ci", "local", "optional"}, func(word string) bool { return strings.Contains(name, word) })
}

// floats reports whether some version is left open.
func floats(m *manifest.Manifest) bool {
	return slices.ContainsFunc(m.Dependencies, func(d manifest.Dependency) bool {
		v := strings.ToLower(d.Version)
		return strings.ContainsAny(v, "[(+*") && !strings.Contains(v, "${") || strings.HasPrefix(v, "latest") || v == "release"
	})
}
