package manifest

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// isConda reports whether a path is named like a conda environment.
func isConda(name string) bool {
	base := strings.ToLower(path.Base(name))
	extension := path.Ext(base)
	stem := strings.TrimSuffix(base, extension)
	if extension != ".yml" && extension != ".yaml" {
		return false
	}
	return strings.HasPrefix(stem, "environment") || stem == "conda" || stem == "conda-env" || strings.HasSuffix(stem, "_environment")
}

var condaSpec = regexp.MustCompile(`^(?:[\w.\-/]+::)?([A-Za-z0-9_][\w.\-]*)\s*(?:\[[^\]]*\])?\s*(.*)$`)

// readConda reads a conda environment, its pip section included.
// https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-environments.html
func readConda(m *Manifest, content []byte) error {
	root, err := parseYAML(content)
	if err != nil {
		return err
	}
	dependencies := root.get("dependencies")
	if dependencies == nil || dependencies.kind != list {
		return fmt.Errorf("no list of dependencies: %w", errOther)
	}
	m.Name = root.get("name").str()
	for _, item := range dependencies.items {
		if item.kind == object {
			m.addRequirements(item.get("pip"), false)
			continue
		}
		match := condaSpec.FindStringSubmatch(strings.TrimSpace(item.str()))
		if match == nil {
			continue
		}
		name := strings.ToLower(match[1])
		switch name {
		case "python":
			m.setRuntime("python", match[2])
		case "r-base":
			m.setRuntime("r", match[2])
		default:
			m.Dependencies = append(m.Dependencies, Dependency{Name: name, Version: match[2], Line: item.line})
		}
	}
	return nil
}

var (
	condaExact = regexp.MustCompile(`^==?\s*\d[^*,<>!~=|]*(=[^*=]+)?$`)
	condaBuild = regexp.MustCompile(`=[^=]+=[^=]+$`)
)

// condaLock reports whether an environment fixes every version, as conda env
// export writes it; exact when it also lists what the others bring along.
func condaLock(m *Manifest) (exact, ok bool) {
	for _, d := range m.Dependencies {
		if d.Name == "pip" || d.Name == "setuptools" || d.Name == "wheel" {
			continue
		}
		if !condaExact.MatchString(d.Version) && !pinnedVersion(d.Version) {
			return false, false
		}
		exact = exact || condaBuild.MatchString(d.Version) || d.Name == "openssl"
	}
	return exact, len(m.Dependencies) > 0
}
