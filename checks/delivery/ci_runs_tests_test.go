package delivery

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
	"github.com/perenne-audit/perenne/internal/audit"
)

func TestCIRunsTests(t *testing.T) { checktest.Run(t, ciRunsTests) }

// Somebody who audits a branch of their own still gets the answer for main.
func TestRunsOn(t *testing.T) {
	for _, test := range []struct {
		branch   string
		patterns []string
		want     bool
	}{
		{"main", []string{"main", "dev"}, true},
		{"main", []string{"master"}, false},
		{"ma-branche", []string{"main"}, true},
		{"ma-branche", []string{"release-*"}, false},
		{"", []string{"master"}, true},
		{"main", []string{"**"}, true},
		{"main", []string{"m*", "!main"}, false},
		{"main", []string{"/^(main|dev)$/"}, true},
	} {
		s := &audit.Snapshot{Repository: audit.Repository{Branch: test.branch}}
		if got := runsOn(s, test.patterns); got != test.want {
			t.Errorf("runsOn(%q, %q) = %v", test.branch, test.patterns, got)
		}
	}
}

// FuzzPipelines feeds every reader the same bytes: none may crash or hang.
func FuzzPipelines(f *testing.F) {
	for _, seed := range []string{
		"on: push\njobs: {t: {steps: [{run: 'make -C x test | tee'}]}}\n", "t: &t [*t]\nscript: *t\n", "<<: &a {<<: *a}\n",
		".a: {extends: .a, script: !reference [.a, script]}\nb: {extends: .a}\n", "node { sh '''npm test''' }",
		"jobs: {a: {steps: [c/d, {when: {steps: []}}]}}\nworkflows: {w: {jobs: [a]}}\n", "test:\n\t$(MAKE) test\ninclude Makefile\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		var files []audit.File
		blobs := sameBlob(content)
		for _, name := range []string{
			".github/workflows/a.yml", ".gitlab-ci.yml", ".circleci/config.yml", ".travis.yml", "azure-pipelines.yml", "Jenkinsfile", ".drone.yml", "Makefile",
		} {
			files = append(files, audit.File{Path: name, Blob: name, SizeBytes: int64(len(content))})
		}
		s := &audit.Snapshot{Tree: audit.NewTree(files, blobs, false), Repository: audit.Repository{Branch: "main"}}
		runCIRunsTests(s.View())
	})
}

type sameBlob []byte

func (b sameBlob) Blob(audit.File) ([]byte, error) { return b, nil }
