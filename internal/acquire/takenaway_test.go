package acquire_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// forgetful has three commits: the second changes a file and takes one away, the
// third moves one without a change.
func forgetful(t *testing.T) *repo {
	r := newRepo(t)
	r.write("app/settings.py", "KEY = 'old'\n")
	r.write("app/gone.env", "KEY=old\n")
	r.write("notes.md", "# Notes\n")
	r.commit("first")
	r.write("app/settings.py", "import os\n")
	r.git("rm", "-q", "app/gone.env")
	r.commit("second")
	r.git("mv", "notes.md", "README.md")
	r.commit("third")
	return r
}

func TestTakenAway(t *testing.T) {
	r := forgetful(t)
	second := r.git("rev-parse", "HEAD^")
	for name, target := range map[string]string{
		"folder": r.dir, "bare": r.bare(), "server": serve(t, r, true, nil), "server without filters": serve(t, r, false, nil),
	} {
		t.Run(name, func(t *testing.T) {
			for _, c := range []struct {
				commits, looked int
				folder          string
				want            map[string]string
			}{
				{0, -1, "", map[string]string{}},
				{1, 1, "", map[string]string{}},
				{2, 2, "", map[string]string{"app/gone.env": "KEY=old\n", "app/settings.py": "KEY = 'old'\n"}},
				{50, 3, "app", map[string]string{"gone.env": "KEY=old\n", "settings.py": "KEY = 'old'\n"}},
			} {
				o := options()
				o.Limits.PastCommits, o.Folder, o.Needs = c.commits, c.folder, 0
				s := fetch(t, target, o)
				if s.Past == nil {
					if c.looked >= 0 {
						t.Fatalf("%d commits: nothing was looked at", c.commits)
					}
					continue
				}
				if s.Past.Commits != c.looked {
					t.Errorf("%d commits: looked at %d, want %d", c.commits, s.Past.Commits, c.looked)
				}
				view, got := s.Past.View(), map[string]string{}
				for _, f := range view.Files() {
					content, err := view.Read(f)
					if err != nil {
						t.Fatal(err)
					}
					got[f.Path] = string(content)
					if by := s.Past.TakenAwayBy(f); by != second {
						t.Errorf("%s was taken away by %s, want %s", f.Path, by, second)
					}
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("%d commits: %s", c.commits, diff)
				}
			}
		})
	}
}
