package manifest

import (
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

// fuzzReader holds that a reader neither crashes nor hangs, and that lines lie
// inside the file. Its seeds are the files of the cases that it reads.
func fuzzReader(f *testing.F, name string, read reader, also ...string) {
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range cases {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, member := range archive.Files {
			if filepath.Base(member.Name) == name {
				f.Add(member.Data)
			}
		}
	}
	for _, seed := range also {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		start := time.Now()
		m := &Manifest{Path: name}
		if err := read(m, content); err != nil {
			return
		}
		newlines := len(linesOf(content)) + 1
		for _, d := range m.Dependencies {
			if d.Line < 0 || d.Line > newlines {
				t.Errorf("line %d of %d", d.Line, newlines)
			}
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("took %s", took)
		}
	})
}

func FuzzPackageJSON(f *testing.F) { fuzzReader(f, "package.json", readPackageJSON) }
func FuzzComposer(f *testing.F)    { fuzzReader(f, "composer.json", readComposer) }
func FuzzPyproject(f *testing.F)   { fuzzReader(f, "pyproject.toml", readPyproject) }
func FuzzPipfile(f *testing.F)     { fuzzReader(f, "Pipfile", readPipfile) }
func FuzzSetupCfg(f *testing.F)    { fuzzReader(f, "setup.cfg", readSetupCfg) }
func FuzzSetupPy(f *testing.F) {
	fuzzReader(f, "setup.py", readSetupPy, "setup(x=[", "setup(a={'b':", `setup(n="`)
}
func FuzzRequirements(f *testing.F) {
	fuzzReader(f, "requirements.txt", readRequirements, "a==1 \\\n --hash=x")
}
func FuzzConda(f *testing.F)       { fuzzReader(f, "environment.yml", readConda) }
func FuzzGemfile(f *testing.F)     { fuzzReader(f, "Gemfile", readGemfile) }
func FuzzGemspec(f *testing.F)     { fuzzReader(f, "a.gemspec", readGemspec) }
func FuzzGoMod(f *testing.F)       { fuzzReader(f, "go.mod", readGoMod) }
func FuzzPOM(f *testing.F)         { fuzzReader(f, "pom.xml", readPOM) }
func FuzzGradle(f *testing.F)      { fuzzReader(f, "build.gradle", readGradle) }
func FuzzSBT(f *testing.F)         { fuzzReader(f, "build.sbt", readSBT) }
func FuzzCatalog(f *testing.F)     { fuzzReader(f, "libs.versions.toml", readVersionCatalog) }
func FuzzDescription(f *testing.F) { fuzzReader(f, "DESCRIPTION", readDescription) }
func FuzzRenv(f *testing.F)        { fuzzReader(f, "renv.lock", readRenv) }
func FuzzCargo(f *testing.F)       { fuzzReader(f, "Cargo.toml", readCargo) }
func FuzzDotNet(f *testing.F)      { fuzzReader(f, "a.csproj", readDotNet) }
func FuzzMix(f *testing.F)         { fuzzReader(f, "mix.exs", readMix) }
func FuzzClojure(f *testing.F) {
	fuzzReader(f, "deps.edn", readClojure, `(defproject a "1" :dependencies [[b "1"]])`)
}
