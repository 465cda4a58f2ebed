package manifest

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// maxBytes is the size past which a manifest is not read: no person writes one
// of a megabyte.
const maxBytes = 1 << 20

type inventoryKey struct{}

// Of reads the inventory of a snapshot, once.
func Of(s *audit.Snapshot) *Inventory {
	return audit.Once(s, inventoryKey{}, read)
}

// reader fills a manifest, whose path and ecosystem are set, from the content of
// its file.
type reader func(m *Manifest, content []byte) error

// read walks the tree's own files and parses those that it knows by name.
func read(s *audit.Snapshot) *Inventory {
	inventory := &Inventory{}
	for _, f := range s.Files() {
		if ecosystem, ok := lockEcosystem(f); ok {
			inventory.Locks = append(inventory.Locks, Lock{Path: f.Path, Ecosystem: ecosystem, Exact: true})
			continue
		}
		if f.Mode == audit.Submodule || f.Foreign() || s.Copied(f) {
			continue
		}
		if ecosystem, parse, ok := readerOf(f.Path); ok {
			inventory.add(readManifest(s, f, ecosystem, parse))
		}
	}
	inventory.addRenv(s)
	inventory.addRequirementLocks(s)
	inventory.addCondaLocks()
	slices.SortStableFunc(inventory.Locks, func(a, b Lock) int { return cmp.Compare(a.Path, b.Path) })
	return inventory
}

// add keeps a manifest, unless the file turned out to be something else.
func (inv *Inventory) add(m *Manifest) {
	if !errors.Is(m.Err, errOther) {
		inv.Manifests = append(inv.Manifests, m)
	}
}

// addRenv reads renv.lock as a declaration where no DESCRIPTION stands beside it.
func (inv *Inventory) addRenv(s *audit.Snapshot) {
	for _, lock := range inv.Locks {
		f, found := s.File(lock.Path)
		_, described := s.File(path.Join(lock.Root(), "DESCRIPTION"))
		if found && !described && f.Name() == "renv.lock" {
			inv.add(readManifest(s, f, CRAN, readRenv))
		}
	}
}

func (inv *Inventory) addCondaLocks() {
	for _, m := range inv.Manifests {
		if m.Ecosystem != Conda || m.Err != nil {
			continue
		}
		if exact, ok := condaLock(m); ok {
			inv.Locks = append(inv.Locks, Lock{Path: m.Path, Ecosystem: Conda, Exact: exact})
		}
	}
}

func readManifest(s *audit.Snapshot, f audit.File, ecosystem Ecosystem, parse reader) *Manifest {
	empty := Manifest{Path: f.Path, Ecosystem: ecosystem}
	if f.SizeBytes > maxBytes {
		empty.Err = fmt.Errorf("read %q: %w", f.Path, audit.ErrTooLarge)
		return &empty
	}
	content, err := s.Read(f)
	if err == nil && len(content) > maxBytes {
		err = fmt.Errorf("read %q: %w", f.Path, audit.ErrTooLarge)
	}
	if err == nil && audit.IsBinary(content) {
		err = fmt.Errorf("read %q: binary: %w", f.Path, audit.ErrDamaged)
	}
	if err != nil {
		empty.Err = err
		return &empty
	}
	m := empty
	if err := guard(parse, &m, []byte(strings.TrimPrefix(string(content), "\ufeff"))); err != nil {
		empty.Err = fmt.Errorf("%s: %w", f.Path, err)
		return &empty
	}
	m.Dependencies = slices.DeleteFunc(m.Dependencies, func(d Dependency) bool { return d.Name == "" })
	return &m
}

// guard turns a parser's panic into an error: the bytes are foreign, and one bad
// file must not end the audit.
func guard(parse reader, m *Manifest, content []byte) (err error) {
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("parser gave up: %v: %w", problem, audit.ErrDamaged)
		}
	}()
	return parse(m, content)
}

// errOther says that a file has the name of a manifest and is something else.
var errOther = errors.New("not a declaration of dependencies")

// named are the files that are read by their exact name.
var named = map[string]struct {
	ecosystem Ecosystem
	read      reader
}{
	"package.json": {NPM, readPackageJSON}, "composer.json": {Composer, readComposer},
	"pyproject.toml": {PyPI, readPyproject}, "Pipfile": {PyPI, readPipfile},
	"setup.cfg": {PyPI, readSetupCfg}, "setup.py": {PyPI, readSetupPy},
	"Gemfile": {RubyGems, readGemfile}, "gems.rb": {RubyGems, readGemfile},
	"go.mod": {Go, readGoMod}, "Cargo.toml": {Cargo, readCargo}, "mix.exs": {Hex, readMix},
	"pom.xml": {Maven, readPOM}, "build.gradle": {Maven, readGradle}, "build.gradle.kts": {Maven, readGradle},
	"libs.versions.toml": {Maven, readVersionCatalog}, "build.sbt": {Maven, readSBT},
	"DESCRIPTION": {CRAN, readDescription}, "deps.edn": {Clojure, readClojure}, "project.clj": {Clojure, readClojure},
	"packages.config": {NuGet, readDotNet}, "Directory.Packages.props": {NuGet, readDotNet},
}

// readerOf tells by its name how a file is read.
func readerOf(name string) (Ecosystem, reader, bool) {
	if found, ok := named[path.Base(name)]; ok {
		return found.ecosystem, found.read, true
	}
	switch path.Ext(name) {
	case ".gemspec":
		return RubyGems, readGemspec, true
	case ".csproj", ".fsproj", ".vbproj":
		return NuGet, readDotNet, true
	case ".txt", ".in", ".pip":
		return PyPI, readRequirements, isRequirements(name)
	case ".scala":
		return Maven, readSBTBuild, isSBTBuild(name)
	case ".yml", ".yaml":
		return Conda, readConda, isConda(name)
	}
	return "", nil, false
}
