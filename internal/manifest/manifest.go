// Package manifest reads what a repository declares about itself to its package
// managers: dependencies, scripts, licence, and the lock files beside them. It
// parses; it never searches text.
package manifest

import "strings"

// Ecosystem is a package manager's world.
type Ecosystem string

// The ecosystems. Several file formats may belong to one.
const (
	NPM       Ecosystem = "npm"
	PyPI      Ecosystem = "pypi"
	Conda     Ecosystem = "conda"
	Composer  Ecosystem = "composer"
	RubyGems  Ecosystem = "rubygems"
	Go        Ecosystem = "go"
	Maven     Ecosystem = "maven" // Gradle too
	CRAN      Ecosystem = "cran"
	NuGet     Ecosystem = "nuget"
	Hex       Ecosystem = "hex"
	Cargo     Ecosystem = "cargo"
	Clojure   Ecosystem = "clojure"
	Terraform Ecosystem = "terraform"
	Nix       Ecosystem = "nix"
)

// Manifest is one file in which a person declares dependencies.
type Manifest struct {
	Path      string
	Ecosystem Ecosystem
	// Name of the package, "" when the format or the file has none.
	Name string
	// Description is the package's own one-liner; may be empty.
	Description string
	// Licences are declared as written: SPDX expressions or free text.
	Licences []string
	// Private is true when the package says that it is not to be published.
	Private bool
	// Library is true when the file says that others are meant to depend on it.
	Library bool
	// Packaging is what the file says it builds, as written: "war" or "jar" of a
	// pom.xml, the type of a composer.json or DESCRIPTION, the Sdk of a .csproj,
	// "UseWPF" and the like for a desktop one. Mostly empty.
	Packaging string
	// Dependencies are in the order of the file.
	Dependencies []Dependency
	// Scripts maps a command's name to what it runs: npm scripts, composer
	// scripts, poetry and pdm entry points.
	Scripts map[string]string
	// Runtimes maps "node", "python", "php", "ruby", "go", "java", "r", "rust",
	// "dotnet", "elixir", "npm", "yarn", "pnpm" to the version constraint as
	// written.
	Runtimes map[string]string
	// Contacts are authors and maintainers as written.
	Contacts []string
	// Maintainers are those of the contacts that the file calls so, as written:
	// maintainers of pyproject.toml and package.json, the "cre" of R.
	Maintainers []string
	// Issues is the address that the package gives for questions and faults: "bugs"
	// of package.json, BugReports of R; mostly empty.
	Issues string
	// Err says why the file could not be parsed; the other fields are then empty
	// but for Path and Ecosystem.
	Err error
}

// Dependency is one declared dependency.
type Dependency struct {
	// Name as its package manager knows it, normalised as that one does: lower
	// case and hyphens for PyPI, "group:artifact" for Maven.
	Name string
	// Version is the constraint as written, "" when there is none.
	Version string
	// Dev is true when it is needed to develop or test only.
	Dev bool
	// Line counts from 1; 0 when the format does not tell.
	Line int
}

// Has returns the dependency of that name.
func (m *Manifest) Has(name string) (Dependency, bool) {
	for _, d := range m.Dependencies {
		if d.Name == name {
			return d, true
		}
	}
	return Dependency{}, false
}

// Root is the folder of the project that the file describes: its own, or the one
// above for files kept in a folder of their own, such as requirements/prod.txt or
// project/Dependencies.scala.
func (m *Manifest) Root() string {
	dir, _ := splitPath(m.Path)
	parent, name := splitPath(dir)
	if m.Ecosystem == PyPI && strings.HasPrefix(strings.ToLower(name), "requirement") || m.Ecosystem == Maven && (name == "gradle" || isSBTBuild(m.Path)) {
		return parent
	}
	return dir
}

// Sample reports whether the file only shows or tests something: it lies in a
// folder of tests, fixtures, examples, templates or documentation.
func (m *Manifest) Sample() bool { return sample(m.Path) }

// Root is the folder of the project whose dependencies the file fixes.
func (l Lock) Root() string {
	dir, _ := splitPath(l.Path)
	if parent, name := splitPath(dir); name == "packrat" || strings.HasPrefix(strings.ToLower(name), "requirement") {
		return parent
	}
	return dir
}

// Sample is [Manifest.Sample] for a lock file.
func (l Lock) Sample() bool { return sample(l.Path) }

// sampleDirs are folders whose manifests describe no deliverable.
var sampleDirs = map[string]bool{
	"test": true, "tests": true, "testdata": true, "test-data": true, "__tests__": true, "spec": true, "specs": true,
	"fixtures": true, "fixture": true, "__fixtures__": true, "mocks": true, "__mocks__": true, "e2e": true,
	"example": true, "examples": true, "exemple": true, "exemples": true, "sample": true, "samples": true,
	"demo": true, "demos": true, "template": true, "templates": true, "boilerplate": true, "benchmarks": true,
	"doc": true, "docs": true, "documentation": true, "archive": true, "archives": true,
}

func sample(name string) bool {
	dir, _ := splitPath(name)
	for segment := range strings.SplitSeq(strings.ToLower(dir), "/") {
		if sampleDirs[segment] {
			return true
		}
	}
	return false
}

// splitPath returns the folder of a path, "" at the top, and its last element.
func splitPath(name string) (dir, base string) {
	i := strings.LastIndexByte(name, '/')
	return name[:max(i, 0)], name[i+1:]
}

// Lock is one file that fixes the exact versions of dependencies.
type Lock struct {
	Path      string
	Ecosystem Ecosystem
	// Exact is false for a list that is not complete: a requirements.txt with
	// loose versions never becomes a Lock, one with every version fixed does.
	Exact bool
}

// Inventory is every manifest and lock file that the authors wrote or keep,
// sorted by path; vendored and built ones are left out.
type Inventory struct {
	Manifests []*Manifest
	Locks     []Lock
}
