package acquire_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/audit"
)

// tagged has a light tag, an annotated one, one that points to another tag, one
// in a folder, and one on a branch that HEAD does not reach.
func tagged(t *testing.T) (*repo, []audit.Tag) {
	r := sample(t)
	first, head := r.git("rev-parse", "HEAD~1"), r.git("rev-parse", "HEAD")
	r.git("tag", "v1.0", "HEAD~1")
	r.git("tag", "-a", "-m", "release", "v1.1")
	r.git("tag", "-a", "-m", "again", "latest", "v1.1")
	r.git("pack-refs", "--all")
	r.git("tag", "web/v2")
	r.git("checkout", "-q", "-b", "side")
	r.commit("side")
	side := r.git("rev-parse", "HEAD")
	r.git("tag", "old")
	r.git("checkout", "-q", "main")
	return r, []audit.Tag{
		{Name: "latest", Commit: head}, {Name: "old", Commit: side}, {Name: "v1.0", Commit: first},
		{Name: "v1.1", Commit: head}, {Name: "web/v2", Commit: head},
	}
}

func withTags() acquire.Options {
	o := options()
	o.Needs |= audit.NeedTags
	return o
}

func TestTags(t *testing.T) {
	t.Parallel()
	r, want := tagged(t)
	linked := filepath.Join(t.TempDir(), "linked")
	r.git("worktree", "add", "-q", "--detach", linked)
	for name, target := range map[string]string{
		"folder": r.dir, "bare": r.bare(), "linked work tree": linked,
		"server": serve(t, r, true, nil), "server without filters": serve(t, r, false, nil),
	} {
		s := fetch(t, target, withTags())
		if diff := cmp.Diff(want, s.Tags); diff != "" || len(s.Limits) > 0 {
			t.Errorf("%s: %s limits %v", name, diff, s.Limits)
		}
		heads, err := acquire.Head(t.Context(), target, withTags())
		if diff := cmp.Diff(want, heads.Tags); diff != "" || err != nil {
			t.Errorf("%s: asked for the head: %s %v", name, diff, err)
		}
		if s := fetch(t, target, options()); s.Tags != nil {
			t.Errorf("%s: nobody asked for the tags %v", name, s.Tags)
		}
	}
}

// No tags is an answer, and differs from tags that could not be had.
func TestTagsNone(t *testing.T) {
	t.Parallel()
	r := sample(t)
	for name, target := range map[string]string{"folder": r.dir, "server": serve(t, r, true, nil)} {
		if s := fetch(t, target, withTags()); s.Tags == nil || len(s.Tags) > 0 {
			t.Errorf("%s: tags %#v", name, s.Tags)
		}
	}
	r.write(".git/packed-refs", "not a reference at all and longer than one\n")
	if s := fetch(t, r.dir, withTags()); s.Tags != nil {
		t.Errorf("damaged references: tags %#v", s.Tags)
	}
}

func TestTagsLimit(t *testing.T) {
	t.Parallel()
	r, want := tagged(t)
	o := withTags()
	o.Limits.Tags = 2
	for name, target := range map[string]string{"folder": r.dir, "server": serve(t, r, true, nil)} {
		s := fetch(t, target, o)
		limits := []audit.Limit{{Name: "tags", Value: 2, What: "3 tags"}}
		if diff := cmp.Diff(want[3:], s.Tags) + cmp.Diff(limits, s.Limits); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		// A limit that no longer bites goes with the tags that it cut.
		heads, err := acquire.Head(t.Context(), target, withTags())
		if err != nil {
			t.Fatal(err)
		}
		if heads.Refresh(s.Snapshot); len(s.Tags) != len(want) || len(s.Limits) > 0 {
			t.Errorf("%s: refreshed: %v, limits %v", name, s.Tags, s.Limits)
		}
	}
}

// A tag may name a file or a tree: it is no version, and hides none.
func TestTagsOfOtherThings(t *testing.T) {
	t.Parallel()
	r := sample(t)
	blob := r.git("rev-parse", "HEAD:README.md")
	r.git("tag", "a-file", blob)
	r.git("tag", "v1")
	want := []audit.Tag{{Name: "a-file", Commit: blob}, {Name: "v1", Commit: r.git("rev-parse", "HEAD")}}
	for name, target := range map[string]string{"folder": r.dir, "server": serve(t, r, true, nil)} {
		if diff := cmp.Diff(want, fetch(t, target, withTags()).Tags); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
