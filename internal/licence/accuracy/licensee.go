package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/checks/licences"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/licence"
)

// licenseeLabels replace the labels of fixtures that licensee calls "other",
// has no key for, or names by its one matching file: what a person reads there.
// "none" stands for no licence, "" for a fixture that is no licence's.
var licenseeLabels = map[string]string{
	"bsd-plus-patents":                         "BSD-3-Clause",
	"case-sensitive":                           "none",
	"cc-by-nc-sa":                              "CC-BY-NC-SA-4.0",
	"cc-by-nd":                                 "CC-BY-ND-4.0",
	"copyright-encoding":                       "none",
	"fcpl-modified-mpl":                        "none",
	"pixar-modified-apache":                    "none",
	"wrk-modified-apache":                      "none",
	"description-license":                      "MIT",
	"multiple-license-files":                   "MIT AND MPL-2.0",
	"licenses-dir-with-multiple-license-files": "MIT AND MPL-2.0",
	"licenses-dir-with-top-level-license":      "Apache-2.0",
	"gemspec":                                  "",
	"license-folder":                           "none",
	"webmock":                                  "",
}

// licensee judges the fixtures of a checkout of licensee, each as a repository:
// which files count is a part of the question.
func licensee(dir string) ([]outcome, error) {
	fixtures := filepath.Join(dir, "spec", "fixtures")
	content, err := os.ReadFile(filepath.Join(fixtures, "fixtures.yml"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var keys map[string]struct {
		Key string `yaml:"key"`
	}
	if err := yaml.Unmarshal(content, &keys); err != nil {
		return nil, fmt.Errorf("parse fixtures.yml: %w", err)
	}
	names := make([]string, 0, len(keys))
	for name := range keys {
		names = append(names, name)
	}
	slices.Sort(names)
	var all []outcome
	for _, name := range names {
		want, ok := licenseeLabels[name]
		if !ok {
			want = spelled(keys[name].Key)
		}
		if want == "" {
			continue
		}
		got, err := repositoryLicence(filepath.Join(fixtures, name))
		if err != nil {
			return nil, err
		}
		all = append(all, outcome{"fixtures of licensee", name, want, got})
	}
	return all, nil
}

// spelled writes one of licensee's keys as SPDX does.
func spelled(key string) string {
	if e, ok := licence.ParseExpression(key); ok {
		return bare(e.String())
	}
	return key
}

// bare drops "-or-later" and "-only": a text alone says neither.
func bare(id string) string {
	base, _ := licence.Base(id)
	return base
}

// repositoryLicence asks licence-present about a folder: the licences it gives
// for the top, or those that manifests declare where there is no text.
func repositoryLicence(dir string) (string, error) {
	s, err := snapshot(dir)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(licences.Checks, func(c *audit.Check) bool { return c.ID == "licence-present" })
	verdict := licences.Checks[i].Run(s.View())
	ids, _ := verdict.Facts["spdx"].([]string)
	if declared, _ := verdict.Facts["declared"].([]string); len(ids) == 0 {
		ids = declared
	}
	for i, id := range ids {
		ids[i] = bare(id)
	}
	return joined(ids), nil
}

// snapshot is a folder as an audited repository, without history.
func snapshot(dir string) (*audit.Snapshot, error) {
	var files []audit.File
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		relative, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		files = append(files, audit.File{Path: filepath.ToSlash(relative), Blob: name, SizeBytes: -1})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &audit.Snapshot{Tree: audit.NewTree(files, disk{}, false)}, nil
}

// disk reads blobs whose name is a path.
type disk struct{}

func (disk) Blob(f audit.File) ([]byte, error) { return os.ReadFile(f.Blob) }

// trimmedName is a path without the folder that was asked for.
func trimmedName(dir, name string) string {
	return strings.TrimPrefix(strings.TrimPrefix(name, dir), string(filepath.Separator))
}
