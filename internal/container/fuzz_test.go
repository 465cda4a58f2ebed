package container

import (
	"strings"
	"testing"
)

func FuzzDockerfile(f *testing.F) {
	for _, seed := range []string{
		"ARG V=1\nFROM a:$V AS b\nUSER $U\nONBUILD USER x\nFROM b\n", "# escape=`\nFROM a `\n  AS b\n",
		"FROM a\nRUN <<EOF\nx\nEOF\n", "FROM a\nENV A=x B=$A$A\nENV A=$B$B\nUSER ${A//x/$A}\n",
		"FROM ${a:-${b:-${c}}}\nEXPOSE ${P:-80}/tcp 1-3\n", "FROM a\nHEALTHCHECK NONE\nHEALTHCHECK --interval=1s CMD [\"x\"]\n",
		"FROM {{ x }}\n", "\xff\xfe", "FROM a\nUSER \"${x%%*}\"'$y'\n", strings.Repeat("FROM a AS a\n", 30),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		stages, err := parseDockerfile([]byte(content), nil)
		if (err == nil) != (len(stages) > 0) {
			t.Fatalf("%d stages and error %v", len(stages), err)
		}
		for i, stage := range stages {
			if stage.Stage >= i || stage.Line < 1 || stage.User != "" && stage.UserLine < 1 {
				t.Fatalf("stage %d: %+v", i, stage)
			}
			ParseImage(stage.Image)
		}
	})
}

func FuzzYAML(f *testing.F) {
	for _, seed := range []string{
		"services:\n  a: &a\n    image: x\n    environment: [A, B=$C]\n  b:\n    <<: [*a, *a]\n",
		"a: &a\n  image: x\n  <<: *a\n", "services: {a: {build: {context: ../..}, ports: [{target: 1}]}}",
		"apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Pod, spec: {containers: [{name: a}]}}]\n",
		"a: &a [*a]\nservices: *a\n", "--- \n---\n...\n", "services: {a: {env_file: [{path: x}], healthcheck: {test: NONE}}}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		c := &ComposeFile{Path: "a/compose.yml"}
		_ = parseCompose([]byte(content), c)
		k := &KubernetesFile{}
		tops, _ := parseYAML([]byte(content))
		for _, top := range tops {
			k.addObjects(top)
		}
	})
}

// A variable that doubles with each line must stay small.
func TestExpansionBomb(t *testing.T) {
	content := "FROM a\nENV A=xxxxxxxxxxxxxxxx\n" + strings.Repeat("ENV A=$A$A$A$A\n", 200) + "USER $A\n"
	stages, err := parseDockerfile([]byte(content), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(stages[0].User) > maxValueBytes {
		t.Errorf("a user of %d bytes", len(stages[0].User))
	}
}

func TestHugeFile(t *testing.T) {
	if _, err := parseDockerfile([]byte("FROM a\n"+strings.Repeat("#", maxDockerfileBytes)), nil); err == nil {
		t.Error("no error")
	}
	deep := []byte(strings.Repeat("[", 200_000))
	if _, err := parseYAML(deep); err == nil {
		t.Error("no error for deep nesting")
	}
}
