package document

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/internal/audit"
)

// outline is what a document's file in testdata is expected to hold.
func outline(d *Document) string {
	var b strings.Builder
	b.WriteString("title " + d.Title + " (" + string(d.Language) + ")\n")
	for _, s := range d.Sections {
		b.WriteString(strings.Repeat("#", s.Level) + " " + s.Heading + " @" + itoa(s.Line) + "\n")
		for line := range strings.Lines(s.Text) {
			if line = strings.TrimSpace(line); line != "" {
				b.WriteString("  " + line + "\n")
			}
		}
		for _, c := range s.Code {
			b.WriteString("  code " + c.Lang + " @" + itoa(c.Line) + " " + strings.ReplaceAll(c.Text, "\n", " ; ") + "\n")
		}
		for _, c := range s.Inline {
			b.WriteString("  inline @" + itoa(c.Line) + " " + c.Text + "\n")
		}
		for _, l := range s.Links {
			kind := "link"
			if l.Image {
				kind = "image"
			}
			b.WriteString("  " + kind + " @" + itoa(l.Line) + " " + l.URL + " " + l.Text + "\n")
		}
	}
	return b.String()
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + itoa(n%10)
}

// TestFormats compares each document in testdata with the outline beside it;
// PERENNE_UPDATE=1 writes the outlines anew.
func TestFormats(t *testing.T) {
	files, err := filepath.Glob("testdata/*.*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, ".outline") {
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := outline(Parse(file, content))
			if os.Getenv("PERENNE_UPDATE") != "" {
				if err := os.WriteFile(file+".outline", []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file + ".outline")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

type blobs map[string]string

func (b blobs) Blob(f audit.File) ([]byte, error) {
	if content, ok := b[f.Path]; ok {
		return []byte(content), nil
	}
	return nil, audit.ErrNotFound
}

func snapshot(files blobs) *audit.Snapshot {
	var list []audit.File
	for path, content := range files {
		list = append(list, audit.File{Path: path, Blob: path, SizeBytes: int64(len(content))})
	}
	return &audit.Snapshot{Tree: audit.NewTree(list, files, false)}
}

func TestReadme(t *testing.T) {
	for _, test := range []struct {
		name  string
		files blobs
		want  string
	}{
		{"markdown before text", blobs{"README": "x", "README.md": "x"}, "README.md"},
		{"any letter case", blobs{"ReadMe.RST": "x", "src/README.md": "x"}, "ReadMe.RST"},
		{"French", blobs{"LISEZ-MOI.txt": "x", "docs/README.md": "x"}, "LISEZ-MOI.txt"},
		{"the plain one before a language", blobs{"README.en.md": "x", "README.md": "x"}, "README.md"},
		{"only a language", blobs{"README_FR.md": "x", "main.go": "x"}, "README_FR.md"},
		{"in docs", blobs{"docs/readme.md": "x", "src/readme.md": "x"}, "docs/readme.md"},
		{"a name that only begins so", blobs{"readme_generator.py": "x", "README_assets.md": "x"}, ""},
		{"binary", blobs{"README.md": "\x00\x01"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := ""
			if doc := Readme(snapshot(test.files)); doc != nil {
				got = doc.Path
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestAll(t *testing.T) {
	files := blobs{
		"README.md": "# a", "docs/b.rst": "x", "requirements.txt": "x", "INSTALL": "x", "node_modules/a/README.md": "x",
		"data/notes.csv": "x", "docs/AUTHORS.txt": "x",
	}
	var got []string
	for _, doc := range All(snapshot(files)) {
		got = append(got, doc.Path)
	}
	if diff := cmp.Diff([]string{"INSTALL", "README.md", "docs/AUTHORS.txt", "docs/b.rst"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestDecode(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"Latin-1", "D\xe9ploiement", "Déploiement"},
		{"UTF-16", "\xff\xfeA\x00\xe9\x00", "Aé"},
		{"byte order mark", "\xef\xbb\xbfA", "A"},
		{"Windows", "a\r\nb\rc", "a\nb\nc"},
		{"both", "é\xe9", "éé"},
	} {
		if got, _ := decode([]byte(test.in)); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
	long := strings.Repeat("ligne\n", maxBytes)
	if doc := Parse("README.txt", []byte(long)); !doc.Cut || len(doc.Sections[0].Text) > maxBytes {
		t.Error("a document over the limit is not cut")
	}
}

// TestHostile repeats what makes parsers slow; each took minutes once.
func TestHostile(t *testing.T) {
	for _, piece := range []string{"[a](", "1) ", "[a]: b\n", "> ", "[a](\n", "<div>\n\n", "<h1>"} {
		start := time.Now()
		Parse("README.md", []byte(strings.Repeat(piece, maxBytes/len(piece))))
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%q repeated takes %s", piece, took)
		}
	}
}

func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.*")
	for _, file := range files {
		content, _ := os.ReadFile(file)
		for kind := range byte(6) {
			f.Add(kind, content)
		}
	}
	extensions := []string{".md", ".rst", ".adoc", ".org", ".txt", ""}
	f.Fuzz(func(t *testing.T, kind byte, content []byte) {
		doc := Parse("README"+extensions[int(kind)%len(extensions)], content)
		last := 0
		lines := strings.Count(strings.ReplaceAll(string(content), "\r", "\n"), "\n") + 1
		for i, s := range doc.Sections {
			if s.Line < last || s.Line > lines {
				t.Fatalf("section %d at line %d, after %d, of %d", i, s.Line, last, lines)
			}
			last = s.Line
			if len(doc.Below(i)) == 0 {
				t.Fatal("a section is below itself")
			}
			for _, c := range s.Code {
				if c.Line < 1 || c.Line > lines {
					t.Fatalf("code at line %d of %d", c.Line, lines)
				}
			}
		}
	})
}
