package knowledge

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/history"
)

var taken = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)

// touch is one commit: who changed which files, days before the snapshot.
type touch struct {
	by    string
	with  []string
	files string
	days  int
}

type noBlobs struct{}

func (noBlobs) Blob(audit.File) ([]byte, error) { return nil, audit.ErrNotFound }

func signature(name string) audit.Signature {
	return audit.Signature{Name: name + " " + name + "son", Email: strings.ToLower(name) + "@example.org"}
}

// snapshot holds the files that the commits changed; commits are newest first,
// and the oldest that names a file adds it.
func snapshot(touches ...touch) *audit.Snapshot {
	s := &audit.Snapshot{TakenAt: taken, History: &audit.History{Files: []audit.FileHistory{}}}
	changed := map[string][]int32{}
	for i, t := range touches {
		c := audit.Commit{ID: fmt.Sprintf("%040d", i), Author: signature(t.by), When: taken.AddDate(0, 0, -t.days)}
		for _, other := range t.with {
			c.CoAuthors = append(c.CoAuthors, signature(other))
		}
		s.History.Commits = append(s.History.Commits, c)
		for f := range strings.FieldsSeq(t.files) {
			changed[f] = append(changed[f], int32(i))
		}
	}
	var files []audit.File
	for f := range changed {
		files = append(files, audit.File{Path: f, Blob: f, SizeBytes: 100})
	}
	slices.SortFunc(files, func(a, b audit.File) int { return strings.Compare(a.Path, b.Path) })
	for _, f := range files {
		s.History.Files = append(s.History.Files, audit.FileHistory{Path: f.Path, Commits: changed[f.Path], Added: changed[f.Path][len(changed[f.Path])-1:]})
	}
	s.Tree = audit.NewTree(files, noBlobs{}, false)
	return s
}

// who finds a person of the map by first name.
func who(t interface{ Fatalf(string, ...any) }, s *audit.Snapshot, name string) *history.Person {
	p := history.Of(s).Who(signature(name))
	if p == nil {
		t.Fatalf("nobody is called %s", name)
	}
	return p
}

func leavers(people []*history.Person) Leavers {
	gone := Leavers{}
	for _, p := range people {
		gone[p] = true
	}
	return gone
}

// The numbers are worked out by hand from the published formula.
func TestDegree(t *testing.T) {
	t.Parallel()
	s := snapshot(
		touch{by: "Bea", files: "a.py"}, touch{by: "Ada", files: "a.py"}, touch{by: "Ada", files: "a.py"},
		touch{by: "Ada", with: []string{"Cleo"}, files: "b.py"},
	)
	m := Of(s, Published)
	for name, tc := range map[string]struct {
		file   int
		who    string
		degree float64
		author bool
	}{
		"added the file and changed it once": {0, "Ada", 3.293 + 1.098 + 0.164 - 0.321*math.Log(2), true},
		"changed another's file once":        {0, "Bea", 3.293 + 0.164 - 0.321*math.Log(2), false},
		"added it together":                  {1, "Cleo", 3.293 + 1.098, true},
	} {
		experts := m.Files[tc.file].Experts
		i := slices.IndexFunc(experts, func(e Expert) bool { return e.Person == who(t, s, tc.who) })
		if i < 0 || math.Abs(experts[i].Degree-tc.degree) > 1e-9 || experts[i].Author != tc.author {
			t.Errorf("%s: got %+v, want %v %v", name, experts, tc.degree, tc.author)
		}
	}
}

// With a half-life, what was written long ago is known less.
func TestDegreeFades(t *testing.T) {
	t.Parallel()
	s := snapshot(touch{by: "Bea", files: "a.py", days: 10}, touch{by: "Ada", files: "a.py", days: 3650})
	model := Published
	model.HalfLife = 365 * 24 * time.Hour
	for m, want := range map[Model]string{Published: "Ada", model: "Bea"} {
		if got := Of(s, m).Files[0].Experts[0].Person; got != who(t, s, want) {
			t.Errorf("half-life %v: %s knows it best, want %s", m.HalfLife, got.Name, want)
		}
	}
}

func TestBusFactor(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		touches []touch
		want    int
	}{
		"one person":               {[]touch{{by: "Ada", files: "a.py b.py c.py"}}, 1},
		"two halves":               {[]touch{{by: "Ada", files: "a.py b.py"}, {by: "Bea", files: "c.py d.py"}}, 2},
		"one knows more than half": {[]touch{{by: "Ada", files: "a.py b.py c.py"}, {by: "Bea", files: "d.py"}}, 1},
		"each file by everybody":   {[]touch{{by: "Ada", with: []string{"Bea", "Cleo"}, files: "a.py b.py"}}, 3},
		"only a program":           {[]touch{{by: "dependabot[bot]", files: "a.py"}}, 0},
	} {
		if got := Of(snapshot(tc.touches...), Published).BusFactor(); len(got) != tc.want {
			t.Errorf("%s: %d, want %d", name, len(got), tc.want)
		}
	}
}

func TestNothingToKnowIsUnknown(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]*audit.Snapshot{
		"no history":       {},
		"commits only":     {History: &audit.History{}},
		"no source file":   snapshot(touch{by: "Ada", files: "README.md data.csv"}),
		"only others' own": snapshot(touch{by: "Ada", files: "node_modules/a/index.js"}),
	} {
		if m := Of(s, Published); m != nil {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

// Removing nobody loses nothing, removing everybody loses everything, and the
// more leave the more is lost. Which of two commits of the same time comes first
// does not matter, but for who added a file.
func TestLossProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		names := []string{"Ada", "Bea", "Cleo", "Dora", "Emmy"}
		one := rapid.Custom(func(t *rapid.T) touch {
			files := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a.py", "b.py", "c/d.py", "e.js"}), 1, 3, rapid.ID).Draw(t, "files")
			return touch{by: rapid.SampledFrom(names).Draw(t, "by"), files: strings.Join(files, " "), days: rapid.IntRange(0, 900).Draw(t, "days")}
		})
		s := snapshot(rapid.SliceOfN(one, 1, 30).Draw(t, "touches")...)
		m, people := Of(s, Published), history.Of(s).Persons
		if l := Without(m.Files, nil); l.Orphaned != 0 || l.OrphanedBytes != 0 {
			t.Fatalf("nobody left, and %+v is lost", l)
		}
		if l := Without(m.Files, leavers(people)); l.Orphaned != l.Known || l.OrphanedBytes != l.KnownBytes {
			t.Fatalf("everybody left, and only %+v is lost", l)
		}
		some := rapid.SliceOfDistinct(rapid.SampledFrom(people), func(p *history.Person) *history.Person { return p }).Draw(t, "leavers")
		last := Loss{}
		for i := range some {
			l := Without(m.Files, leavers(some[:i+1]))
			if l.Orphaned < last.Orphaned || l.OrphanedBytes < last.OrphanedBytes {
				t.Fatalf("one more left, and less is lost: %+v after %+v", l, last)
			}
			last = l
		}
		if n := len(m.BusFactor()); n < 1 && last.Known*2 >= len(m.Files) || n > len(people) {
			t.Fatalf("bus factor %d of %d people", n, len(people))
		}
	})
}
