package deliverable

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/internal/audit"
)

// blobs holds the content of a test's files by path.
type blobs map[string][]byte

func (b blobs) Blob(f audit.File) ([]byte, error) {
	content, ok := b[f.Path]
	if !ok {
		return nil, fmt.Errorf("%s: %w", f.Path, audit.ErrNotFound)
	}
	return content, nil
}

// snapshotOf builds a snapshot from the members of an archive, whose names are
// expanded.
func snapshotOf(members []txtar.File) *audit.Snapshot {
	content := blobs{}
	var files []audit.File
	for _, member := range members {
		for _, name := range expand(member.Name) {
			content[name] = member.Data
			files = append(files, audit.File{Path: name, Blob: name, SizeBytes: int64(len(member.Data))})
		}
	}
	return &audit.Snapshot{Tree: audit.NewTree(files, content, false)}
}

// expand turns "docs/page{3}.md" into three names: trees of many files stay
// short.
func expand(name string) []string {
	before, rest, found := strings.Cut(name, "{")
	count, after, closed := strings.Cut(rest, "}")
	var n int
	if _, err := fmt.Sscanf(count, "%d", &n); !found || !closed || err != nil {
		return []string{name}
	}
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("%s%d%s", before, i+1, after))
	}
	return names
}

// TestOf runs the shapes of testdata: the files of a repository, and in @want a
// line for each deliverable, most weighty first: its kind, "static" if it is,
// and its folder, "." for the top.
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
			want := strings.TrimSpace(string(archive.Files[i].Data))
			s := snapshotOf(slices.Delete(archive.Files, i, i+1))
			if diff := cmp.Diff(want, describe(Of(s))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func describe(found []audit.Deliverable) string {
	var lines []string
	for _, d := range found {
		line := string(d.Kind)
		if d.Static {
			line += " static"
		}
		root := d.Root
		if root == "" {
			root = "."
		}
		lines = append(lines, line+" "+root)
	}
	return strings.Join(lines, "\n")
}

// TestBecause holds that every deliverable names an existing file.
func TestBecause(t *testing.T) {
	cases, _ := filepath.Glob("testdata/*.txtar")
	for _, name := range cases {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		s := snapshotOf(archive.Files)
		for _, d := range Of(s) {
			if _, found := s.File(d.Because); !found {
				t.Errorf("%s: %s because of %q, which is no file", name, d.Kind, d.Because)
			}
		}
	}
}

func TestLanguages(t *testing.T) {
	notebook := strings.Repeat("x", 200_000)
	s := snapshotOf([]txtar.File{
		{Name: "app/main.py", Data: []byte(strings.Repeat("a", 48<<10))},
		{Name: "app/Page.vue", Data: []byte(strings.Repeat("a", 16<<10))},
		{Name: "app/page.tsx", Data: []byte(strings.Repeat("a", 16<<10))},
		{Name: "study.ipynb", Data: []byte(notebook)},
		{Name: "static/jquery-3.6.0.js", Data: []byte(notebook)},
		{Name: "static/bootstrap.bundle.js", Data: []byte(notebook)},
		{Name: "vendor/lib/other.rb", Data: []byte(notebook)},
		{Name: "package-lock.json", Data: []byte(notebook)},
		{Name: "README.md", Data: []byte(notebook)},
		{Name: "data.sql", Data: []byte(notebook)},
		{Name: "page.html", Data: []byte(notebook)},
	})
	want := map[string]float64{"Python": 0.5, "Vue": 1.0 / 6, "TypeScript": 1.0 / 6, "Jupyter Notebook": 1.0 / 6}
	if diff := cmp.Diff(want, Languages(s)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := Languages(snapshotOf(nil)); len(got) != 0 {
		t.Errorf("no file, yet %v", got)
	}
}

// FuzzOf holds that no content and no name makes the recognisers crash.
func FuzzOf(f *testing.F) {
	f.Add("dags/load.py", "from airflow import DAG")
	f.Add("app.R", "library(shiny)")
	f.Add("main.go", "package main\nimport \"net/http\"\nfunc main() { http.ListenAndServe(\"\", nil) }")
	f.Add("publiccode.yml", "softwareType: standalone/web")
	f.Add("formation/1.md", "# Cours")
	f.Fuzz(func(t *testing.T, name, content string) {
		name = strings.ReplaceAll(name, "{", "")
		s := snapshotOf([]txtar.File{{Name: name, Data: []byte(content)}, {Name: "go.mod", Data: []byte("module a")}})
		found := Of(s)
		if len(found) > most {
			t.Errorf("%d deliverables", len(found))
		}
		Languages(s)
	})
}
