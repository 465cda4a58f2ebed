package datascience

import (
	"path"
	"strings"
	"unicode"

	"github.com/perenne-audit/perenne/internal/audit"
)

// generators are libraries that make up people, addresses and the like.
var generators = map[string]bool{
	"faker": true, "@faker-js/faker": true, "casual": true, "chance": true, "fishery": true, "@mswjs/data": true, "factory-boy": true, "mimesis": true, "model-bakery": true,
	"model-mommy": true, "mixer": true, "sdv": true, "synthetic-data": true, "fakerphp/faker": true, "fzaninotto/faker": true, "zenstruck/foundry": true,
	"nelmio/alice": true, "hautelook/alice-bundle": true, "theofidry/alice-data-fixtures": true, "factory_bot": true, "factory_bot_rails": true, "factory_girl_rails": true,
	"ffaker": true, "fabrication": true, "github.com/brianvoe/gofakeit/v6": true, "github.com/brianvoe/gofakeit/v7": true, "github.com/go-faker/faker/v4": true,
	"github.com/bxcodec/faker/v3": true, "com.github.javafaker:javafaker": true, "net.datafaker:datafaker": true, "org.jeasy:easy-random-core": true, "Bogus": true,
	"AutoFixture": true, "ex_machina": true, "fake": true, "charlatan": true, "synthpop": true, "fakir": true, "wakefield": true,
}

// sampleDirs are folders of data to try something with, in lower case.
var sampleDirs = map[string]bool{
	"fixtures": true, "fixture": true, "__fixtures__": true, "datafixtures": true, "seeds": true, "seed": true, "seeders": true, "seeder": true, "testdata": true,
	"test_data": true, "test-data": true, "tests_data": true, "fake_data": true, "fake-data": true, "fakedata": true, "sample_data": true, "sample-data": true, "sampledata": true,
	"samples": true, "demo_data": true, "demo-data": true, "mock_data": true, "mockdata": true, "donnees_test": true, "donnees_tests": true,
	"donnees_fictives": true, "donnees-fictives": true, "jeux_de_test": true, "jeu_de_test": true, "jeux-de-test": true, "jdd": true, "jeux_donnees_test": true, "synthetic_data": true,
}

// factoryDirs hold programs that make records up.
var factoryDirs = map[string]bool{"factories": true, "factory": true, "fabricators": true}

// dataExtensions are of files that hold data.
var dataExtensions = map[string]bool{
	".csv": true, ".tsv": true, ".json": true, ".jsonl": true, ".ndjson": true, ".geojson": true, ".sql": true, ".xlsx": true, ".xls": true, ".ods": true, ".parquet": true,
	".xml": true, ".yml": true, ".yaml": true, ".gz": true, ".zip": true, ".rds": true, ".rda": true, ".rdata": true, ".feather": true, ".txt": true, ".sqlite": true, ".db": true, ".dump": true,
}

// programExtensions are of languages in which records are written down.
var programExtensions = map[string]bool{
	".py": true, ".rb": true, ".php": true, ".ts": true, ".js": true, ".mjs": true, ".ex": true, ".exs": true, ".java": true, ".kt": true, ".go": true, ".cs": true, ".r": true, ".rs": true, ".clj": true,
}

// sampleNames are words in the names of files that hold such data; tableNames
// say so of a table only, since settings and scripts bear them too.
var (
	sampleNames = map[string]bool{
		"fixture": true, "fixtures": true, "fake": true, "fictif": true, "fictive": true, "fictifs": true, "fictives": true, "dummy": true, "seeds": true,
	}
	tableNames = map[string]bool{
		"sample": true, "samples": true, "mock": true, "demo": true, "synthetic": true, "synthetique": true, "anonymise": true, "anonymisee": true, "anonymized": true,
	}
)

// tableExtensions are of files that hold records and nothing else.
var tableExtensions = map[string]bool{
	".csv": true, ".tsv": true, ".jsonl": true, ".ndjson": true, ".geojson": true, ".xlsx": true, ".xls": true, ".ods": true, ".parquet": true, ".rds": true,
	".sqlite": true, ".feather": true, ".dump": true,
}

// mostSamples is how many places a verdict shows.
const mostSamples = 5

// samplesOf returns files that hold, or make up, data to try the deliverable
// with, those that hold some first come first by path.
func samplesOf(s *audit.Snapshot) []audit.Place {
	var found []audit.Place
	for _, f := range s.OwnFiles() {
		if len(found) == mostSamples {
			break
		}
		if f.Mode != audit.Symlink && f.Mode != audit.Submodule && f.SizeBytes != 0 && isSample(f) && !emptySeeds(s, f) {
			found = append(found, audit.Place{Path: f.Path})
		}
	}
	return found
}

// emptySeeds reports whether a file of Ruby seeds is as its generator left it: a
// comment on how to write some.
func emptySeeds(s *audit.Snapshot, f audit.File) bool {
	content, ok := "", false
	if f.Name() == "seeds.rb" {
		content, ok = s.ReadText(f)
	}
	if !ok {
		return false
	}
	for line := range strings.Lines(content) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			return false
		}
	}
	return true
}

func isSample(f audit.File) bool {
	name := strings.ToLower(f.Name())
	extension := path.Ext(name)
	data, program := dataExtensions[extension], programExtensions[extension]
	if !data && !program || isSetting(name) {
		return false
	}
	tests, loads := false, false
	for segment := range strings.SplitSeq(strings.ToLower(f.Dir()), "/") {
		switch {
		case strings.HasPrefix(segment, "."):
			return false
		case sampleDirs[segment], factoryDirs[segment] && program && extension != ".ts" && extension != ".js" && extension != ".java":
			return true
		}
		tests = tests || segment == "test" || segment == "tests" || segment == "spec" || segment == "__mocks__"
		loads = loads || segment == "commands" || segment == "scripts" || segment == "tasks"
	}
	if tests && tableExtensions[extension] {
		return true
	}
	switch stem := strings.TrimSuffix(name, extension); stem {
	case "factories", "seeds", "seed", "fixtures", "fabricators", "seeder", "databaseseeder":
		return true
	case "factory":
		return extension == ".ex" || extension == ".exs"
	}
	for _, word := range words(strings.TrimSuffix(f.Name(), path.Ext(f.Name()))) {
		if data && sampleNames[word] || tableExtensions[extension] && tableNames[word] || program && loads && (word == "demo" || word == "fixtures" || word == "fake" || word == "seed" || word == "fill") {
			return true
		}
	}
	return false
}

// isSetting reports whether a file sets a program up, whatever else its name
// says: an example of the environment, a list of packages.
func isSetting(name string) bool {
	for _, word := range []string{"env", "config", "settings", "compose", "package", "docker", "requirements", "values", "nginx", "nodemon", "tsconfig", "conf"} {
		if strings.HasPrefix(strings.TrimLeft(name, "."), word) || strings.HasSuffix(strings.TrimSuffix(name, path.Ext(name)), "."+word) {
			return true
		}
	}
	return false
}

// words splits a file's name at punctuation and where a capital follows a small
// letter.
func words(name string) []string {
	var all []string
	begin := 0
	runes := []rune(name)
	flush := func(end int) {
		if end > begin {
			all = append(all, strings.ToLower(string(runes[begin:end])))
		}
		begin = end
	}
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r):
			flush(i)
			begin = i + 1
		case unicode.IsUpper(r) && i > 0 && unicode.IsLower(runes[i-1]):
			flush(i)
		}
	}
	flush(len(runes))
	return all
}
