package manifest

import (
	"cmp"
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
		if f.Mode == audit.Submodule || f.Foreign() {
			continue
		}
		if ecosystem, parse, ok := readerOf(f.Path); ok {
			inventory.Manifests = append(inventory.Manifests, readManifest(s, f, ecosystem, parse))
		}
	}
	inventory.addRequirementLocks(s)
	slices.SortStableFunc(inventory.Locks, func(a, b Lock) int { return cmp.Compare(a.Path, b.Path) })
	return inventory
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

// readerOf tells by its name how a file is read.
func readerOf(name string) (Ecosystem, reader, bool) {
	base := path.Base(name)
	switch base {
	case "package.json":
		return NPM, readPackageJSON, true
	case "pyproject.toml":
		return PyPI, readPyproject, true
	case "composer.json":
		return Composer, readComposer, true
	case "Gemfile", "gems.rb":
		return RubyGems, readGemfile, true
	case "go.mod":
		return Go, readGoMod, true
	}
	switch {
	case isRequirements(name):
		return PyPI, readRequirements, true
	case strings.HasSuffix(base, ".gemspec"):
		return RubyGems, readGemspec, true
	}
	return "", nil, false
}
