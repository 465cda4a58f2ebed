package manifest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/internal/audit"
)

// lockTests hold, for each format, a short file and what it fixes: names,
// versions, "dev", licences.
var lockTests = []struct{ name, content, want string }{
	{
		"package-lock.json", `{"lockfileVersion": 3, "packages": {"": {"name": "app"}, "node_modules/a": {"version": "1.0.0", "license": "MIT", "dependencies": {"b": "1"}},
		"node_modules/a/node_modules/@s/b": {"version": "2.0.0", "dev": true}, "packages/own": {"version": "1"}, "node_modules/own": {"link": true}}}`,
		"a 1.0.0 MIT; @s/b 2.0.0 dev",
	},
	{"npm-shrinkwrap.json", `{"lockfileVersion": 1, "dependencies": {"a": {"version": "1.0.0", "dependencies": {"b": {"version": "2.0.0", "dev": true}}}}}`, "a 1.0.0; b 2.0.0 dev"},
	{"yarn.lock", "# yarn lockfile v1\n\n\"@s/a@^1.0.0\", \"@s/a@^1.1\":\n  version \"1.2.0\"\n  dependencies:\n    version \"9\"\n\nb@1:\n  version \"1.0.0\"\n", "@s/a 1.2.0; b 1.0.0"},
	{"berry/yarn.lock", "__metadata:\n  version: 6\n\n\"a@npm:^1.0.0\":\n  version: 1.2.0\n\n\"app@workspace:.\":\n  version: 0.0.0-use.local\n", "a 1.2.0"},
	{"pnpm-lock.yaml", "lockfileVersion: '6.0'\ndependencies:\n  a:\n    version: 1.0.0\npackages:\n\n  /@s/a@1.0.0(b@1):\n    dev: true\n\n  /b/2.0.0:\n    dev: false\n\n  'c@3.0.0':\n    x: y\nsnapshots:\n\n  d@4.0.0: {}\n", "@s/a 1.0.0 dev; b 2.0.0; c 3.0.0"},
	{"bun.lock", "{\n  // comment\n  \"packages\": {\n    \"@s/a\": [\"@s/a@1.0.0\", \"\", {}, \"sha\"],\n  },\n}", "@s/a 1.0.0"},
	{"poetry.lock", "[[package]]\nname = \"Flask_Login\"\nversion = \"0.6\"\ncategory = \"dev\"\n\n[package.dependencies]\nname = \"1\"\n\n[metadata]\n", "flask-login 0.6 dev"},
	{"Cargo.lock", "version = 3\n\n[[package]]\nname = \"serde_json\"\nversion = \"1.0\"\n", "serde_json 1.0"},
	{"Pipfile.lock", `{"default": {"Flask": {"version": "==2.0"}}, "develop": {"pytest": {"version": "==7"}}}`, "flask 2.0; pytest 7 dev"},
	{"conda-lock.yml", "package:\n- name: numpy\n  version: 1.26.0\n  platform: linux-64\n- name: numpy\n  version: 1.26.0\n  platform: osx-64\n", "numpy 1.26.0"},
	{"composer.lock", `{"packages": [{"name": "A/b", "version": "v1.0", "license": ["MIT", "BSD-3-Clause"]}], "packages-dev": [{"name": "c/d", "version": "2"}]}`, "a/b v1.0 MIT,BSD-3-Clause; c/d 2 dev"},
	{"Gemfile.lock", "GEM\n  remote: https://rubygems.org/\n  specs:\n    rails (7.0.4)\n      activesupport (= 7.0.4)\n\nDEPENDENCIES\n  rails (~> 7.0)\n", "rails 7.0.4"},
	{"go.sum", "example.org/a v1.0.0 h1:x=\nexample.org/a v1.0.0/go.mod h1:x=\n", "example.org/a v1.0.0"},
	{"renv.lock", `{"Packages": {"dplyr": {"Version": "1.1.0", "License": "MIT + file LICENSE"}}}`, "dplyr 1.1.0 MIT + file LICENSE"},
	{"packrat/packrat.lock", "PackratFormat: 1.4\nRVersion: 3.4\n\nPackage: BH\nSource: CRAN\nVersion: 1.62\n", "BH 1.62"},
	{"mix.lock", "%{\n  \"plug\": {:hex, :plug, \"1.14.0\", \"sha\", [:mix], []},\n}\n", "plug 1.14.0"},
	{"gradle.lockfile", "# comment = no\norg.a:b:1.0=compileClasspath,runtimeClasspath\njunit:junit:4=testCompileClasspath\nempty=\n", "org.a:b 1.0; junit:junit 4 dev"},
	{"packages.lock.json", `{"dependencies": {"net8.0": {"NLog": {"type": "Direct", "resolved": "5.0"}, "own": {"type": "Project"}}, "net7.0": {"NLog": {"resolved": "5.0"}}}}`, "NLog 5.0"},
	{".terraform.lock.hcl", "provider \"registry.terraform.io/x/y\" {\n  version     = \"2.0\"\n  constraints = \"~> 2\"\n}\n", "registry.terraform.io/x/y 2.0"},
	{"flake.lock", `{"nodes": {"nixpkgs": {"locked": {"rev": "abc"}}, "root": {}}}`, "nixpkgs abc"},
	{"requirements.txt", "django==4.2\nasgiref===3.7 ; python_version > '3'\n", "django 4.2; asgiref 3.7"},
	{"environment.yml", "dependencies:\n  - numpy=1.26.0=py310_0\n", "numpy 1.26.0"},
}

func TestPackages(t *testing.T) {
	for _, test := range lockTests {
		t.Run(test.name, func(t *testing.T) {
			s := snapshotOf([]txtar.File{{Name: test.name, Data: []byte(test.content)}})
			locks := Of(s).Locks
			if len(locks) != 1 {
				t.Fatalf("locks: %v", locks)
			}
			packages, err := Packages(s, locks[0])
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range packages {
				text := p.Name + " " + p.Version
				if p.Dev {
					text += " dev"
				}
				if len(p.Licences) > 0 {
					text += " " + strings.Join(p.Licences, ",")
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(test.want, strings.Join(got, "; ")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestPackagesErrors(t *testing.T) {
	s := snapshotOf([]txtar.File{{Name: "bun.lockb", Data: []byte("x")}, {Name: "composer.lock", Data: []byte("{")}})
	locks := Of(s).Locks
	if _, err := Packages(s, locks[0]); !errors.Is(err, audit.ErrUnsupported) {
		t.Errorf("bun.lockb: got %v, want ErrUnsupported", err)
	}
	if _, err := Packages(s, locks[1]); err == nil || !strings.Contains(err.Error(), "composer.lock") {
		t.Errorf("composer.lock: got %v, want an error that names it", err)
	}
}

// FuzzPackages holds that no lock file makes a reader crash.
func FuzzPackages(f *testing.F) {
	names := sortedKeys(lockReaders)
	for _, test := range lockTests {
		f.Add(test.content)
	}
	f.Fuzz(func(t *testing.T, content string) {
		for _, name := range names {
			if _, err := lockReaders[name]([]byte(content)); err != nil {
				_ = fmt.Sprint(err)
			}
		}
	})
}
