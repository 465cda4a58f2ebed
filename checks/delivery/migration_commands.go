package delivery

import (
	"maps"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/container"
	"github.com/perenne-audit/perenne/internal/guide"
	"github.com/perenne-audit/perenne/internal/manifest"
	"github.com/perenne-audit/perenne/internal/script"
	"github.com/perenne-audit/perenne/internal/yamlfile"
)

// migratingLibraries take the steps themselves when the program starts, as most
// programs that depend on them have them do.
var migratingLibraries = []string{
	"org.flywaydb:flyway-core", "org.flywaydb:flyway-database-postgresql", "org.liquibase:liquibase-core", "io.quarkus:quarkus-flyway", "io.quarkus:quarkus-liquibase",
	"io.mongock:mongock-springboot", "github.com/golang-migrate/migrate", "github.com/golang-migrate/migrate/v4", "github.com/pressly/goose", "github.com/pressly/goose/v3",
	"github.com/jackc/tern", "github.com/jackc/tern/v2", "github.com/go-gormigrate/gormigrate/v2", "github.com/rubenv/sql-migrate", "umzug", "migrate-mongo", "refinery", "postgres-migrations",
}

// migrationCommand finds what takes the steps: a library, then a command where
// deployment would run it, and last in what people are told to type.
func migrationCommand(s *audit.Snapshot) (command string, at audit.Place, found bool) {
	for _, m := range manifest.Of(s).Manifests {
		for _, d := range m.Dependencies {
			if slices.Contains(migratingLibraries, d.Name) && !m.Sample() {
				return d.Name, audit.Place{Path: m.Path, Line: d.Line}, true
			}
		}
	}
	for _, look := range []func(*audit.Snapshot) (string, audit.Place, bool){inPlatforms, inCompose, inScripts, inManifests, inPipelines, inGuides} {
		if command, at, found := look(s); found {
			return command, at, true
		}
	}
	return "", audit.Place{}, false
}

// migrates reports whether a command takes the steps, rather than writes new
// ones or takes them back.
func migrates(words []string) bool {
	if slices.Contains([]string{"cp", "mv", "rm", "ls", "cd", "mkdir", "git", "cat", "echo", "chmod", "chown", "tar", "find"}, words[0]) {
		return false
	}
	text := " " + strings.ToLower(strings.Join(words, " ")) + " "
	for _, other := range []string{"makemigrations", "make:", "generate", "create", "rollback", "down", "status", "showmigrations", "revert", "echo ", ":diff", ":new", "--check", "pip install", "npm install", "undo", " kong "} {
		if strings.Contains(text, other) {
			return false
		}
	}
	if strings.Contains(text, "alembic ") && strings.Contains(text, " upgrade ") { // with options between
		return true
	}
	for _, pair := range []string{" db upgrade", " database update", " goose up", " dbmate up", " sqitch deploy", " liquibase update", "db:prepare", "db:setup", "db:schema:load", "migration:run", "migration:up", "migrations:run"} {
		if strings.Contains(text, pair) {
			return true
		}
	}
	return slices.ContainsFunc(words, func(w string) bool {
		w = strings.ToLower(path.Base(w))
		return w == "migrate" || w == "migration" || w == "migrations" || strings.HasSuffix(w, ":migrate") || strings.HasPrefix(w, "migrate:") || strings.HasSuffix(w, ".migrate") ||
			strings.HasPrefix(w, "db-migrate") || strings.HasPrefix(w, "migrate.") || strings.HasSuffix(w, "-migrate") || strings.HasSuffix(w, "_migrate") || w == "d:m:m"
	})
}

// migratingLine returns the first command of a script that takes the steps, and
// its line from 0.
func migratingLine(text string) (command string, line int, found bool) {
	if len(text) > maxConfigBytes || !strings.Contains(text, "migrat") && !strings.Contains(text, "upgrade") && !strings.Contains(text, "db:") && !strings.Contains(text, "d:m:m") && !strings.Contains(text, "update") && !strings.Contains(text, " up") {
		return "", 0, false
	}
	for _, c := range script.Commands(text) {
		if migrates(c.Words) {
			return shorten(strings.Join(c.Words, " ")), c.Line, true
		}
	}
	return "", 0, false
}

// inPlatforms reads Procfiles and Dockerfiles line by line: a process, or what an
// image starts with.
func inPlatforms(s *audit.Snapshot) (string, audit.Place, bool) {
	var names []string
	for _, p := range container.PlatformFiles(s) {
		names = append(names, p.Path)
	}
	for _, d := range container.Dockerfiles(s) {
		names = append(names, d.Path)
	}
	clean := strings.NewReplacer(`["`, " ", `"]`, " ", `", "`, " ", `","`, " ", `"`, " ")
	for _, name := range names {
		f, _ := s.File(name)
		text, ok := s.ReadText(f)
		if !ok || len(text) > maxConfigBytes {
			continue
		}
		number := 0
		for line := range strings.Lines(text) {
			number++
			keyword, command, _ := strings.Cut(strings.TrimSpace(line), " ")
			if strings.HasPrefix(keyword, "#") || keyword == "COPY" || keyword == "ADD" || keyword == "ENV" || keyword == "ARG" || keyword == "WORKDIR" {
				continue
			}
			if command, _, found := migratingLine(clean.Replace(command)); found {
				return command, audit.Place{Path: name, Line: number}, true
			}
		}
	}
	return "", audit.Place{}, false
}

func inCompose(s *audit.Snapshot) (string, audit.Place, bool) {
	for _, file := range container.ComposeFiles(s) {
		for _, service := range yamlfile.Fields(yamlfile.Field(yamlFile(s, file.Path), "services")) {
			for _, key := range []string{"command", "entrypoint"} {
				n := yamlfile.Field(service, key)
				if command, _, found := migratingLine(strings.Join(yamlfile.Texts(n), " ")); found {
					return command, audit.Place{Path: file.Path, Line: lineOf(n)}, true
				}
			}
		}
	}
	return "", audit.Place{}, false
}

func lineOf(n *yaml.Node) int {
	if n == nil {
		return 0
	}
	return n.Line
}

const maxScripts = 40

func inScripts(s *audit.Snapshot) (string, audit.Place, bool) {
	read := 0
	for _, f := range s.OwnFiles() {
		ext := path.Ext(f.Path)
		shell := ext == ".sh" || ext == ".bash" || strings.Contains(f.Name(), "entrypoint") && ext == "" || path.Base(f.Dir()) == "bin" && ext == ""
		if !shell || read >= maxScripts || f.SizeBytes > maxConfigBytes {
			continue
		}
		read++
		if text, ok := s.ReadText(f); ok {
			if command, line, found := migratingLine(text); found {
				return command, audit.Place{Path: f.Path, Line: line + 1}, true
			}
		}
	}
	return "", audit.Place{}, false
}

// inManifests looks at the scripts of package managers and at the Makefile of the
// top and of each deliverable: a name there says what it does as well as the command.
func inManifests(s *audit.Snapshot) (string, audit.Place, bool) {
	for _, m := range manifest.Of(s).Manifests {
		if m.Sample() {
			continue
		}
		for _, name := range sortedKeys(m.Scripts) {
			if command, _, found := migratingLine(m.Scripts[name]); found {
				return command, audit.Place{Path: m.Path}, true
			}
		}
	}
	dirs := []string{""}
	for _, d := range s.Deliverables {
		if !slices.Contains(dirs, d.Root) {
			dirs = append(dirs, d.Root)
		}
	}
	for _, dir := range dirs {
		makefile := script.MakefileIn(s, dir)
		if makefile == nil {
			continue
		}
		for _, name := range sortedKeys(makefile.Targets) {
			if command, _, found := migratingLine(makefile.Targets[name].Script()); found {
				return command, audit.Place{Path: path.Join(dir, "Makefile")}, true
			}
		}
	}
	return "", audit.Place{}, false
}

func inPipelines(s *audit.Snapshot) (string, audit.Place, bool) {
	for _, p := range pipelinesOf(s) {
		for _, one := range p.steps {
			if command, line, found := migratingLine(one.script); found {
				place := one.place
				place.Line += line
				return command, place, true
			}
		}
	}
	return "", audit.Place{}, false
}

func inGuides(s *audit.Snapshot) (string, audit.Place, bool) {
	for _, doc := range guide.All(s) {
		for _, section := range doc.Sections {
			for _, code := range append(slices.Clone(section.Code), section.Inline...) {
				if command, line, found := migratingLine(strings.ReplaceAll(strings.TrimLeft(code.Text, "$> "), "\n$ ", "\n")); found {
					return command, audit.Place{Path: doc.Path, Line: code.Line + line}, true
				}
			}
		}
	}
	return "", audit.Place{}, false
}

func sortedKeys[T any](table map[string]T) []string { return slices.Sorted(maps.Keys(table)) }
