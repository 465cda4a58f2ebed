package container

import (
	"slices"
	"testing"
)

func TestIgnored(t *testing.T) {
	for content, want := range map[string]bool{
		".git\n": true, "**/.git\n": true, "/.git/\n": true, ".git*\n": true, ".*": true, "*\n!src\n": true, "**": true, ".git/**": true,
		"# .git\n": false, ".gitignore\n": false, "*\n!.git\n": false, "docs\n": false, "": false, "[": false, "!.git\n.git": true, ".": false,
	} {
		if got := Ignored(content, ".git"); got != want {
			t.Errorf("%q: ignored %t", content, got)
		}
	}
}

func TestWholeContext(t *testing.T) {
	for name, tc := range map[string]struct {
		content string
		want    int
	}{
		"all":                {"FROM a\nCOPY . /app\n", 2},
		"added":              {"FROM a\nADD ./ /app\n", 2},
		"named":              {"FROM a\nCOPY package.json src /app/\n", 0},
		"built elsewhere":    {"FROM a AS build\nWORKDIR /app\nCOPY . .\nFROM b\nCOPY --from=build /app/dist /srv\n", 0},
		"the whole of it":    {"FROM a AS build\nWORKDIR /app\nCOPY . .\nFROM b\nCOPY --from=build /app /app\n", 5},
		"by number":          {"FROM a\nWORKDIR /app\nCOPY . .\nFROM b\nCOPY --from=0 /app/ /app\n", 5},
		"inherited":          {"FROM a AS base\nCOPY . .\nFROM base\nRUN make\n", 2},
		"of another image":   {"FROM a\nCOPY --from=nginx:1 / /x\n", 0},
		"fetched":            {"FROM a\nADD https://a.fr/b /b\n", 0},
		"a stage of its own": {"FROM a AS x\nCOPY --from=x . .\n", 0},
	} {
		s := tree(map[string]string{"Dockerfile": tc.content})
		if got := WholeContext(s, Dockerfiles(s)[0]); got != tc.want {
			t.Errorf("%s: line %d, want %d", name, got, tc.want)
		}
	}
}

func TestContexts(t *testing.T) {
	for name, tc := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"top":       {map[string]string{"Dockerfile": "FROM a\n"}, []string{""}},
		"beside":    {map[string]string{"api/Dockerfile": "FROM a\nCOPY go.mod .\n", "api/go.mod": "", "go.mod": ""}, []string{"api"}},
		"above":     {map[string]string{"docker/Dockerfile": "FROM a\nCOPY src/app .\n", "src/app/a.go": ""}, []string{""}},
		"alone":     {map[string]string{"docker/Dockerfile": "FROM a\nCOPY . .\n", "docker/docker-compose.yml": "", "a.go": ""}, []string{""}},
		"all of it": {map[string]string{"api/Dockerfile": "FROM a\nCOPY . .\n", "api/main.go": ""}, []string{"api"}},
		"composed": {map[string]string{"docker/Dockerfile": "FROM a\nCOPY . .\n",
			"compose.yml": "services:\n  a:\n    build: {context: ., dockerfile: docker/Dockerfile}\n"}, []string{""}},
	} {
		s := tree(tc.files)
		if got := Contexts(s, Dockerfiles(s)[0]); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}
