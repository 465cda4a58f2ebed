package acquire_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/audit"
)

// A portfolio may name another branch, and a part of a repository.
func TestBranchAndFolder(t *testing.T) {
	t.Parallel()
	r := sample(t)
	r.git("checkout", "-q", "-b", "next")
	r.write("src/deep/next.py", "")
	r.commit("next")
	want := r.git("rev-parse", "HEAD")
	r.git("checkout", "-q", "main")
	for name, target := range map[string]string{"folder": r.dir, "server": serve(t, r, true, nil)} {
		o := options()
		o.Branch, o.Folder = "next", "src/"
		s := fetch(t, target, o)
		if diff := cmp.Diff([]string{"app.py", "deep/next.py"}, paths(s)); diff != "" || s.Repository.Branch != "next" || s.Repository.Commit != want {
			t.Errorf("%s: %s %+v", name, diff, s.Repository)
		}
		if got, err := acquire.Head(t.Context(), target, o); err != nil || got.Commit != want {
			t.Errorf("%s: head %s, %v", name, got.Commit, err)
		}
		o.Branch = "absent"
		if _, err := acquire.Fetch(t.Context(), target, o); !errors.Is(err, audit.ErrNotFound) {
			t.Errorf("%s: absent branch: %v", name, err)
		}
		o.Branch, o.Folder = "", "README.md"
		if _, err := acquire.Fetch(t.Context(), target, o); !errors.Is(err, audit.ErrNotFound) {
			t.Errorf("%s: a file for a folder: %v", name, err)
		}
	}
}
