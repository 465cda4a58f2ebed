package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/perenne-audit/perenne/internal/licence"
)

// licensecheckNames gives SPDX ids to texts that licensecheck names its own way.
var licensecheckNames = map[string]string{"MIT-NoAd": "X11", "GPL-2.0-or-3.0": "GPL-2.0-only AND GPL-3.0-only"}

// style marks samples that licensecheck files under "like MIT" or "like BSD",
// which is no licence.
var style = regexp.MustCompile(`-Style`)

// licensecheckSamples judges the samples of licensecheck, found in testdata in
// the folder of the module, of which it expects one licence from end to end.
func licensecheckSamples(dir string) ([]outcome, error) {
	files, err := filepath.Glob(filepath.Join(dir, "testdata", "*.t[0-9]*"))
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(dir, "licenses")); err != nil {
		return nil, nil
	}
	var all []outcome
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		want, text, ok := sample(content)
		if !ok || style.MatchString(want) {
			continue
		}
		got := joined(licence.Recognise(text).IDs(licence.Header))
		all = append(all, outcome{"single-licence samples of licensecheck", filepath.Base(file), want, got})
	}
	return all, nil
}

// sample splits a sample into what is expected of it and its text. It begins
// with a share in percent and a line for each licence, then an empty line.
func sample(content []byte) (id string, text []byte, single bool) {
	head, text, _ := bytes.Cut(content, []byte("\n\n"))
	var lines []string
	for line := range strings.Lines(string(head)) {
		if !strings.HasPrefix(line, "#") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	if len(lines) != 2 || strings.HasSuffix(lines[1], "URL") {
		return "", nil, false
	}
	id, _, _ = strings.Cut(lines[1], " ")
	if name, ok := licensecheckNames[id]; ok {
		id = name
	}
	return id, text, true
}
