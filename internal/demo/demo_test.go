package demo_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/demo"
)

var today = time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)

// sharedDir is the folder of the tests that only read.
var sharedDir string

func TestMain(m *testing.M) {
	var err error
	if sharedDir, err = os.MkdirTemp("", "demo"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(sharedDir)
	os.Exit(code)
}

func shared(t *testing.T) (string, *audit.Portfolio) {
	t.Helper()
	return sharedDir, generate(t, sharedDir, today)
}

func generate(t *testing.T, dir string, now time.Time) *audit.Portfolio {
	t.Helper()
	p, err := demo.Generate(t.Context(), dir, now)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// files maps every file below dir to its content.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	held := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		relative, _ := filepath.Rel(dir, name)
		held[relative] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return held
}

func heads(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for name, text := range files(t, dir) {
		if filepath.Base(name) == "main" {
			found[name] = text
		}
	}
	return found
}

func TestSameDaySameCommits(t *testing.T) {
	one, two, later := t.TempDir(), t.TempDir(), t.TempDir()
	generate(t, one, today)
	generate(t, two, today.Add(5*time.Hour))
	generate(t, later, today.AddDate(0, 0, 1))
	if diff := cmp.Diff(files(t, one), files(t, two)); diff != "" {
		t.Errorf("the same day gives other files:\n%s", diff)
	}
	before, after := heads(t, one), heads(t, later)
	if len(before) != 10 {
		t.Fatalf("%d repositories: %v", len(before), before)
	}
	for name, commit := range before {
		if after[name] == commit {
			t.Errorf("%s is the same on another day", name)
		}
	}
}

// A month later the same folder says the same: its days are the first call's.
func TestSecondCallKeeps(t *testing.T) {
	dir := t.TempDir()
	first := generate(t, dir, today)
	want := files(t, dir)
	if err := os.RemoveAll(filepath.Join(dir, "plume.git")); err != nil {
		t.Fatal(err)
	}
	second := generate(t, dir, today.AddDate(0, 1, 0))
	if diff := cmp.Diff(want, files(t, dir)); diff != "" {
		t.Errorf("files changed:\n%s", diff)
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("the portfolio changed:\n%s", diff)
	}
}

// The demonstration of an older program is replaced; what others put beside it
// stays.
func TestOtherVersionIsReplaced(t *testing.T) {
	dir := t.TempDir()
	generate(t, dir, today)
	marker := filepath.Join(dir, "demonstration.json")
	write(t, marker, `{"version":"older","day":"2025-01-01T00:00:00Z","repositories":["plume.git","gone.git"]}`)
	for _, name := range []string{"plume.git/stale", "gone.git/HEAD", "mine.git/HEAD", "notes.txt"} {
		write(t, filepath.Join(dir, name), "x")
	}
	for _, name := range []string{"guichet-clair", "pluviose", "lisible", "cadence", "memoire-vive", "boussole-agents", "relais-interface", "relais-service", "relais-donnees"} {
		if err := os.RemoveAll(filepath.Join(dir, name+".git")); err != nil {
			t.Fatal(err)
		}
	}
	generate(t, dir, today)
	held := files(t, dir)
	for name, want := range map[string]bool{"plume.git/stale": false, "gone.git/HEAD": false, "mine.git/HEAD": true, "notes.txt": true, "plume.git/HEAD": true} {
		if _, there := held[filepath.FromSlash(name)]; there != want {
			t.Errorf("%s: there is %v", name, there)
		}
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestTouchesNothingOfOthers(t *testing.T) {
	for name, marker := range map[string]string{
		"somebody's repository": "",
		"marker with a path":    `{"version":"older","repositories":["../outside.git"]}`,
		"marker with a dot":     `{"version":"older","repositories":["."]}`,
		"broken marker":         `{`,
	} {
		t.Run(name, func(t *testing.T) {
			above := t.TempDir()
			dir := filepath.Join(above, "demo")
			write(t, filepath.Join(above, "outside.git", "HEAD"), "theirs")
			write(t, filepath.Join(dir, "plume.git", "HEAD"), "theirs")
			if marker != "" {
				write(t, filepath.Join(dir, "demonstration.json"), marker)
			}
			want := files(t, above)
			if _, err := demo.Generate(t.Context(), dir, today); err == nil {
				t.Error("no error")
			}
			if diff := cmp.Diff(want, files(t, above)); diff != "" {
				t.Errorf("files changed:\n%s", diff)
			}
		})
	}
}

func TestWritesBelowItsFolderOnly(t *testing.T) {
	above := t.TempDir()
	dir := filepath.Join(above, "a", "demo")
	p := generate(t, dir, today)
	if _, err := demo.Milestones(t.Context(), dir, p); err != nil {
		t.Fatal(err)
	}
	for name := range files(t, above) {
		if !strings.HasPrefix(name, filepath.Join("a", "demo")) {
			t.Errorf("wrote %s", name)
		}
		if strings.Contains(name, ".new-") {
			t.Errorf("left %s behind", name)
		}
	}
}

func TestStopsWhenAsked(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	if _, err := demo.Generate(ctx, dir, today); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	// The next call completes what was begun.
	generate(t, dir, today)
}

// Git itself finds nothing to say about the repositories, and a history is as
// long, as old and as shared as its file says.
func TestGitAcceptsTheHistories(t *testing.T) {
	_, p := shared(t)
	total := 0
	for _, c := range p.Challenges {
		for _, r := range c.Repositories {
			git(t, r.URL, "fsck", "--strict", "--full")
			lines := strings.Split(git(t, r.URL, "log", "--format=%ct %ae"), "\n")
			total += len(lines)
			if len(lines) < 30 || len(lines) > 400 {
				t.Errorf("%s has %d commits", r.URL, len(lines))
			}
			if empty := git(t, r.URL, "log", "--format=%T"); repeated(strings.Split(empty, "\n")) {
				t.Errorf("%s has a commit that changes nothing", r.URL)
			}
			newest, _, _ := strings.Cut(lines[0], " ")
			if newest >= fmt.Sprint(today.Truncate(24*time.Hour).Unix()) {
				t.Errorf("%s has a commit of today or later", r.URL)
			}
			if !slices.IsSortedFunc(lines, func(a, b string) int { return strings.Compare(b, a) }) && !sortedByTime(lines) {
				t.Errorf("%s: a commit is older than the one before it", r.URL)
			}
		}
	}
	if total < 1300 {
		t.Errorf("%d commits in all", total)
	}
}

func sortedByTime(lines []string) bool {
	return slices.IsSortedFunc(lines, func(a, b string) int { return strings.Compare(b[:10], a[:10]) })
}

func repeated(list []string) bool {
	for i := range list[1:] {
		if list[i] == list[i+1] {
			return true
		}
	}
	return false
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "LC_ALL=C", "GIT_DIR="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// What a page can show must be in the portfolio at least once.
func TestPortfolioHasSomethingOfEverything(t *testing.T) {
	_, p := shared(t)
	if !p.Demonstration || len(p.Challenges) != 8 || len(p.Ministries) < 3 {
		t.Errorf("demonstration %v, %d challenges, %d ministries", p.Demonstration, len(p.Challenges), len(p.Ministries))
	}
	seen := map[string]int{}
	for _, c := range p.Challenges {
		if !slices.ContainsFunc(p.Ministries, func(m audit.Ministry) bool { return m.ID == c.Ministry && m.Name != "" }) {
			t.Errorf("%s: no ministry %q", c.ID, c.Ministry)
		}
		if c.MissionStart.IsZero() || c.PlannedProduction.IsZero() || len(c.Mentors) == 0 || len(c.People) == 0 || c.Cohort == "" {
			t.Errorf("%s lacks dates, people or a cohort", c.ID)
		}
		count(seen, c)
	}
	for _, what := range []string{
		"mission over", "mission ends soon", "no scenario", "waiver accepted", "waiver expired",
		"attestation", "attestation expired", "criticality A", "criticality B", "criticality C", "several repositories", "person left",
	} {
		if seen[what] == 0 {
			t.Errorf("no challenge with: %s", what)
		}
	}
}

func count(seen map[string]int, c audit.Challenge) {
	note := func(what string, is bool) {
		if is {
			seen[what]++
		}
	}
	note("mission over", c.MissionEnd.Before(today))
	note("mission ends soon", c.MissionEnd.After(today) && c.MissionEnd.Before(today.AddDate(0, 0, 60)))
	note("no scenario", c.Scenario == audit.ScenarioUnset)
	note("criticality "+string(c.Criticality), true)
	note("several repositories", len(c.Repositories) > 1)
	for _, w := range c.Waivers {
		note("waiver accepted", today.Before(w.Expires))
		note("waiver expired", !today.Before(w.Expires))
	}
	for _, a := range c.Attestations {
		note("attestation", today.Before(a.Expires))
		note("attestation expired", !today.Before(a.Expires))
	}
	for _, p := range c.People {
		note("person left", p.Leaving && p.Leaves.Before(today))
	}
}
