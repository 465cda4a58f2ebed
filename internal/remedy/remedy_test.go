package remedy

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/deliverable"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/judge"
	"github.com/perenne-audit/perenne/internal/licence"
)

// tree is a repository in memory, by path.
type tree map[string]string

func (t tree) Blob(f audit.File) ([]byte, error) {
	content, there := t[f.Path]
	if !there {
		return nil, errors.New("no such file")
	}
	return []byte(content), nil
}

// judged audits a tree.
func (t tree) judged(tb testing.TB, url string) (*audit.Snapshot, *audit.Result) {
	var files []audit.File
	for name, content := range t {
		files = append(files, audit.File{Path: name, Blob: name, SizeBytes: int64(len(content))})
	}
	s := &audit.Snapshot{
		Tree: audit.NewTree(files, t, false), TakenAt: time.Date(2026, 10, 2, 9, 0, 0, 0, time.UTC),
		Repository: audit.Repository{URL: url, Branch: "main"},
		// An old one: who sets a robot up has waited for it, or not.
		History: &audit.History{Commits: []audit.Commit{{ID: "1", Author: audit.Signature{Name: "Ada", Email: "ada@dev.example"}, When: time.Date(2026, 9, 1, 9, 0, 0, 0, time.UTC)}}},
	}
	s.View()
	s.Deliverables = deliverable.Of(s.View())
	all, err := judge.Run(context.Background(), s, checks.All())
	if err != nil {
		tb.Fatal(err)
	}
	r := &audit.Result{Judged: all}
	if doc := document.Readme(s.View()); doc != nil {
		r.DocumentationLanguage = doc.Language
	}
	return s, r
}

func (t tree) apply(tb testing.TB, p Patch) tree {
	after := tree{}
	for name, content := range t {
		after[name] = content
	}
	for _, c := range p.Changes {
		if before, there := t[c.Path]; there == c.New() || before != string(c.Before) {
			tb.Errorf("%s: not what the patch was made for", c.Path)
		}
		after[c.Path] = string(c.After)
	}
	return after
}

func answer(r *audit.Result, id string) audit.Verdict {
	for _, j := range r.Judged {
		if j.Check.ID == id {
			return j.Verdict
		}
	}
	return audit.Verdict{}
}

// rank orders the answers, worst first.
func rank(a audit.Answer) int {
	return slices.Index([]audit.Answer{audit.AnswerUnknown, audit.AnswerNotMet, audit.AnswerPartlyMet, audit.AnswerMet}, a)
}

// Each case is a repository; "@want" names, for each patch that must be made, the
// check and what it answers once the patch is in; "@left" the gaps that have none,
// with the reason. Whatever the case, a patch without prompts makes its check
// answer better, one with prompts leaves it unmet, and no patch makes any other
// check answer worse.
func TestPatchesCloseGaps(t *testing.T) {
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatal(err, len(cases))
	}
	made := map[string]bool{}
	for _, file := range cases {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		files, settings := tree{}, map[string]string{}
		for _, f := range archive.Files {
			if strings.HasPrefix(f.Name, "@") {
				settings[f.Name] = string(f.Data)
			} else {
				files[f.Name] = string(f.Data)
			}
		}
		o := Options{Lang: audit.English}
		for line := range strings.Lines(settings["@options"]) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
			switch key {
			case "licence":
				o.Licence = value
			case "holder":
				o.Holder = value
			case "contact":
				o.Contact = value
			case "maintainer":
				o.Maintainer = value
			case "lang":
				o.Lang = audit.Lang(value)
			}
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			url := strings.TrimSpace(settings["@url"])
			s, before := files.judged(t, url)
			plan := Of(s, before, o)
			got := map[string]string{}
			for _, p := range plan.Patches {
				made[p.Check.ID] = true
				_, after := files.apply(t, p).judged(t, url)
				was, is := answer(before, p.Check.ID), answer(after, p.Check.ID)
				got[p.Check.ID] = string(is.Answer) + " " + is.Reason.Key
				if !p.Prompts && rank(is.Answer) <= rank(was.Answer) {
					t.Errorf("%s: %s %s, and after the patch %s %s", p.Check.ID, was.Answer, was.Reason.Key, is.Answer, is.Reason.Key)
				}
				if p.Prompts && is.Answer == audit.AnswerMet {
					t.Errorf("%s: a template is taken for met", p.Check.ID)
				}
				for _, j := range after.Judged {
					if old := answer(before, j.Check.ID); j.Verdict.Answer.Judged() && old.Answer.Judged() && rank(j.Verdict.Answer) < rank(old.Answer) {
						t.Errorf("the patch for %s turns %s from %s to %s %s", p.Check.ID, j.Check.ID, old.Answer, j.Verdict.Answer, j.Verdict.Reason.Key)
					}
				}
			}
			for line := range strings.Lines(settings["@want"]) {
				id, want, _ := strings.Cut(strings.TrimSpace(line), " ")
				if got[id] != want {
					t.Errorf("%s: %q, want %q", id, got[id], want)
				}
			}
			for line := range strings.Lines(settings["@left"]) {
				id, want, _ := strings.Cut(strings.TrimSpace(line), " ")
				i := slices.IndexFunc(plan.Left, func(l Left) bool { return l.Check.ID == id })
				if i < 0 || plan.Left[i].Why != want {
					t.Errorf("%s is left: %v, want %s", id, plan.Left, want)
				}
			}
			for line := range strings.Lines(settings["@holds"]) {
				name, want, _ := strings.Cut(strings.TrimSpace(line), " ")
				i := slices.IndexFunc(plan.Changes(), func(c Change) bool { return c.Path == name })
				if i < 0 || !strings.Contains(string(plan.Changes()[i].After), want) {
					t.Errorf("%s does not hold %q", name, want)
				}
			}
			appliesWithGit(t, files, plan)
		})
	}
	for id := range makers {
		if !made[id] {
			t.Errorf("no case makes a patch for %s", id)
		}
	}
}

// appliesWithGit has git take all patches of a plan at once, and compares.
func appliesWithGit(t *testing.T, files tree, plan Plan) {
	dir := t.TempDir()
	write := func(name, content string) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range files {
		write(name, content)
	}
	var patch strings.Builder
	for _, p := range plan.Patches {
		if err := p.Write(&patch); err != nil {
			t.Fatal(err)
		}
	}
	if patch.Len() == 0 {
		return
	}
	cmd := exec.Command("git", "-c", "core.autocrlf=false", "apply", "--whitespace=nowarn", "-")
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(patch.String())
	cmd.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git apply: %v\n%s\n%s", err, out, patch.String())
	}
	for _, c := range plan.Changes() {
		if got, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(c.Path))); err != nil || string(got) != string(c.After) {
			t.Errorf("%s is not what the patch says: %v", c.Path, err)
		}
	}
}

// git takes every change, whatever the ends of its lines.
func TestDiffs(t *testing.T) {
	for i, c := range []Change{
		{"a", []byte("1\n2\n3\n4\n5\n6\n7\n8\n9\n"), []byte("1\n2\n3\n4\nx\n5\n6\n7\n8\n9\n")},
		{"a", []byte("1"), []byte("1\n2\n")},
		{"a", []byte("1\n"), []byte("1\n2")},
		{"a", []byte("1\r\n2\r\n"), []byte("0\r\n1\r\n2\r\n")},
		{"a b/é \"q\".md", nil, []byte("new\n")},
		{"a", nil, []byte("no end")},
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			files := tree{}
			if !c.New() {
				files[c.Path] = string(c.Before)
			}
			appliesWithGit(t, files, Plan{Patches: []Patch{{Changes: []Change{c}}}})
		})
	}
}

// Every licence that can be given is found whole by the check.
func TestEveryLicenceIsWhole(t *testing.T) {
	for _, id := range licence.Given() {
		files := tree{"main.go": "package main\n\nfunc main() {}\n", "go.mod": "module example.org/x\n\ngo 1.26\n"}
		s, r := files.judged(t, "https://forge.example/dinum/guichet")
		plan := Of(s, r, Options{Lang: audit.French, Licence: strings.ToLower(id), Holder: "Direction interministérielle du numérique"})
		i := slices.IndexFunc(plan.Patches, func(p Patch) bool { return p.Check.ID == "licence-present" })
		if i < 0 {
			t.Errorf("%s: no patch", id)
			continue
		}
		_, after := files.apply(t, plan.Patches[i]).judged(t, "")
		v := answer(after, "licence-present")
		if ids, _ := v.Facts["spdx"].([]string); v.Answer != audit.AnswerMet || len(ids) != 1 || !strings.HasPrefix(ids[0], id) {
			t.Errorf("%s: %s %s %v", id, v.Answer, v.Reason.Key, v.Facts["spdx"])
		}
		if text := string(plan.Patches[i].Changes[0].After); strings.Contains(text, licence.HolderBlank) || strings.Contains(text, licence.YearBlank) || strings.Contains(text, "<owner>") {
			t.Errorf("%s: something is left to fill in", id)
		}
	}
}
