// Package database tells in which databases a repository keeps data, from what
// its manifests depend on and from the services that its compose files and
// Kubernetes manifests start. Caches, queues and search indexes are left out:
// what they hold can be made again.
package database

import (
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/container"
	"github.com/perenne-audit/perenne/internal/manifest"
)

// Use is one sign of a database.
type Use struct {
	// Name is the product in lower case, "postgresql", or "sql" where only a
	// library shows that speaks to several.
	Name string
	// Through is the package or the image that gave it away, without version.
	Through string
	// Started is true for a service that the repository itself starts: the data is
	// then its own. A library may as well read somebody else's.
	Started bool
	// Mapper is true for a library that lays out tables or documents, rather than
	// only connects, and for the steps of a migration.
	Mapper bool
	Place  audit.Place
}

type usesKey struct{}

// Of returns every sign of a database outside tests, samples and what only
// development installs: services, then packages, then folders of migrations, each
// by path; empty when nothing shows.
func Of(s *audit.Snapshot) []Use {
	return audit.Once(s, usesKey{}, func(s *audit.Snapshot) []Use {
		uses := started(s)
		for _, m := range manifest.Of(s).Manifests {
			if !m.Sample() {
				uses = append(uses, declared(m)...)
			}
		}
		return append(uses, migrated(s)...)
	})
}

// For returns the signs that concern the deliverable in a folder: what its
// manifests depend on, and every service, since one compose file starts many.
func For(s *audit.Snapshot, root string) []Use {
	mine := map[string]bool{}
	for _, m := range manifest.For(s, root) {
		mine[m.Path] = true
	}
	return slices.DeleteFunc(slices.Clone(Of(s)), func(u Use) bool {
		own := u.Mapper && s.RootOf(audit.File{Path: u.Place.Path}.Dir()) == root
		return !u.Started && !mine[u.Place.Path] && !own
	})
}

// migrationSuffixes are of the languages in which frameworks write the steps that
// lay out a schema.
var migrationSuffixes = []string{".py", ".php", ".rb", ".sql", ".exs", ".ts", ".js", ".xml", ".yml", ".yaml", ".kt", ".java"}

// migrated returns the first step in each folder of migrations: numbered or dated
// files in a folder that frameworks name so.
func migrated(s *audit.Snapshot) []Use {
	var uses []Use
	last := ""
	for _, f := range s.OwnFiles() {
		dir := f.Dir()
		if dir == last || !migrationFolder(dir) || tests(f.Path) || !slices.Contains(migrationSuffixes, path.Ext(f.Path)) {
			continue
		}
		if strings.ContainsAny(path.Base(dir)+f.Name(), "0123456789") {
			last = dir
			uses = append(uses, Use{Name: "sql", Through: dir, Mapper: true, Place: audit.Place{Path: f.Path}})
		}
	}
	return uses
}

// migrationFolder reports whether steps lie there, at most one folder further
// down: Prisma gives each step a folder.
func migrationFolder(dir string) bool {
	parts := strings.Split(dir, "/")
	for i, part := range parts {
		switch {
		case i < len(parts)-2:
		case part == "migrations", part == "migration", part == "migrate" && i > 0 && parts[i-1] == "db", part == "versions" && i > 0 && strings.HasPrefix(parts[i-1], "alembic"):
			return true
		}
	}
	return false
}

// started returns the databases among the services.
func started(s *audit.Snapshot) []Use {
	var uses []Use
	add := func(image, file string, line int) {
		if name := ofImage(image); name != "" {
			uses = append(uses, Use{Name: name, Through: container.ParseImage(image).Name, Started: true, Place: audit.Place{Path: file, Line: line}})
		}
	}
	for _, file := range container.ComposeFiles(s) {
		if tests(file.Path) {
			continue
		}
		for _, service := range file.Services {
			add(service.Image, file.Path, service.Line)
		}
	}
	for _, file := range container.KubernetesFiles(s) {
		if tests(file.Path) {
			continue
		}
		for _, object := range file.Objects {
			for _, c := range object.Containers {
				add(c.Image, file.Path, c.Line)
			}
		}
	}
	return uses
}

// tests reports whether a file of services serves tests only. One that serves
// development shows all the same what the program needs.
func tests(name string) bool {
	for word := range strings.FieldsFuncSeq(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune("/-_.", r) }) {
		switch word {
		case "test", "tests", "testing", "e2e", "ci", "example", "examples", "fixtures", "testdata", "sample", "samples", "demo":
			return true
		}
	}
	return false
}

// images maps the last part of an image's name to a product.
var images = map[string]string{
	"postgres": "postgresql", "postgresql": "postgresql", "postgis": "postgresql", "timescaledb": "postgresql", "cloudnative-pg": "postgresql",
	"timescaledb-ha": "postgresql", "pgvector": "postgresql", "pgvecto-rs": "postgresql", "spilo": "postgresql",
	"mysql": "mysql", "mysql-server": "mysql", "mariadb": "mariadb", "percona": "mysql",
	"mongo": "mongodb", "mongodb": "mongodb", "neo4j": "neo4j", "couchdb": "couchdb", "influxdb": "influxdb",
	"clickhouse-server": "clickhouse", "clickhouse": "clickhouse", "cassandra": "cassandra", "oracle-xe": "oracle", "oracle-free": "oracle",
	"azure-sql-edge": "sqlserver", "arangodb": "arangodb", "cockroach": "cockroachdb", "virtuoso": "virtuoso", "fuseki": "fuseki",
}

// Products lists the names that a [Use] may have, but for "sql", sorted.
func Products() []string {
	names := slices.Collect(maps.Values(images))
	for _, row := range libraryTable {
		if row.product != "sql" {
			names = append(names, row.product)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func ofImage(image string) string {
	if image == "" {
		return ""
	}
	name := container.ParseImage(image).Name
	if name == "mssql/server" {
		return "sqlserver"
	}
	return images[path.Base(name)]
}

// declared returns the libraries of one manifest.
func declared(m *manifest.Manifest) []Use {
	var uses []Use
	known := libraries()[m.Ecosystem]
	if m.Ecosystem == manifest.Conda {
		known = libraries()[manifest.PyPI]
	}
	for _, d := range m.Dependencies {
		if l, found := known[libraryName(m.Ecosystem, d.Name)]; found && !d.Dev {
			uses = append(uses, Use{Name: l.product, Through: d.Name, Mapper: l.mapper, Place: audit.Place{Path: m.Path, Line: d.Line}})
		}
	}
	return uses
}

// libraryName is a dependency's name without what only tells its version.
func libraryName(ecosystem manifest.Ecosystem, name string) string {
	if ecosystem == manifest.Go {
		base := path.Base(name)
		if len(base) > 1 && base[0] == 'v' && strings.Trim(base[1:], "0123456789") == "" {
			return path.Dir(name)
		}
	}
	return name
}

type library struct {
	product string
	mapper  bool
}

// libraries maps a package to what it speaks to. Frameworks that can do without
// a database are not there: their driver tells.
var libraries = sync.OnceValue(func() map[manifest.Ecosystem]map[string]library {
	all := map[manifest.Ecosystem]map[string]library{}
	for _, entry := range libraryTable {
		if all[entry.ecosystem] == nil {
			all[entry.ecosystem] = map[string]library{}
		}
		for name := range strings.FieldsSeq(entry.drivers) {
			all[entry.ecosystem][name] = library{product: entry.product}
		}
		for name := range strings.FieldsSeq(entry.mappers) {
			all[entry.ecosystem][name] = library{product: entry.product, mapper: true}
		}
	}
	return all
})
