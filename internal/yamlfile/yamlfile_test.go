package yamlfile

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/internal/audit"
)

func top(t *testing.T, content string) *yaml.Node {
	t.Helper()
	documents, err := Parse([]byte(content))
	if err != nil || len(documents) == 0 {
		t.Fatalf("%d documents, error %v", len(documents), err)
	}
	return documents[0]
}

func TestField(t *testing.T) {
	n := top(t, "a: &a {x: 1, y: &y [p, q]}\nb: {<<: [*a, {z: 2}], x: 3}\nc: *y\nd: ~\ne: |\n  text\n")
	for path, want := range map[string]string{"a.x": "1", "b.x": "3", "b.z": "2", "b.y": "p q", "c": "p q", "d": "", "no": "", "a.x.y": "", "b.no": ""} {
		if got := strings.Join(Texts(Field(n, strings.Split(path, ".")...)), " "); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	if len(Sequence(Field(n, "a", "x"))) != 0 || len(Items(Field(n, "a", "x"))) != 1 || len(Items(Field(n, "d"))) != 0 {
		t.Error("a single value is one item and no sequence; null is none")
	}
	if !Holds(Field(n, "c"), "P") || Holds(Field(n, "c"), "r") {
		t.Error("Holds")
	}
	var keys []string
	for key := range Fields(n) {
		keys = append(keys, key.Value)
	}
	if !slices.Equal(keys, []string{"a", "b", "c", "d", "e"}) {
		t.Error(keys)
	}
	if line := FirstLine(Field(n, "e")); line != 6 {
		t.Errorf("the block begins on line %d", line)
	}
}

func TestParseFaults(t *testing.T) {
	for content, want := range map[string]error{
		"a: [": audit.ErrDamaged, "\x00a": audit.ErrDamaged, strings.Repeat("[", 200_000): audit.ErrDamaged,
		"#" + strings.Repeat(" ", MaxBytes): audit.ErrTooLarge,
	} {
		if _, err := Parse([]byte(content)); !errors.Is(err, want) {
			t.Errorf("%.10q: got %v, want %v", content, err, want)
		}
	}
	if documents, err := Parse([]byte("a: 1\n---\n---\nb: 2\n")); err != nil || len(documents) < 2 {
		t.Errorf("%d documents, error %v", len(documents), err)
	}
}

// An anchor that holds itself has an end.
func TestFieldOfItself(t *testing.T) {
	n := top(t, "a: &a\n  <<: [*a, *a, *a]\n  b: 1\n")
	if Field(n, "a", "c") != nil || Text(Field(n, "a", "b")) != "1" {
		t.Error("merged with itself")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("a: &a {<<: [*a, *a]}\nb: [*a, ~, x]\n---\n- |\n  x\n")
	f.Add("--- \n---\n...\n")
	f.Fuzz(func(t *testing.T, content string) {
		documents, err := Parse([]byte(content))
		if err != nil && len(documents) > 0 {
			t.Fatal("documents and an error")
		}
		for _, n := range documents {
			Field(n, "a", "b")
			Texts(n)
			for key, value := range Fields(n) {
				if key == nil || value == nil {
					t.Fatal("nil")
				}
				FirstLine(value)
			}
		}
	})
}
