package handover

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/perenne-audit/perenne/internal/audit"
)

var taken = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC) // a Thursday

// touch is one commit: who changed which files, days before the snapshot.
type touch struct {
	by    string
	files string
	days  int
	merge bool
}

// blobs hold their own names, but for CODEOWNERS.
type blobs map[string]string

func (b blobs) Blob(f audit.File) ([]byte, error) { return []byte(b[f.Path]), nil }

func signature(name string) audit.Signature {
	return audit.Signature{Name: name + " " + name + "son", Email: strings.ToLower(name) + "@mer.gouv.fr"}
}

// snapshot holds the files that the commits changed, which come newest first; the
// oldest that names a file adds it.
func snapshot(content blobs, touches ...touch) *audit.Snapshot {
	s := &audit.Snapshot{TakenAt: taken, History: &audit.History{Files: []audit.FileHistory{}}}
	changed := map[string][]int32{}
	for i, t := range touches {
		s.History.Commits = append(s.History.Commits, audit.Commit{ID: fmt.Sprintf("%040d", i), Author: signature(t.by), When: taken.AddDate(0, 0, -t.days), Merge: t.merge})
		for f := range strings.FieldsSeq(t.files) {
			changed[f] = append(changed[f], int32(i))
		}
	}
	var files []audit.File
	for f, commits := range changed {
		files = append(files, audit.File{Path: f, Blob: f, SizeBytes: 28_000})
		s.History.Files = append(s.History.Files, audit.FileHistory{Path: f, Commits: commits, Added: commits[len(commits)-1:]})
	}
	slices.SortFunc(s.History.Files, func(a, b audit.FileHistory) int { return strings.Compare(a.Path, b.Path) })
	s.Tree = audit.NewTree(files, content, false)
	return s.View()
}

// leaving says that they leave, on a day or at an unknown one.
func leaving(day time.Time, names ...string) []audit.Person {
	var people []audit.Person
	for _, name := range names {
		people = append(people, audit.Person{Emails: []string{signature(name).Email}, Leaving: true, Leaves: day})
	}
	return people
}

func TestWhatLeaves(t *testing.T) {
	t.Parallel()
	s := snapshot(blobs{"CODEOWNERS": "* ada@mer.gouv.fr\n"},
		touch{by: "Bea", files: "web/a.js", days: 5},
		touch{by: "Bea", merge: true, days: 6},
		touch{by: "Ada", files: "import/a.py import/b.py CODEOWNERS .gitlab-ci.yml", days: 10},
		touch{by: "Bea", files: "web/b.js", days: 20},
		touch{by: "Ada", files: "web/a.js", days: 25}, touch{by: "Ada", files: "web/a.js", days: 26},
		touch{by: "Ada", files: "web/a.js", days: 30},
	)
	s.Tags = []audit.Tag{{Name: "v1.0", Commit: s.History.Commits[2].ID}}
	s.Deliverables = []audit.Deliverable{{Kind: audit.WebApplication}}
	h := Of(s, Question{People: append(leaving(taken.AddDate(0, 0, 5), "Ada"), leaving(time.Time{}, "Zoe")...), Since: taken.AddDate(0, 0, -15)})
	if h.KnownFiles != 4 || h.OrphanedFiles != 3 || *h.KnowledgeAtRisk != 0.75 || *h.BusFactor != 1 || h.People != 2 {
		t.Errorf("got %+v, bus factor %d, people %d", h.Loss, *h.BusFactor, h.People)
	}
	if diff := cmp.Diff([]string{"zoe@mer.gouv.fr"}, h.Unmatched); diff != "" {
		t.Error(diff)
	}
	var roles []string
	for _, r := range h.Roles {
		roles = append(roles, r.Role+" "+strings.Join(r.People, ","))
	}
	if diff := cmp.Diff([]string{"releaser Ada Adason", "ci-author Ada Adason", "codeowner Ada Adason"}, roles); diff != "" {
		t.Error(diff)
	}
	var critical []string
	for _, c := range h.Critical {
		critical = append(critical, fmt.Sprint(c.Concern, " ", c.Files, " ", c.Orphaned, " ", c.Sole))
	}
	if diff := cmp.Diff([]string{"continuous-integration 1 true Ada Adason", "data-import 2 true Ada Adason"}, critical); diff != "" {
		t.Error(diff)
	}
	if a := h.Areas[0]; a.Folder != "import" || a.Kind != audit.WebApplication || a.Knew[0].Name != "Ada Adason" || len(a.Knows) != 0 {
		t.Errorf("the first area is %+v", a)
	}
	if diff := cmp.Diff(&audit.HandoverProgress{Commits: 1, Merges: 1, Folders: []audit.FolderProgress{{Folder: "import"}, {Folder: "web", Commits: 1, People: 1}}}, h.Progress); diff != "" {
		t.Error(diff)
	}
}

// Sessions are on days from Monday to Friday, one a day and person, up to the last
// day; what is left over is named. What a service cannot do without comes first.
func TestTransferFitsTheDays(t *testing.T) {
	t.Parallel()
	s := snapshot(nil, touch{by: "Bea", files: "app/c.py", days: 2}, touch{by: "Ada", files: "app/a.py app/b.py import/a.py", days: 400}, touch{by: "Ada", files: "app/c.py", days: 500})
	plan := Of(s, Question{People: leaving(taken.AddDate(0, 0, 5), "Ada")}).Transfer // Tuesday
	var days []string
	for _, one := range plan.Sessions {
		days = append(days, fmt.Sprintf("%s %s %s %v", one.Day.Format("Mon 02"), one.Folder, one.To, one.Hours))
	}
	want := []string{"Fri 02 import  2", "Mon 05 app Bea Beason 2", "Tue 06 app Bea Beason 2"}
	if diff := cmp.Diff(want, days); diff != "" {
		t.Error(diff)
	}
	if len(plan.Left) != 1 || plan.Left[0].Folder != "app" || plan.Left[0].Hours <= 0 || plan.Left[0].Gone || plan.PlannedHours+plan.Left[0].Hours != plan.Hours {
		t.Errorf("left over: %+v of %v h, %v planned", plan.Left, plan.Hours, plan.PlannedHours)
	}
	gone := Of(s, Question{People: leaving(taken.AddDate(0, 0, -5), "Ada")}).Transfer
	if len(gone.Sessions) != 0 || len(gone.Left) == 0 || !gone.Left[0].Gone {
		t.Errorf("of somebody who has left: %+v", gone)
	}
}

func TestUnknownIsNotZero(t *testing.T) {
	t.Parallel()
	for want, s := range map[audit.HandoverUnknown]*audit.Snapshot{
		audit.NoFileHistory: {History: &audit.History{}},
		audit.NoSource:      snapshot(nil, touch{by: "Ada", files: "README.md"}),
	} {
		h := Of(s, Question{People: leaving(taken, "Ada")})
		if h.Unknown != want || h.KnowledgeAtRisk != nil || h.BusFactor != nil {
			t.Errorf("%s: %+v", want, h)
		}
	}
}

// Who is said to leave and is in no history may have worked under another name:
// what leaves with them is not known. Beside a repository in which somebody was
// found, the files of this one count as kept.
func TestNobodyFoundIsNotZero(t *testing.T) {
	t.Parallel()
	s := snapshot(nil, touch{by: "Ada", files: "src/app.py"})
	none, nobody, ada := Of(s, Question{People: leaving(taken, "Zoe")}), Of(s, Question{}), Of(s, Question{People: leaving(taken, "Ada", "Zoe")})
	if none.KnowledgeAtRisk != nil || len(none.Unmatched) != 1 || none.KnownFiles != 1 {
		t.Errorf("nobody found: %+v", none.Loss)
	}
	if nobody.KnowledgeAtRisk == nil || *nobody.KnowledgeAtRisk != 0 {
		t.Errorf("nobody leaves: %+v", nobody.Loss)
	}
	if sum := none.Plus(ada.Loss); sum.KnowledgeAtRisk == nil || *sum.KnowledgeAtRisk != 0.5 {
		t.Errorf("together: %+v", sum)
	}
	if sum := none.Plus(audit.Loss{}); sum.KnowledgeAtRisk != nil || sum.KnownFiles != 1 {
		t.Errorf("with nothing: %+v", sum)
	}
}

// A pseudonym outlives a new address and tells people apart.
func TestPseudonyms(t *testing.T) {
	t.Parallel()
	name := Pseudonyms("0123456789abcdef")
	ada, bea := name(stranger(audit.Person{Name: "Ada", Emails: []string{"ada@mer.gouv.fr"}})), name(stranger(audit.Person{Name: "Bea"}))
	again := name(stranger(audit.Person{Name: "A.", Emails: []string{"work@z.fr", "Ada@mer.gouv.fr"}}))
	other := Pseudonyms("another key of 16 b")(stranger(audit.Person{Name: "Ada", Emails: []string{"ada@mer.gouv.fr"}}))
	if ada != again || ada == bea || ada == other || strings.Contains(ada, "ada") {
		t.Errorf("got %s, %s, %s, %s", ada, again, bea, other)
	}
}

// Nobody leaves: nothing is lost. Everybody leaves: everything is. The more leave,
// the more is lost. The order of commits of the same time does not matter.
func TestLossGrows(t *testing.T) {
	t.Parallel()
	names := []string{"Ada", "Bea", "Cleo", "Dora"}
	rapid.Check(t, func(t *rapid.T) {
		touches := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) touch {
			files := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a.py", "b/c.py", "b/d.py", "e/f.js"}), 1, 3, rapid.ID).Draw(t, "files")
			return touch{by: rapid.SampledFrom(names).Draw(t, "by"), files: strings.Join(files, " ")}
		}), 1, 20).Draw(t, "touches")
		// A file is added once, by the last that names it: the others may swap.
		s := snapshot(nil, touches...)
		if h := Of(s, Question{}); h.OrphanedFiles != 0 || h.Transfer != nil || len(h.Curve) != 0 {
			t.Fatalf("nobody leaves: %+v", h.Loss)
		}
		if h := Of(s, Question{Others: true}); h.OrphanedFiles != h.KnownFiles || *h.KnowledgeAtRisk != 1 {
			t.Fatalf("everybody leaves: %+v", h.Loss)
		}
		last := 0
		for i := range names {
			h := Of(s, Question{People: leaving(taken, names[:i+1]...)})
			if h.OrphanedFiles < last {
				t.Fatalf("%v leave: %d after %d", names[:i+1], h.OrphanedFiles, last)
			}
			last = h.OrphanedFiles
		}
		swapped := swap(s, rapid.IntRange(0, 1<<20).Draw(t, "seed"))
		q := Question{People: leaving(taken.AddDate(0, 0, 30), "Ada", "Bea"), Since: taken.AddDate(0, 0, -1)}
		if diff := cmp.Diff(Of(s, q), Of(swapped, q)); diff != "" {
			t.Fatalf("commits of the same time in another order: %s", diff)
		}
	})
}

// swap puts the commits, which are all of the same time, into another order. Who
// added which file stays.
func swap(s *audit.Snapshot, seed int) *audit.Snapshot {
	n := len(s.History.Commits)
	other := &audit.Snapshot{TakenAt: s.TakenAt, Tree: s.Tree, History: &audit.History{Commits: make([]audit.Commit, n), Files: []audit.FileHistory{}}}
	place := func(i int32) int32 { return (i + int32(seed%n)) % int32(n) }
	for i := range n {
		other.History.Commits[place(int32(i))] = s.History.Commits[i]
	}
	for _, f := range s.History.Files {
		moved := audit.FileHistory{Path: f.Path}
		for _, c := range f.Commits {
			moved.Commits = append(moved.Commits, place(c))
		}
		for _, c := range f.Added {
			moved.Added = append(moved.Added, place(c))
		}
		slices.Sort(moved.Commits)
		other.History.Files = append(other.History.Files, moved)
	}
	return other.View()
}
