package manifest

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// isRequirements reports whether a path is named like a list for pip:
// requirements.txt, requirements-dev.in, dev-requirements.txt,
// requirements/prod.txt.
func isRequirements(name string) bool {
	dir, base := path.Split(strings.ToLower(name))
	extension := path.Ext(base)
	if extension != ".txt" && extension != ".in" && extension != ".pip" {
		return false
	}
	stem := strings.TrimSuffix(base, extension)
	switch path.Base(dir) {
	case "requirements", "requirement":
		return true
	}
	if strings.HasPrefix(stem, "requirements") || stem == "requirement" {
		return true
	}
	return strings.HasSuffix(stem, "-requirements") || strings.HasSuffix(stem, "_requirements") || strings.HasSuffix(stem, ".requirements")
}

// devWords in a list's name say that it serves development only.
var devWords = []string{"dev", "test", "lint", "doc", "ci", "tooling", "debug", "local", "typing", "mypy", "bench"}

func isDevRequirements(name string) bool {
	base := strings.ToLower(path.Base(name))
	words := strings.FieldsFunc(strings.TrimSuffix(base, path.Ext(base)), func(r rune) bool { return r == '-' || r == '_' || r == '.' })
	for _, word := range words {
		for _, dev := range devWords {
			if strings.TrimSuffix(word, "s") == dev || strings.HasPrefix(word, "develop") {
				return true
			}
		}
	}
	return false
}

// readRequirements reads pip's list format. Lists that it includes are manifests
// of their own. https://pip.pypa.io/en/stable/reference/requirements-file-format/
func readRequirements(m *Manifest, content []byte) error {
	dev, other := isDevRequirements(m.Path), 0
	for _, entry := range requirementLines(string(content)) {
		if d, ok := parsePEP508(entry.text); ok {
			d.Dev, d.Line = dev, entry.line
			m.Dependencies = append(m.Dependencies, d)
		} else if !strings.HasPrefix(entry.text, "-") && !strings.HasPrefix(entry.text, ".") {
			other++
		}
	}
	// Requirements are also what a specification is called: prose names no package.
	if other > len(m.Dependencies) {
		return fmt.Errorf("%d lines that name no package: %w", other, errOther)
	}
	return nil
}

// requirementLine is one logical line: continuations joined, comment removed.
type requirementLine struct {
	text string
	line int
}

// maxLineBytes is how long a logical line may grow; hashes make them long.
const maxLineBytes = 4 << 10

func requirementLines(content string) []requirementLine {
	var entries []requirementLine
	joined, start, number := "", 0, 0
	for raw := range strings.SplitSeq(content, "\n") {
		number++
		if start == 0 {
			start = number
		}
		text := strings.TrimSpace(stripComment(raw))
		if before, more := strings.CutSuffix(text, "\\"); more && len(joined) < maxLineBytes {
			joined += before + " "
			continue
		}
		if text = strings.TrimSpace(joined + text); text != "" {
			entries = append(entries, requirementLine{text, start})
		}
		joined, start = "", 0
	}
	if joined = strings.TrimSpace(joined); joined != "" {
		entries = append(entries, requirementLine{joined, start})
	}
	return entries
}

// stripComment removes what follows a # at the start of a line or after a space;
// elsewhere it belongs to an address.
func stripComment(line string) string {
	for i := 0; i < len(line); i++ {
		if line[i] == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
			return line[:i]
		}
	}
	return line
}

var (
	requirementPattern = regexp.MustCompile(`^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(.*)$`)
	eggPattern         = regexp.MustCompile(`[#&]egg=([A-Za-z0-9._-]+)`)
	separators         = regexp.MustCompile(`[-_.]+`)
)

// normalisePyPI writes a name as PyPI compares it (PEP 503).
func normalisePyPI(name string) string {
	return strings.ToLower(separators.ReplaceAllString(name, "-"))
}

// parsePEP508 reads one requirement: a name, extras, versions or an address, and
// a marker. False for options, paths and anything else that names no package.
func parsePEP508(text string) (Dependency, bool) {
	text = strings.TrimSpace(text)
	for _, option := range []string{"--editable=", "--editable ", "-e "} {
		text = strings.TrimSpace(strings.TrimPrefix(text, option))
	}
	if egg := eggPattern.FindStringSubmatch(text); egg != nil {
		return Dependency{Name: normalisePyPI(egg[1]), Version: text}, true
	}
	if strings.HasPrefix(text, "-") || strings.HasPrefix(text, ".") || strings.HasPrefix(text, "/") {
		return Dependency{}, false
	}
	match := requirementPattern.FindStringSubmatch(text)
	if match == nil {
		return Dependency{}, false
	}
	version, ok := requirementVersion(match[2])
	return Dependency{Name: normalisePyPI(match[1]), Version: version}, ok
}

// requirementVersion cuts the marker and pip's options from what follows a name.
func requirementVersion(rest string) (string, bool) {
	if at, isAddress := strings.CutPrefix(rest, "@"); isAddress {
		at, _, _ = strings.Cut(at, " ;")
		at, _, _ = strings.Cut(strings.TrimSpace(at), " --")
		return "@ " + strings.TrimSpace(at), true
	}
	rest, _, _ = strings.Cut(rest, ";")
	rest, _, _ = strings.Cut(rest, " --")
	rest = strings.TrimSpace(strings.Trim(strings.TrimSpace(rest), "()"))
	if rest == "" {
		return "", true
	}
	if strings.HasPrefix(rest, "--") {
		return "", true
	}
	if !strings.ContainsRune("=<>!~", rune(rest[0])) {
		return "", false
	}
	return rest, true
}

// includes returns the lists that a list includes, as paths in the tree, and
// whether it includes one that lies outside.
func includes(name, content string) (paths []string, outside bool) {
	for _, entry := range requirementLines(content) {
		target, ok := includeTarget(entry.text)
		if !ok {
			continue
		}
		joined := path.Join(path.Dir(name), target)
		if strings.Contains(target, "://") || path.IsAbs(target) || joined == ".." || strings.HasPrefix(joined, "../") {
			outside = true
			continue
		}
		paths = append(paths, joined)
	}
	return paths, outside
}

func includeTarget(text string) (string, bool) {
	for _, option := range []string{"--requirement", "-r"} {
		if target, ok := strings.CutPrefix(text, option); ok {
			return strings.TrimSpace(strings.TrimLeft(target, "= \t")), true
		}
	}
	return "", false
}

// addRequirementLocks adds the lists that fix every version, those that they
// include being counted. Lists of a name that only an include reveals become
// manifests too.
func (inv *Inventory) addRequirementLocks(s *audit.Snapshot) {
	lists := map[string]*requirementList{}
	for i := 0; i < len(inv.Manifests); i++ {
		m := inv.Manifests[i]
		if m.Ecosystem != PyPI || m.Err != nil || (!isRequirements(m.Path) && lists[m.Path] == nil) {
			continue
		}
		lists[m.Path] = newRequirementList(s, m)
		for _, included := range lists[m.Path].includes {
			f, found := s.File(included)
			if !found || f.Foreign() || isRequirements(included) || lists[included] != nil {
				continue
			}
			lists[included] = &requirementList{}
			inv.add(readManifest(s, f, PyPI, readRequirements))
		}
	}
	sortManifests(inv.Manifests)
	for _, m := range inv.Manifests {
		if list := lists[m.Path]; list != nil && list.fixed(lists, map[string]bool{}) {
			inv.Locks = append(inv.Locks, Lock{Path: m.Path, Ecosystem: PyPI, Exact: list.complete})
		}
	}
}
