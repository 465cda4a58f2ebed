package delivery

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/database"
	"github.com/perenne-audit/perenne/internal/guide"
)

var migrationsVersioned = &audit.Check{
	ID: "migrations-versioned", Axis: audit.Deployment, Severity: audit.Moderate,
	Needs: audit.NeedTree, EffortHours: 14, Side: audit.Team,
	Kinds:  storingKinds,
	Source: "https://github.com/betagouv/doc.incubateur.net-communaute",
	Texts:  texts, Run: runMigrationsVersioned,
}

// storingKinds are the deliverables that may keep data in a database of theirs.
var storingKinds = []audit.Kind{audit.WebApplication, audit.Service, audit.DataPipeline}

// runMigrationsVersioned looks for the steps that lay out a schema and for the
// command that takes them; failing that, for the schema itself.
func runMigrationsVersioned(s *audit.Snapshot) audit.Verdict {
	if guide.Static(s, storingKinds) {
		return audit.NotApplicable("static")
	}
	steps, count := migrationSteps(s)
	if count > 0 {
		if command, at, found := migrationCommand(s); found {
			return audit.Met("run", "folder", steps.Dir(), "command", command).At(audit.Place{Path: steps.Path}, at)
		}
		return audit.PartlyMet("unrun", "folder", steps.Dir()).At(audit.Place{Path: steps.Path})
	}
	uses := database.Of(s)
	if len(uses) == 0 {
		// Drivers that nothing declares do not show; what lays out tables does.
		if schema, found := schemaFile(s); found {
			return audit.PartlyMet("schema-only", "path", schema.Path).At(audit.Place{Path: schema.Path})
		}
		return audit.NotApplicable("no-database")
	}
	owned, laidOut := ownDatabase(s, uses)
	if !laidOut {
		return audit.NotApplicable("schemaless", "database", owned.Through).At(owned.Place)
	}
	if schema, found := schemaFile(s); found {
		return audit.PartlyMet("schema-only", "path", schema.Path).At(audit.Place{Path: schema.Path})
	}
	if owned.Through == "" {
		return audit.Unknown("perhaps-foreign", "database", uses[0].Through).At(uses[0].Place)
	}
	return audit.NotMet("none", "database", owned.Through, "path", owned.Place.Path).At(owned.Place)
}

// schemaless are databases that keep what they are given.
var schemaless = []string{"mongodb", "couchdb", "neo4j", "influxdb", "arangodb", "fuseki", "virtuoso"}

// ownDatabase returns the sign that the project lays out tables of its own: a
// library that maps objects to them, or a driver and a server to go with it. A
// driver alone may read somebody else's data, and a server alone, or that of a
// pipeline, may belong to another program that the project starts, its scheduler
// for one: the sign is then empty. LaidOut is false where every database seen is
// without a schema.
func ownDatabase(s *audit.Snapshot, uses []database.Use) (sign database.Use, laidOut bool) {
	pipeline := slices.ContainsFunc(s.Deliverables, func(d audit.Deliverable) bool { return d.Kind == audit.DataPipeline })
	var driver, server database.Use
	for _, u := range uses {
		switch {
		case slices.Contains(schemaless, u.Name):
			continue
		case u.Mapper && u.Through != "sqlalchemy": // which most use to read with pandas
			return u, true
		case u.Started:
			server = u
		case driver.Through == "":
			driver = u
		}
		laidOut = true
	}
	switch {
	case !laidOut:
		return uses[0], false
	case driver.Through != "" && server.Through != "" && !pipeline:
		return driver, true
	}
	return database.Use{}, true
}

// stepSuffixes are of the languages in which steps are written.
var stepSuffixes = []string{".py", ".php", ".rb", ".sql", ".exs", ".ts", ".js", ".mjs", ".cjs", ".xml", ".yml", ".yaml", ".json", ".kt", ".java", ".cs", ".go", ".rs", ".cql", ".groovy"}

// migrationSteps counts the steps and returns the first: files that are numbered
// or dated, or lie in a folder that is, below one that tools name so.
func migrationSteps(s *audit.Snapshot) (first audit.File, count int) {
	for _, f := range s.OwnFiles() {
		name := strings.ToLower(f.Path)
		if !slices.Contains(stepSuffixes, path.Ext(name)) || inTests(name) || !inMigrations(path.Dir(name)) {
			continue
		}
		if strings.ContainsAny(path.Base(path.Dir(name))+"/"+path.Base(strings.TrimSuffix(name, path.Ext(name))), "0123456789") {
			if count == 0 {
				first = f
			}
			count++
		}
	}
	return first, count
}

func inTests(name string) bool {
	return slices.ContainsFunc(strings.Split(path.Dir(name), "/"), func(dir string) bool {
		return slices.Contains([]string{"test", "tests", "spec", "specs", "fixtures", "testdata", "examples", "example", "e2e"}, dir)
	})
}

// inMigrations reports whether a folder is one of steps, or at most two below.
func inMigrations(dir string) bool {
	parts := strings.Split(dir, "/")
	for i, part := range parts {
		above := ""
		if i > 0 {
			above = parts[i-1]
		}
		switch {
		case i < len(parts)-3:
		case strings.HasSuffix(part, "migrations"), part == "migration", part == "doctrinemigrations", part == "evolutions", part == "flyway", part == "liquibase",
			part == "migrate" && (above == "db" || above == "database"),
			part == "versions" && strings.HasPrefix(above, "alembic"),
			(part == "changelog" || part == "changelogs") && (above == "db" || above == "database"):
			return true
		}
	}
	return false
}

var schemaName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:^|[-_./\d])(?:schema|structure|dump|init|initdb|create|tables?|ddl|bdd|database|db|base)(?:[-_.\d]|$)`)
})

const (
	maxSchemaFiles = 12
	maxSchemaBytes = 4 << 20
)

// schemaFile finds the schema as a whole: a file that creates tables, or the
// description that a mapper keeps of them.
func schemaFile(s *audit.Snapshot) (audit.File, bool) {
	read := 0
	for _, f := range s.OwnFiles() {
		name := strings.ToLower(f.Path)
		switch {
		case inTests(name):
		case path.Base(name) == "schema.prisma", strings.HasSuffix(name, "db/schema.rb"):
			return f, true
		case path.Ext(name) == ".sql" && schemaName().MatchString(name) && read < maxSchemaFiles && f.SizeBytes < maxSchemaBytes:
			read++
			if content, err := s.Read(f); err == nil && bytes.Contains(bytes.ToLower(content[:min(len(content), 64<<10)]), []byte("create table")) {
				return f, true
			}
		}
	}
	return audit.File{}, false
}
