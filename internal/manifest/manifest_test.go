package manifest

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/internal/audit"
)

var update = flag.Bool("update", false, "write what is read into the cases' @want")

// blobs holds the content of a test's files by path.
type blobs map[string][]byte

func (b blobs) Blob(f audit.File) ([]byte, error) {
	content, ok := b[f.Path]
	if !ok {
		return nil, fmt.Errorf("%s: %w", f.Path, audit.ErrNotFound)
	}
	return content, nil
}

func snapshotOf(members []txtar.File) *audit.Snapshot {
	content := blobs{}
	var files []audit.File
	for _, member := range members {
		content[member.Name] = member.Data
		files = append(files, audit.File{Path: member.Name, Blob: member.Name, SizeBytes: int64(len(member.Data))})
	}
	return &audit.Snapshot{Tree: audit.NewTree(files, content, false)}
}

// TestOf reads the repositories of testdata, one a format, and compares the
// inventory with @want as [describe] writes it.
func TestOf(t *testing.T) {
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatal("no cases", err)
	}
	for _, name := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if strings.TrimSpace(string(archive.Comment)) == "" {
				t.Error("the case tells no story")
			}
			i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == "@want" })
			got := describe(Of(snapshotOf(slices.Delete(slices.Clone(archive.Files), i, i+1))))
			if *update {
				archive.Files[i].Data = []byte(got)
				if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(archive.Files[i].Data), got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// describe writes an inventory as lines of text: what is empty is left out.
func describe(inventory *Inventory) string {
	var text strings.Builder
	for _, m := range inventory.Manifests {
		fmt.Fprintf(&text, "%s %s root=%q", m.Path, m.Ecosystem, m.Root())
		field := func(name string, value any, empty bool) {
			if !empty {
				fmt.Fprintf(&text, " %s=%q", name, value)
			}
		}
		field("name", m.Name, m.Name == "")
		field("about", m.Description, m.Description == "")
		field("licences", m.Licences, len(m.Licences) == 0)
		field("packaging", m.Packaging, m.Packaging == "")
		field("runtimes", m.Runtimes, len(m.Runtimes) == 0)
		field("scripts", m.Scripts, len(m.Scripts) == 0)
		field("contacts", m.Contacts, len(m.Contacts) == 0)
		for _, flag := range []struct {
			name string
			set  bool
		}{{"private", m.Private}, {"library", m.Library}, {"sample", m.Sample()}, {"error", m.Err != nil}} {
			if flag.set {
				text.WriteString(" " + flag.name)
			}
		}
		text.WriteString("\n")
		for _, d := range m.Dependencies {
			dev := ""
			if d.Dev {
				dev = " dev"
			}
			fmt.Fprintf(&text, "  %d: %s %q%s\n", d.Line, d.Name, d.Version, dev)
		}
	}
	for _, l := range inventory.Locks {
		fmt.Fprintf(&text, "lock %s %s root=%q exact=%v\n", l.Path, l.Ecosystem, l.Root(), l.Exact)
	}
	return text.String()
}

func TestTooLarge(t *testing.T) {
	large := slices.Repeat([]byte(" "), maxBytes+1)
	inventory := Of(snapshotOf([]txtar.File{{Name: "package.json", Data: large}}))
	if err := inventory.Manifests[0].Err; !errors.Is(err, audit.ErrTooLarge) {
		t.Errorf("got %v, want ErrTooLarge", err)
	}
}

// TestDeep holds that nesting is refused before the stack runs out, in every
// format.
func TestDeep(t *testing.T) {
	deep := strings.Repeat("[", 100_000)
	for name, content := range map[string]string{
		"package.json": deep, "pyproject.toml": "a = " + deep, "environment.yml": deep, "deps.edn": deep,
		"pom.xml": strings.Repeat("<a>", 100_000), "setup.py": "setup(" + deep, "build.gradle": deep,
	} {
		Of(snapshotOf([]txtar.File{{Name: name, Data: []byte(content)}}))
	}
}

// TestYAMLBomb holds that aliases that multiply are refused.
func TestYAMLBomb(t *testing.T) {
	var bomb strings.Builder
	bomb.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&bomb, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	bomb.WriteString("dependencies: *a11\n")
	inventory := Of(snapshotOf([]txtar.File{{Name: "environment.yml", Data: []byte(bomb.String())}}))
	if len(inventory.Manifests) != 1 || inventory.Manifests[0].Err == nil {
		t.Error("the bomb was read")
	}
}

// TestLong holds that files made to be slow are read in time that grows no
// faster than they do.
func TestLong(t *testing.T) {
	for name, piece := range map[string]string{
		"setup.py": "setup(install_requires=b,", "deps.edn": ":deps {", "requirements.txt": "a \\\n", "DESCRIPTION": "Imports: a\n b\n",
		"pom.xml": "<project>x<!-- -->", "Cargo.toml": "[a.b.c]\n", "Gemfile": "gem \"a\",\n", "package.json": "[", "sub/setup.py": "setup(a={'b': c, ",
		"setup.cfg": "[options]\ninstall_requires =\n a\n b\n", "pyproject.toml": "[[a]]\n", "mix.exs": "{:a, {:b, ", "build.gradle": "implementation(", "go.mod": "require (\n",
	} {
		content := []byte(strings.Repeat(piece, maxBytes/4/len(piece)))
		start := time.Now()
		Of(snapshotOf([]txtar.File{{Name: name, Data: content}}))
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s: %s", name, took)
		}
	}
}
