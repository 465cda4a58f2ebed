package manifest

import (
	"fmt"
	"path"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Package is one package that a lock file fixes.
type Package struct {
	// Name is normalised as [Dependency.Name] is.
	Name string
	// Version is exact.
	Version string
	// Licences are those that the lock file repeats from the package, as written;
	// only npm's, composer's and renv's do, and then not for every package.
	Licences []string
	// Dev is true where the lock file says that only development needs it.
	Dev bool
}

// maxLockBytes is the size past which a lock file is not read.
const maxLockBytes = 16 << 20

type packagesKey string

type lockContent struct {
	packages []Package
	err      error
}

// Packages reads what a lock file of the inventory fixes, once, in the order of
// the file where it has one and by name otherwise; one package may be listed in
// several versions. The error wraps [audit.ErrUnsupported] for formats that are
// not read (bun.lockb, deno.lock, pixi.lock) and [audit.ErrTooLarge] past 16 MB.
func Packages(s *audit.Snapshot, lock Lock) ([]Package, error) {
	content := audit.Once(s, packagesKey(lock.Path), func(s *audit.Snapshot) lockContent {
		packages, err := readLock(s, lock)
		if err != nil {
			err = fmt.Errorf("read packages of %q: %w", lock.Path, err)
		}
		return lockContent{packages, err}
	})
	return content.packages, content.err
}

func readLock(s *audit.Snapshot, lock Lock) ([]Package, error) {
	if packages, ok := pinnedPackages(s, lock); ok {
		return packages, nil
	}
	parse := lockReaders[path.Base(lock.Path)]
	f, found := s.File(lock.Path)
	switch {
	case parse == nil:
		return nil, audit.ErrUnsupported
	case !found:
		return nil, audit.ErrNotFound
	case f.SizeBytes > maxLockBytes:
		return nil, audit.ErrTooLarge
	}
	content, err := s.Read(f)
	if err != nil {
		return nil, err
	}
	if len(content) > maxLockBytes {
		return nil, audit.ErrTooLarge
	}
	return guardLock(parse, content)
}

// guardLock is [guard] for a lock file.
func guardLock(parse func([]byte) ([]Package, error), content []byte) (packages []Package, err error) {
	defer func() {
		if problem := recover(); problem != nil {
			packages, err = nil, fmt.Errorf("parser gave up: %v: %w", problem, audit.ErrDamaged)
		}
	}()
	return parse(content)
}

// pinnedPackages takes the packages of a declaration that fixes every version.
func pinnedPackages(s *audit.Snapshot, lock Lock) ([]Package, bool) {
	if _, isLock := lockNames[path.Base(lock.Path)]; isLock {
		return nil, false
	}
	var packages []Package
	for _, m := range Of(s).Manifests {
		if m.Path != lock.Path {
			continue
		}
		for _, d := range m.Dependencies {
			version, _, _ := strings.Cut(strings.TrimLeft(d.Version, "= "), "=")
			packages = append(packages, Package{Name: d.Name, Version: version, Dev: d.Dev})
		}
		return packages, true
	}
	return nil, false
}

var lockReaders = map[string]func([]byte) ([]Package, error){
	"package-lock.json": npmLock, "npm-shrinkwrap.json": npmLock, "yarn.lock": yarnLock, "pnpm-lock.yaml": pnpmLock, "bun.lock": bunLock,
	"poetry.lock": pythonLock, "uv.lock": pythonLock, "pdm.lock": pythonLock, "pylock.toml": pythonLock, "Cargo.lock": cargoLock,
	"Pipfile.lock": pipfileLock, "conda-lock.yml": condaLockFile, "conda-lock.yaml": condaLockFile,
	"composer.lock": composerLock, "Gemfile.lock": gemLock, "gems.locked": gemLock, "go.sum": goSum,
	"renv.lock": renvLock, "packrat.lock": packratLock, "mix.lock": mixLock,
	"gradle.lockfile": gradleLock, "buildscript-gradle.lockfile": gradleLock, "packages.lock.json": nugetLock,
	".terraform.lock.hcl": terraformLock, "flake.lock": flakeLock,
}
