package audit

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

// memory is content by path; reads are counted.
type memory struct {
	content map[string]string
	reads   atomic.Int32
}

func (m *memory) Blob(f File) ([]byte, error) {
	m.reads.Add(1)
	content, ok := m.content[f.Blob]
	if !ok {
		return nil, fmt.Errorf("%s: %w", f.Blob, ErrNotFound)
	}
	return []byte(content), nil
}

func snapshotOf(blobs *memory, files ...File) *Snapshot {
	for i := range files {
		files[i].Blob = files[i].Path
	}
	return &Snapshot{Tree: NewTree(files, blobs, false)}
}

func TestReadFollowsLinksInsideTheTree(t *testing.T) {
	blobs := &memory{content: map[string]string{
		"docs/README.md": "hello", "README": "docs/README.md", "docs/up": "../README", "out": "../../etc/passwd",
		"root": "/docs/README.md", "loop": "loop", "gone": "nowhere",
	}}
	link := func(path string) File { return File{Path: path, Mode: Symlink} }
	s := snapshotOf(blobs, File{Path: "docs/README.md"}, link("README"), link("docs/up"), link("out"), link("root"), link("loop"), link("gone"))
	for _, path := range []string{"docs/README.md", "README", "docs/up"} {
		f, _ := s.File(path)
		if content, err := s.Read(f); err != nil || string(content) != "hello" {
			t.Errorf("%s: %q, %v", path, content, err)
		}
	}
	for _, path := range []string{"out", "root", "loop", "gone"} {
		f, _ := s.File(path)
		if content, err := s.Read(f); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %q, %v", path, content, err)
		}
	}
}

func TestReadOnce(t *testing.T) {
	blobs := &memory{content: map[string]string{"a": "x"}}
	s := snapshotOf(blobs, File{Path: "a"})
	s.View()
	var wg sync.WaitGroup
	for range 20 {
		view := s.View()
		wg.Go(func() { f, _ := view.File("a"); _, _ = view.Read(f) })
	}
	wg.Wait()
	if n := blobs.reads.Load(); n != 1 {
		t.Errorf("read %d times", n)
	}
}

type countKey struct{}

func TestOnce(t *testing.T) {
	s := snapshotOf(&memory{content: map[string]string{}}, File{Path: "lost"})
	s.View()
	var computed atomic.Int32
	compute := func(s *Snapshot) int {
		f, _ := s.File("lost")
		_, _ = s.Read(f)
		return int(computed.Add(1))
	}
	var wg sync.WaitGroup
	for range 20 {
		view := s.View()
		wg.Go(func() {
			if got := Once(view, countKey{}, compute); got != 1 {
				t.Errorf("computed %d times", got)
			}
			if lost := view.Unread(); len(lost) != 1 || lost[0].Path != "lost" {
				t.Errorf("unread %v", lost)
			}
		})
	}
	wg.Wait()
	if other := s.View(); len(other.Unread()) != 0 {
		t.Error("a view that asked for nothing has unread files")
	}
}

func TestOncePanicsForEveryCaller(t *testing.T) {
	s := snapshotOf(&memory{})
	for range 2 {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			Once(s.View(), countKey{}, func(*Snapshot) int { panic("boom") })
		}()
	}
}

func TestForeign(t *testing.T) {
	for path, want := range map[string]bool{
		"src/app.py": false, "node_modules/x/index.js": true, "web/vendor/a.php": true, "vendored.go": false,
		"dist/app.js": true, "build/Dockerfile": false, "build/ci/docker-compose.yml": false, "build/out.js": true,
		"static/jquery.min.js": true, "renv/activate.R": true, "renv.lock": false, "renv/settings.json": false,
		"target/classes/A.class": true, "docs/target.md": false, "builder/x.go": false,
		"cours/index_files/libs/revealjs/reveal.js": true, "rapport_files/figure-html/p-1.svg": true, "my_files/libs.go": false, "index_files": false,
	} {
		if got := (File{Path: path}).Foreign(); got != want {
			t.Errorf("%s: foreign %t, want %t", path, got, want)
		}
	}
}

// A team built its site with a system that it copied whole: the system's code
// and tests are not the team's, the theme is.
func TestOwnFilesLeaveCopiedSystemsOut(t *testing.T) {
	s := snapshotOf(&memory{},
		File{Path: "site/wp-includes/version.php"}, File{Path: "site/wp-admin/a.php"}, File{Path: "site/wp-content/themes/ours/style.css"},
		File{Path: "cms/modules/cms/ServiceProvider.php"}, File{Path: "cms/tests/unit/cms/PageTest.php"}, File{Path: "cms/tests/unit/OursTest.php"},
		File{Path: "core/lib/own.php"}, File{Path: "tests/unit/cms/OursTest.php"}, File{Path: "web/js/sticky-master/package.json"}, File{Path: "ports-master/a.js"})
	var own []string
	for _, f := range s.OwnFiles() {
		own = append(own, f.Path)
	}
	want := []string{"cms/tests/unit/OursTest.php", "core/lib/own.php", "ports-master/a.js", "site/wp-content/themes/ours/style.css", "tests/unit/cms/OursTest.php"}
	if !slices.Equal(own, want) {
		t.Errorf("own files %q, want %q", own, want)
	}
}

func TestHasDir(t *testing.T) {
	s := snapshotOf(&memory{}, File{Path: "docs-old/a"}, File{Path: "docs/a/b"}, File{Path: "z"})
	for dir, want := range map[string]bool{"docs": true, "docs/a": true, "doc": false, "docs/a/b": false, "z": false, "docs-old": true} {
		if got := s.HasDir(dir); got != want {
			t.Errorf("%s: %t", dir, got)
		}
	}
}
