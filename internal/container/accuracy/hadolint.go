package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/perenne-audit/perenne/internal/container"
)

// hadolintRules are the rules that our checks answer too. Each says "warns" or
// "passes" of a Dockerfile, in hadolint's own terms from what our reader
// understood, and in ours by the check.
var hadolintRules = []struct {
	id, check string
	warns     func(dockerfile string) bool
}{
	{"DL3002", "container-unprivileged", endsAsRoot},
	{"DL3006", "base-image-pinned", func(d string) bool { return loose(d, func(i container.Image) bool { return i.Tag == "" }) }},
	{"DL3007", "base-image-pinned", func(d string) bool { return loose(d, func(i container.Image) bool { return i.Tag == "latest" }) }},
}

// specCase is one expectation of a rule's test.
type specCase struct {
	name, dockerfile string
	warns            bool
}

// hadolint reads the tests of the rules in a checkout of hadolint.
func hadolint(dir string) ([]outcome, error) {
	var all []outcome
	for _, rule := range hadolintRules {
		content, err := os.ReadFile(filepath.Join(dir, "test", "Hadolint", "Rule", rule.id+"Spec.hs"))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		for _, c := range specCases(string(content), rule.id) {
			want := spoken(c.warns)
			all = append(all,
				outcome{"hadolint " + rule.id + ", its rule on what we read", c.name, want, spoken(rule.warns(c.dockerfile))},
				outcome{"hadolint " + rule.id + ", " + rule.check, c.name, want, spoken(answered(rule.check, c.dockerfile))})
		}
	}
	return all, nil
}

func spoken(warns bool) string {
	if warns {
		return "warns"
	}
	return "passes"
}

// answered reports whether the check finds fault.
func answered(check, dockerfile string) bool {
	return ask(check, dockerfile).Answer.Gap()
}

// endsAsRoot is DL3002: some stage sets its user last to root.
func endsAsRoot(dockerfile string) bool {
	for _, d := range container.Dockerfiles(snapshot(dockerfile)) {
		for _, stage := range d.Stages {
			name, _, _ := strings.Cut(stage.User, ":")
			if stage.UserLine > 0 && (name == "root" || name == "0") {
				return true
			}
		}
	}
	return false
}

// loose reports whether a stage starts from an image that is, and that no
// variable, digest or earlier stage decides.
func loose(dockerfile string, is func(container.Image) bool) bool {
	for _, d := range container.Dockerfiles(snapshot(dockerfile)) {
		for _, stage := range d.Stages {
			image := container.ParseImage(stage.Image)
			if stage.Stage < 0 && stage.Resolved && stage.Image != "scratch" && image.Digest == "" && is(image) {
				return true
			}
		}
	}
	return false
}

var (
	haskellText = regexp.MustCompile(`"((?:[^"\\]|\\[^\s]|\\\s+\\)*)"`)
	haskellGap  = regexp.MustCompile(`\\\s+\\`)
	expectation = regexp.MustCompile(`\b(ruleCatches|ruleCatchesNot)\b\s+"`)
)

// specCases reads the expectations of a test written in Haskell: after `it`, a
// name, a list of lines or one text, and what the rule does with them. Those that
// put ONBUILD before FROM are left out: BuildKit refuses such a file.
func specCases(source, rule string) []specCase {
	var all []specCase
	for _, part := range strings.Split(source, "\n    it ")[1:] {
		match := expectation.FindStringSubmatchIndex(part)
		if match == nil {
			continue
		}
		warns := part[match[2]:match[3]] == "ruleCatches"
		texts := haskellText.FindAllStringSubmatch(part, -1)
		c := specCase{name: unquoted(texts[0][1]), warns: warns}
		var lines []string
		for _, text := range texts[1:] {
			if line := unquoted(text[1]); line != rule {
				lines = append(lines, line)
			}
		}
		c.dockerfile = strings.Join(lines, "\n") + "\n"
		all = append(all, c)
	}
	return all
}

func unquoted(s string) string {
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`, `\n`, "\n").Replace(haskellGap.ReplaceAllString(s, ""))
}
