package rule

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/judge"
)

type blobs map[string][]byte

func (b blobs) Blob(f audit.File) ([]byte, error) {
	content, ok := b[f.Path]
	if !ok {
		return nil, audit.ErrNotFound
	}
	return content, nil
}

// snapshot holds the files of a txtar archive; "missing" is one whose content
// cannot be had.
func snapshot(archive string, p *audit.Policy) *audit.Snapshot {
	held := blobs{}
	var files []audit.File
	for _, f := range txtar.Parse([]byte(archive)).Files {
		files = append(files, audit.File{Path: f.Name, Blob: f.Name, SizeBytes: int64(len(f.Data))})
		if !strings.Contains(f.Name, "missing") {
			held[f.Name] = f.Data
		}
	}
	return &audit.Snapshot{Tree: audit.NewTree(files, held, false), TakenAt: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), Policy: p,
		Deliverables: []audit.Deliverable{{Kind: audit.WebApplication}}}
}

func globs(t testing.TB, all ...string) []Glob {
	t.Helper()
	var parsed []Glob
	for _, s := range all {
		g, err := ParseGlob(s)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, g)
	}
	return parsed
}

func packages(t testing.TB, all ...string) []Package {
	t.Helper()
	var parsed []Package
	for _, s := range all {
		p, err := ParsePackage(s)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, p)
	}
	return parsed
}

func imagePatterns(t testing.TB, all ...string) []ImagePattern {
	t.Helper()
	var parsed []ImagePattern
	for _, s := range all {
		p, err := ParseImagePattern(s)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, p)
	}
	return parsed
}

// put asks one rule as an audit does, and checks that its reason can be read.
func put(t *testing.T, c *audit.Check, s *audit.Snapshot) audit.Verdict {
	t.Helper()
	judged, err := judge.Run(t.Context(), s, []*audit.Check{c})
	if err != nil {
		t.Fatal(err)
	}
	v := judged[0].Verdict
	for _, lang := range []audit.Lang{audit.French, audit.English} {
		text, err := c.Text(lang)
		if err != nil {
			t.Fatal(err)
		}
		if sentence := text.Explain(v.Reason, lang); sentence == v.Reason.Key || strings.ContainsAny(sentence, "{}") {
			t.Errorf("%s: %q is not a whole sentence", lang, sentence)
		}
	}
	if _, err := json.Marshal(v.Facts); err != nil {
		t.Error(err)
	}
	return v
}

const project = `
-- Dockerfile --
FROM python:3.12 AS build
RUN pip install .
FROM gcr.io/distroless/python3:nonroot
COPY --from=build /app /app
-- deploy/chart/Chart.yaml --
apiVersion: v2
name: accueil
dependencies:
  - {name: postgresql, version: "15"}
  - {name: redis, version: "18"}
-- package.json --
{
	"name": "accueil",
	"engines": {"node": ">=20"},
	"dependencies": {"@sentry/node": "8.0.0", "express": "4.0.0"},
	"devDependencies": {"moment": "2.0.0"}
}
-- requirements.txt --
Flask==3.0.3
-- README.md --
# Accueil

Contact: DSI-Accueil
-- node_modules/moment/package.json --
{"name": "moment"}
-- broken.yaml --
a: [
`

func TestRules(t *testing.T) {
	for name, tc := range map[string]struct {
		test   Test
		files  string
		answer audit.Answer
		key    string
		place  string
		line   int
	}{
		"present":                  {Present{globs(t, "**/Chart.yaml")}, project, audit.AnswerMet, "present-found", "deploy/chart/Chart.yaml", 0},
		"one of two is enough":     {Present{globs(t, "helmfile.yaml", "Dockerfile")}, project, audit.AnswerMet, "present-found", "Dockerfile", 0},
		"a name at the top only":   {Present{globs(t, "Chart.yaml")}, project, audit.AnswerNotMet, "present-missing", "", 0},
		"absent":                   {Absent{globs(t, "**/*.sas7bdat", ".env")}, project, audit.AnswerMet, "absent-clear", "", 0},
		"should be absent":         {Absent{globs(t, "**/Chart.yaml")}, project, audit.AnswerNotMet, "absent-found", "deploy/chart/Chart.yaml", 0},
		"installed files":          {Absent{globs(t, "**/moment/package.json")}, project, audit.AnswerMet, "absent-clear", "", 0},
		"installed, by its path":   {Absent{globs(t, "node_modules/moment/package.json")}, project, audit.AnswerNotMet, "absent-found", "node_modules/moment/package.json", 0},
		"contains in any case":     {Contains{Content{Files: globs(t, "README*"), Text: "dsi-accueil"}}, project, audit.AnswerMet, "contains-found", "README.md", 3},
		"contains a pattern":       {Contains{Content{Files: globs(t, "**/Dockerfile"), Pattern: regexp.MustCompile(`(?m)^FROM gcr\.io/`)}}, project, audit.AnswerMet, "contains-found", "Dockerfile", 3},
		"does not contain it":      {Contains{Content{Files: globs(t, "README*"), Text: "hotline"}}, project, audit.AnswerNotMet, "contains-missing", "README.md", 0},
		"no file to look into":     {Contains{Content{Files: globs(t, "SUPPORT.md"), Text: "a"}}, project, audit.AnswerNotApplicable, "contains-no-file", "", 0},
		"a file that is not had":   {Contains{Content{Files: globs(t, "missing.md"), Text: "a"}}, "-- missing.md --\na\n", audit.AnswerUnknown, "contains-cut", "", 0},
		"lacks":                    {Lacks{Content{Files: globs(t, "Dockerfile"), Text: "latest"}}, project, audit.AnswerMet, "lacks-clear", "", 0},
		"should lack":              {Lacks{Content{Files: globs(t, "Dockerfile"), Text: "pip install"}}, project, audit.AnswerNotMet, "lacks-found", "Dockerfile", 2},
		"equals in JSON":           {Equals{globs(t, "package.json"), []string{"engines", "node"}, []string{">=20"}}, project, audit.AnswerMet, "equals-right", "package.json", 3},
		"other in JSON":            {Equals{globs(t, "package.json"), []string{"name"}, []string{"guichet"}}, project, audit.AnswerNotMet, "equals-other", "package.json", 2},
		"no such key":              {Equals{globs(t, "package.json"), []string{"licence"}, []string{"MIT"}}, project, audit.AnswerNotMet, "equals-missing", "package.json", 0},
		"all items":                {Equals{globs(t, "**/Chart.yaml"), []string{"dependencies", "*", "name"}, []string{"postgresql", "redis"}}, project, audit.AnswerMet, "equals-right", "deploy/chart/Chart.yaml", 4},
		"one item":                 {Equals{globs(t, "**/Chart.yaml"), []string{"dependencies", "1", "name"}, []string{"postgresql"}}, project, audit.AnswerNotMet, "equals-other", "deploy/chart/Chart.yaml", 5},
		"no such item":             {Equals{globs(t, "**/Chart.yaml"), []string{"dependencies", "7"}, []string{"a"}}, project, audit.AnswerNotMet, "equals-missing", "deploy/chart/Chart.yaml", 0},
		"no value":                 {Equals{globs(t, "package.json"), []string{"dependencies"}, []string{"a"}}, project, audit.AnswerNotMet, "equals-other", "package.json", 4},
		"not YAML":                 {Equals{globs(t, "broken.yaml"), []string{"a"}, []string{"b"}}, project, audit.AnswerUnknown, "equals-unreadable", "", 0},
		"dependency":               {Depends{packages(t, "npm:@sentry/*", "sentry-sdk")}, project, audit.AnswerMet, "depends-found", "package.json", 4},
		"another world's":          {Depends{packages(t, "pypi:express")}, project, audit.AnswerNotMet, "depends-missing", "", 0},
		"name as written":          {Depends{packages(t, "FLASK")}, project, audit.AnswerMet, "depends-found", "requirements.txt", 1},
		"no manifest":              {Depends{packages(t, "flask")}, "-- a.txt --\n", audit.AnswerNotApplicable, "depends-no-manifest", "", 0},
		"forbidden":                {Forbids{packages(t, "express", "moment")}, project, audit.AnswerNotMet, "forbids-found", "package.json", 4},
		"needed to develop only":   {Forbids{packages(t, "moment")}, project, audit.AnswerMet, "forbids-clear", "", 0},
		"an allowed base":          {Bases{imagePatterns(t, "gcr.io/distroless/*")}, project, audit.AnswerMet, "bases-allowed", "", 0},
		"what builds is not it":    {Bases{imagePatterns(t, "python")}, project, audit.AnswerNotMet, "bases-other", "Dockerfile", 3},
		"a tag":                    {Bases{imagePatterns(t, "python:3.12*")}, "-- Dockerfile --\nFROM python:3.11\n", audit.AnswerNotMet, "bases-other", "Dockerfile", 1},
		"scratch":                  {Bases{imagePatterns(t, "python")}, "-- Dockerfile --\nFROM scratch\n", audit.AnswerMet, "bases-allowed", "", 0},
		"an image nobody can tell": {Bases{imagePatterns(t, "python")}, "-- Dockerfile --\nARG BASE\nFROM $BASE\n", audit.AnswerUnknown, "bases-unresolved", "", 0},
		"no image":                 {Bases{imagePatterns(t, "python")}, "-- a.txt --\n", audit.AnswerNotApplicable, "bases-none", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			words := map[audit.Lang]string{audit.French: "Le bon état", audit.English: "The good state"}
			c := Check(Spec{ID: "own-rule", Axis: audit.Deployment, Severity: audit.Major, EffortHours: 1, Side: audit.Team, Source: "ours", Titles: words, Whys: UsualWhys(), Fixes: words, Test: tc.test})
			if faults := audit.Validate([]*audit.Check{c}); len(faults) > 0 {
				t.Fatal(faults)
			}
			v := put(t, c, snapshot(tc.files, nil))
			if v.Answer != tc.answer || v.Reason.Key != tc.key {
				t.Errorf("%s %s %v, want %s %s", v.Answer, v.Reason.Key, v.Reason.Args, tc.answer, tc.key)
			}
			if tc.place != "" && !slices.ContainsFunc(v.Places, func(p audit.Place) bool { return p.Path == tc.place && p.Line == tc.line }) {
				t.Errorf("places %v lack %s:%d", v.Places, tc.place, tc.line)
			}
		})
	}
}

func TestLists(t *testing.T) {
	for name, tc := range map[string]struct {
		policy audit.Policy
		files  string
		want   map[string]audit.Answer
	}{
		"allowed": {
			audit.Policy{Languages: []string{"python"}, Databases: []string{"postgresql"}, BaseImages: []string{"python"}, Runtimes: map[string][]string{"python": {"3.11", "3.12"}}},
			"-- app.py --\nimport flask\n-- requirements.txt --\nflask==3.0.0\npsycopg2==2.9\n-- Dockerfile --\nFROM python:3.12-slim\n",
			map[string]audit.Answer{"language-allowed": audit.AnswerMet, "database-allowed": audit.AnswerMet, "base-image-allowed": audit.AnswerMet, "runtime-allowed": audit.AnswerMet},
		},
		"others": {
			audit.Policy{Languages: []string{"Java"}, Databases: []string{"postgresql"}, BaseImages: []string{"registry.example/*"}, Runtimes: map[string][]string{"python": {"3.12"}}},
			"-- app.py --\nimport flask\n-- requirements.txt --\npymongo==4.0\n-- Dockerfile --\nFROM python:3.9-slim\n",
			map[string]audit.Answer{"language-allowed": audit.AnswerNotMet, "database-allowed": audit.AnswerPartlyMet, "base-image-allowed": audit.AnswerNotMet, "runtime-allowed": audit.AnswerNotMet},
		},
		"a script beside, a loose constraint, MariaDB through MySQL's library": {
			audit.Policy{Languages: []string{"Python"}, Databases: []string{"mariadb"}, Runtimes: map[string][]string{"python": {"3.12"}}},
			"-- app.py --\n" + strings.Repeat("x = 1\n", 200) + "-- deploy.sh --\nrun\n-- requirements.txt --\nmysqlclient==2.0\n-- pyproject.toml --\n[project]\nname = \"a\"\nrequires-python = \">=3.9\"\n",
			map[string]audit.Answer{"language-allowed": audit.AnswerMet, "database-allowed": audit.AnswerMet, "runtime-allowed": audit.AnswerMet},
		},
		"reading from another one beside its own": {
			audit.Policy{Databases: []string{"postgresql"}},
			"-- requirements.txt --\noracledb==2.0\npsycopg2==2.9\n-- compose.yaml --\nservices:\n  db:\n    image: postgis/postgis:16\n",
			map[string]audit.Answer{"database-allowed": audit.AnswerMet},
		},
		"starting another one": {
			audit.Policy{Databases: []string{"postgresql"}},
			"-- compose.yaml --\nservices:\n  db:\n    image: mongo:7\n",
			map[string]audit.Answer{"database-allowed": audit.AnswerNotMet},
		},
		"nothing to tell by": {
			audit.Policy{Languages: []string{"Python"}, Databases: []string{"mariadb"}, BaseImages: []string{"a"}, Runtimes: map[string][]string{"python": {"3.12"}}},
			"-- README.md --\n# a\n",
			map[string]audit.Answer{"language-allowed": audit.AnswerNotApplicable, "database-allowed": audit.AnswerNotApplicable, "base-image-allowed": audit.AnswerNotApplicable, "runtime-allowed": audit.AnswerNotApplicable},
		},
	} {
		t.Run(name, func(t *testing.T) {
			checks := Lists(&tc.policy)
			if len(checks) != len(tc.want) {
				t.Errorf("%d questions", len(checks))
			}
			if faults := audit.Validate(checks); len(faults) > 0 {
				t.Error(faults)
			}
			for _, c := range checks {
				if v := put(t, c, snapshot(tc.files, &tc.policy)); v.Answer != tc.want[c.ID] {
					t.Errorf("%s: %s %v, want %s", c.ID, v.Answer, v.Reason, tc.want[c.ID])
				}
			}
		})
	}
	// Asked without its list, which no policy does, a question answers.
	for _, c := range []*audit.Check{languageAllowed, runtimeAllowed, databaseAllowed, baseImageAllowed} {
		if v := put(t, c, snapshot(project, nil)); v.Answer != audit.AnswerNotApplicable {
			t.Errorf("%s without a list: %s", c.ID, v.Answer)
		}
	}
}

func TestGlob(t *testing.T) {
	for _, tc := range []struct {
		glob, path string
		want       bool
	}{
		{"a", "a", true}, {"a", "a/b", false}, {"*", "a", true}, {"*", "a/b", false}, {"**", "a/b/c", true}, {"**/c", "c", true}, {"**/c", "a/b/c", true},
		{"a/**", "a/b/c", true}, {"a/**/c", "a/c", true}, {"a/**/c", "b/c", false}, {"[ab].md", "b.md", true}, {"**/*.y?ml", "x/a.yaml", true},
		{"**/a/**/b/**", "x/a/y/b/z", true}, {"**/a/**/b/**", "x/b/y/a/z", false},
	} {
		if got := globs(t, tc.glob)[0].Matches(tc.path); got != tc.want {
			t.Errorf("%s matches %s: %v", tc.glob, tc.path, got)
		}
	}
}

func TestImagePattern(t *testing.T) {
	for _, tc := range []struct {
		pattern, image string
		want           bool
	}{
		{"python", "python:3.12", true}, {"python", "docker.io/library/python", true}, {"python", "bitnami/python", false}, {"bitnami/*", "bitnami/python:3", true},
		{"bitnami/*", "registry.example/bitnami/python", false}, {"*/bitnami/*", "registry.example/bitnami/python", true}, {"registry.example/*", "registry.example/a/b@sha256:" + strings.Repeat("a", 64), true},
		{"python:3.1*", "python:3.12-slim", true}, {"python:3.1*", "python", false}, {"*:*slim", "node:20-slim", true}, {"*", "anything/at:all", true},
		{"localhost:5000/a", "localhost:5000/a:1", true}, {"python*", "python3", true}, {"*distroless*", "gcr.io/distroless/base", true},
	} {
		if got := imagePatterns(t, tc.pattern)[0].Fits(tc.image); got != tc.want {
			t.Errorf("%s fits %s: %v", tc.pattern, tc.image, got)
		}
	}
}

// A pattern with many stars, on a long text, takes no time to speak of.
func TestWildIsQuick(t *testing.T) {
	start := time.Now()
	if wild(strings.Repeat("*a", 100)+"b", strings.Repeat("a", 20_000)) {
		t.Error("it matches")
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("took %v", took)
	}
}

// However many files fit, few are read.
func TestSearchIsBounded(t *testing.T) {
	var b strings.Builder
	for i := range 500 {
		b.WriteString("-- docs/" + strings.Repeat("a", i%50+1) + strings.Repeat("b", i/50) + ".md --\nnothing\n")
	}
	s := snapshot(b.String(), nil)
	read := 0
	s.Tree.Through(counting{blobs{}, &read})
	v := Contains{Content{Files: globs(t, "docs/*.md"), Text: "something"}}.run(s.View())
	if v.Answer != audit.AnswerUnknown || read > maxRead {
		t.Errorf("%v after reading %d files", v, read)
	}
}

type counting struct {
	blobs
	read *int
}

func (c counting) Blob(audit.File) ([]byte, error) { *c.read++; return []byte("nothing\n"), nil }

func FuzzGlob(f *testing.F) {
	f.Add("**/a/**/b*", "a/b/c")
	f.Add("[", "a")
	f.Fuzz(func(t *testing.T, glob, name string) {
		if g, err := ParseGlob(glob); err == nil && g.Matches(name) && g.plain && glob != name {
			t.Errorf("%q matches %q", glob, name)
		}
		if p, err := ParseImagePattern(glob); err == nil {
			p.Fits(name)
		}
		_, _ = ParsePackage(glob)
	})
}

func FuzzEquals(f *testing.F) {
	f.Add([]byte("a: &a [*a, {b: c}]\n"), "a.*.b")
	f.Add([]byte("{\"a\":\t[1, {\"b\": \"\\/\"}]}"), "a.1.b")
	f.Fuzz(func(_ *testing.T, content []byte, key string) {
		for _, name := range []string{"a.json", "a.yaml"} {
			files := []audit.File{{Path: name, Blob: name, SizeBytes: int64(len(content))}}
			s := &audit.Snapshot{Tree: audit.NewTree(files, blobs{name: content}, false)}
			g, _ := ParseGlob(name)
			Equals{[]Glob{g}, strings.Split(key, "."), []string{"c"}}.run(s)
		}
	})
}
