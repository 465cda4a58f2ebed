package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/perenne-audit/perenne/internal/container"
)

// buildkit reads the files that BuildKit tests its parser with, in a checkout or
// in the module cache. Those in testfiles must be read, those in
// testfiles-negative must not. Its parser also takes a few lines that are no
// whole Dockerfile: they are put below a FROM.
func buildkit(dir string) ([]outcome, error) {
	var all []outcome
	top := filepath.Join(dir, "frontend", "dockerfile", "parser")
	for _, set := range []struct{ folder, want string }{{"testfiles", "read"}, {"testfiles-negative", "refused"}} {
		entries, err := os.ReadDir(filepath.Join(top, set.folder))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		for _, entry := range entries {
			content, err := os.ReadFile(filepath.Join(top, set.folder, entry.Name(), "Dockerfile"))
			if err != nil {
				return nil, err
			}
			dockerfile := string(content)
			if set.want == "read" && !buildable(dockerfile) {
				dockerfile = "FROM scratch\n" + dockerfile
			}
			all = append(all, outcome{"BuildKit, " + set.folder, entry.Name(), set.want, readOrRefused(dockerfile)})
		}
	}
	return all, nil
}

func readOrRefused(dockerfile string) string {
	for _, d := range container.Dockerfiles(snapshot(dockerfile)) {
		if d.Err == nil {
			return "read"
		}
	}
	return "refused"
}

// buildable reports whether the first instruction, comments and ARG aside, is
// FROM.
func buildable(dockerfile string) bool {
	for line := range strings.Lines(dockerfile) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0, strings.HasPrefix(words[0], "#"), strings.EqualFold(words[0], "ARG"):
		default:
			return strings.EqualFold(words[0], "FROM")
		}
	}
	return false
}
