package acquire_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/audit"
)

// fileHistory asks for the history of each file and returns the names of the
// commits, with "+" behind the one that added the file.
func fileHistory(t *testing.T, target string, o acquire.Options) map[string][]string {
	t.Helper()
	o.Needs |= audit.NeedFileHistory
	s := fetch(t, target, o)
	if s.History.Files == nil {
		t.Fatal("no history of files")
	}
	all := map[string][]string{}
	for _, f := range s.History.Files {
		all[f.Path] = []string{}
		for _, n := range f.Commits {
			id := s.History.Commits[n].ID
			if slices.Contains(f.Added, n) {
				id += "+"
			}
			all[f.Path] = append(all[f.Path], id)
		}
	}
	return all
}

// gitFileHistory asks git the same, file by file: renames count when the content
// is equal, and a rename by itself changes nothing.
func (r *repo) gitFileHistory() map[string][]string {
	all := map[string][]string{}
	for path := range strings.Lines(r.git("-c", "core.quotepath=false", "ls-tree", "-r", "--name-only", "HEAD")) {
		path = strings.TrimSpace(path)
		all[path] = []string{}
		id := ""
		for line := range strings.Lines(r.git("log", "--follow", "-M100%", "--no-merges", "--name-status", "--format=%H", "--", path)) {
			line = strings.TrimSpace(line)
			status, _, isStatus := strings.Cut(line, "\t")
			switch {
			case line == "":
			case !isStatus:
				id = line
			case status == "A":
				all[path] = append(all[path], id+"+")
			case status == "M" || status == "T":
				all[path] = append(all[path], id)
			}
		}
	}
	return all
}

// scramble makes random commits: files appear, change, move and vanish. A name is
// used once, and no two contents are equal: where git's own answer would be a
// guess, there is nothing to compare with.
func (r *repo) scramble(random *rand.Rand, commits int) {
	folders := []string{"", "a/", "a-b/", "a.b/", "b/c/", "b/", "c0/", "é/"}
	var alive []string
	next := 0
	name := func() string {
		next++
		return fmt.Sprintf("%s%d.txt", folders[random.IntN(len(folders))], next)
	}
	for range commits {
		for range 1 + random.IntN(3) {
			what, i := random.IntN(6), 0
			if len(alive) > 0 {
				i = random.IntN(len(alive))
			} else {
				what = 5
			}
			switch what {
			case 0:
				r.git("rm", "-q", "-f", alive[i])
				alive = slices.Delete(alive, i, i+1)
			case 1:
				to := name()
				if err := os.MkdirAll(filepath.Join(r.dir, filepath.Dir(to)), 0o755); err != nil {
					r.t.Fatal(err)
				}
				r.git("mv", alive[i], to)
				alive[i] = to
			case 2, 3:
				r.write(alive[i], fmt.Sprintln(random.Int64()))
			default:
				alive = append(alive, name())
				r.write(alive[len(alive)-1], fmt.Sprintln(random.Int64()))
			}
			r.git("add", "-A")
		}
		r.commit("change")
	}
}

func TestFileHistoryIsGits(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := newRepo(t)
			r.scramble(rand.New(rand.NewPCG(seed, 0)), 40)
			want := r.gitFileHistory()
			if diff := cmp.Diff(want, fileHistory(t, r.dir, options())); diff != "" {
				t.Errorf("loose objects (-git +perenne):\n%s", diff)
			}
			r.git("repack", "-q", "-a", "-d", "--depth=50", "--window=50")
			if diff := cmp.Diff(want, fileHistory(t, r.dir, options())); diff != "" {
				t.Errorf("packed (-git +perenne):\n%s", diff)
			}
			for _, filters := range []bool{true, false} {
				if diff := cmp.Diff(want, fileHistory(t, serve(t, r, filters, nil), options())); diff != "" {
					t.Errorf("from a server, filters %v (-git +perenne):\n%s", filters, diff)
				}
			}
		})
	}
}

// Two people work side by side on branches; what the merge brings was done in
// their own commits.
func TestFileHistoryOfBranches(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.write("shared.txt", "1\n")
	r.commit("first")
	r.git("checkout", "-q", "-b", "side")
	r.write("side/one.txt", "side\n")
	r.commit("on the side")
	r.git("checkout", "-q", "main")
	r.write("shared.txt", "2\n")
	r.commit("on main")
	r.git("merge", "-q", "--no-ff", "-m", "merge", "side")
	got := fileHistory(t, r.dir, options())
	if diff := cmp.Diff(r.gitFileHistory(), got); diff != "" {
		t.Errorf("(-git +perenne):\n%s", diff)
	}
	if len(got["shared.txt"]) != 2 || len(got["side/one.txt"]) != 1 {
		t.Errorf("got %v", got)
	}
	o := options()
	o.Folder = "side"
	if got := fileHistory(t, r.dir, o); len(got) != 1 || len(got["one.txt"]) != 1 {
		t.Errorf("of a folder: %v", got)
	}
}

// A history that was cut off does not reach back to who added a file.
func TestFileHistoryOfAShallowClone(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	for i := range 6 {
		r.write("a.txt", fmt.Sprintln(i))
		r.commit(fmt.Sprint(i))
	}
	shallow := filepath.Join(t.TempDir(), "shallow")
	runGit(t, shallow, nil, "clone", "-q", "--depth", "3", "file://"+r.dir, shallow)
	got := fileHistory(t, shallow, options())["a.txt"]
	if len(got) != 2 || slices.ContainsFunc(got, func(id string) bool { return strings.HasSuffix(id, "+") }) {
		t.Errorf("got %v", got)
	}
}

// What a path held before it was moved away went with it; what comes back to the
// path begins anew. A folder that becomes a file is another thing.
func TestFileHistoryOfPathsUsedTwice(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.write("a", "first life\n")
	r.write("b/c", "in a folder\n")
	r.commit("1")
	r.git("mv", "a", "moved")
	r.git("rm", "-q", "-r", "b")
	r.write("b", "a file now\n")
	r.commit("2")
	r.write("a", "second life\n")
	r.commit("3")
	got := fileHistory(t, r.dir, options())
	ids := strings.Fields(r.git("log", "--topo-order", "--format=%H"))
	want := map[string][]string{"a": {ids[0] + "+"}, "b": {ids[1] + "+"}, "moved": {ids[2] + "+"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
