package manifest

import (
	"regexp"
	"strings"
)

// The readers below take lock files line by line. Programs write them, always in
// the same form, and a whole YAML or TOML parser costs ten times as much on files
// of several megabytes.

// yarnLock reads both forms of yarn.lock: an entry begins at the margin with the
// requests it answers, and holds its version in an indented line.
func yarnLock(content []byte) ([]Package, error) {
	var packages []Package
	name := ""
	for line := range strings.Lines(string(content)) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" || line[0] == '#' {
			continue
		}
		if line[0] != ' ' {
			first, _, _ := strings.Cut(strings.Trim(line, `":`), ",")
			name, _, _ = cutAt(strings.Trim(first, `"`))
			continue
		}
		field, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if strings.TrimSuffix(field, ":") == "version" && name != "" && !strings.HasPrefix(line, "   ") {
			if version := strings.Trim(value, `"`); !strings.Contains(version, "use.local") {
				packages = append(packages, Package{Name: name, Version: version})
			}
			name = ""
		}
	}
	return packages, nil
}

// cutAt cuts "name@request" at the @ that does not begin a scope.
func cutAt(text string) (name, rest string, ok bool) {
	i := strings.IndexByte(text[min(1, len(text)):], '@')
	if i < 0 || text == "__metadata" {
		return "", "", false
	}
	return text[:i+1], text[i+2:], true
}

var pnpmKey = regexp.MustCompile(`^  ['"]?/?((?:@[^/@'"]+/)?[^/@'"]+)[@/]([0-9][^:('"_]*)`)

// pnpmLock reads the keys of the "packages" of pnpm-lock.yaml: "/name/1.0.0:" in
// old files, "name@1.0.0:" in new ones.
func pnpmLock(content []byte) ([]Package, error) {
	var packages []Package
	inside := false
	for line := range strings.Lines(string(content)) {
		switch {
		case line[0] > ' ':
			inside = strings.HasPrefix(line, "packages:")
		case inside && strings.HasPrefix(line, "    dev: true") && len(packages) > 0:
			packages[len(packages)-1].Dev = true
		case inside && len(line) > 2 && line[2] != ' ':
			if match := pnpmKey.FindStringSubmatch(line); match != nil {
				packages = append(packages, Package{Name: match[1], Version: match[2]})
			}
		}
	}
	return packages, nil
}

// pythonLock reads the [[package]] tables of poetry, uv and pdm.
func pythonLock(content []byte) ([]Package, error) {
	packages, err := cargoLock(content)
	for i := range packages {
		packages[i].Name = normalisePyPI(packages[i].Name)
	}
	return packages, err
}

// cargoLock reads [[package]] tables, each with a name and a version.
func cargoLock(content []byte) ([]Package, error) {
	var packages []Package
	inside := false
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			if inside = line == "[[package]]" || line == "[[packages]]"; inside {
				packages = append(packages, Package{})
			}
			continue
		}
		key, value, ok := strings.Cut(line, " = ")
		if !inside || !ok {
			continue
		}
		p := &packages[len(packages)-1]
		switch value = strings.Trim(value, `"'`); key {
		case "name":
			p.Name = value
		case "version":
			p.Version = value
		case "category":
			p.Dev = value == "dev"
		}
	}
	return packages, nil
}

// condaLockFile reads the list of conda-lock, whose entries hold a name and a
// version, for each platform.
func condaLockFile(content []byte) ([]Package, error) {
	var packages []Package
	seen := map[[2]string]bool{}
	name := ""
	for line := range strings.Lines(string(content)) {
		text := strings.TrimSpace(strings.TrimPrefix(line, "- "))
		if value, ok := strings.CutPrefix(text, "name: "); ok {
			name = value
		}
		if value, ok := strings.CutPrefix(text, "version: "); ok && name != "" {
			p := [2]string{name, strings.Trim(value, `'"`)}
			if !seen[p] {
				seen[p] = true
				packages = append(packages, Package{Name: p[0], Version: p[1]})
			}
			name = ""
		}
	}
	return packages, nil
}

// gemLock reads the specs of Gemfile.lock: four spaces, a name, its version.
func gemLock(content []byte) ([]Package, error) {
	var packages []Package
	for line := range strings.Lines(string(content)) {
		rest, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "    ")
		if !ok || strings.HasPrefix(rest, " ") {
			continue
		}
		name, version, ok := strings.Cut(strings.TrimSuffix(rest, ")"), " (")
		if ok {
			packages = append(packages, Package{Name: name, Version: version})
		}
	}
	return packages, nil
}

// goSum reads the modules whose content is fixed; those of which only go.mod was
// read are not built.
func goSum(content []byte) ([]Package, error) {
	var packages []Package
	for line := range strings.Lines(string(content)) {
		fields := strings.Fields(line)
		if len(fields) == 3 && !strings.HasSuffix(fields[1], "/go.mod") {
			packages = append(packages, Package{Name: fields[0], Version: fields[1]})
		}
	}
	return packages, nil
}

// packratLock reads blocks of fields.
func packratLock(content []byte) ([]Package, error) {
	var packages []Package
	for line := range strings.Lines(string(content)) {
		field, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch {
		case field == "Package":
			packages = append(packages, Package{Name: value})
		case field == "Version" && len(packages) > 0:
			packages[len(packages)-1].Version = value
		}
	}
	return packages, nil
}

var (
	mixEntry       = regexp.MustCompile(`^\s*"([^"]+)": \{:(?:hex|git), [^,]+, "([^"]+)"`)
	terraformEntry = regexp.MustCompile(`^provider "([^"]+)"`)
)

func mixLock(content []byte) ([]Package, error) {
	var packages []Package
	for line := range strings.Lines(string(content)) {
		if match := mixEntry.FindStringSubmatch(line); match != nil {
			packages = append(packages, Package{Name: match[1], Version: match[2]})
		}
	}
	return packages, nil
}

// gradleLock reads group:artifact:version=configurations.
func gradleLock(content []byte) ([]Package, error) {
	var packages []Package
	for line := range strings.Lines(string(content)) {
		coordinates, configurations, ok := strings.Cut(strings.TrimSpace(line), "=")
		name, version, split := cutLast(coordinates, ":")
		if ok && split && !strings.HasPrefix(line, "#") {
			packages = append(packages, Package{Name: name, Version: version, Dev: onlyTests(configurations)})
		}
	}
	return packages, nil
}

func onlyTests(configurations string) bool {
	for one := range strings.SplitSeq(configurations, ",") {
		if !strings.HasPrefix(one, "test") {
			return false
		}
	}
	return true
}

func terraformLock(content []byte) ([]Package, error) {
	var packages []Package
	for line := range strings.Lines(string(content)) {
		if match := terraformEntry.FindStringSubmatch(line); match != nil {
			packages = append(packages, Package{Name: match[1]})
			continue
		}
		field, value, ok := strings.Cut(line, "=")
		if ok && strings.TrimSpace(field) == "version" && len(packages) > 0 {
			packages[len(packages)-1].Version = strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return packages, nil
}
