//go:build unix

package main

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestMain lets the test binary play the children's parts.
func TestMain(m *testing.M) {
	if _, found := roleOf(os.Args); found {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestReportHasEveryRow(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Fatal("git was not found: install the package git")
	}
	repo, err := generate(t.TempDir(), 20)
	if err != nil {
		t.Fatal(err)
	}
	settings := map[string]string{"BENCH_REPOS": " " + repo + ":", "BENCH_REPEATS": "1"}
	var out, progress strings.Builder
	if err := run(t.Context(), &out, &progress, func(name string) string { return settings[name] }); err != nil {
		t.Fatal(err)
	}
	amount, share := ` [\d.]+ (s|ms|MiB|MB) \|`, ` [\d.]+ \([\d.]+–[\d.]+\) \|`
	for _, want := range []string{
		"`perenne version` takes [\\d.]+ m?s, median of 20",
		`### generated-20: 20 commits, \d+ files of [\d.]+ MB, packed [\d.]+ MB`,
		`\| perenne audit \|(` + amount + `){4}`,
		`\| git clone --bare \|(` + amount + `){4}`,
		`\| go-git clone and read \|(` + amount + `){4}`,
		`\| audit / git clone --bare \|(` + share + `){4}`,
		`\| audit / go-git clone and read \|(` + share + `){4}`,
		`\| checks alone \|` + amount + amount + ` +\| +\|`,
	} {
		if !regexp.MustCompile(want).MatchString(out.String()) {
			t.Errorf("no %q in:\n%s", want, &out)
		}
	}
}

func TestSameNumberGivesSameCommits(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Fatal("git was not found: install the package git")
	}
	var heads []string
	for range 2 {
		repo, err := generate(t.TempDir(), 5)
		if err != nil {
			t.Fatal(err)
		}
		head, err := exec.Command("git", "-C", repo, "rev-parse", "HEAD").Output()
		if err != nil {
			t.Fatal(err)
		}
		heads = append(heads, string(head))
	}
	if heads[0] != heads[1] {
		t.Errorf("%q and then %q", heads[0], heads[1])
	}
}

func TestSettingsThatMeanNothingAreRefused(t *testing.T) {
	for _, bad := range []string{"0", "-1", "five"} {
		err := run(t.Context(), nil, nil, func(string) string { return bad })
		if err == nil || !strings.Contains(err.Error(), "BENCH_REPEATS") {
			t.Errorf("BENCH_REPEATS=%s: %v", bad, err)
		}
	}
}

func TestRatioIsTakenPairByPair(t *testing.T) {
	a := series{{PeakBytes: 1}, {PeakBytes: 30}, {PeakBytes: 4}}
	b := series{{PeakBytes: 2}, {PeakBytes: 10}, {PeakBytes: 4}}
	if got := ratio(a, b, columns[2].of); got != "1.00 (0.50–3.00)" {
		t.Error(got)
	}
}
