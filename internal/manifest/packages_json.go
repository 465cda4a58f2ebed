package manifest

import (
	"encoding/json"
	"fmt"
	"strings"
)

func decode(content []byte, into any) error {
	if err := json.Unmarshal(content, into); err != nil {
		return fmt.Errorf("parse JSON: %w", err)
	}
	return nil
}

// texts is a string or a list of strings; anything else is empty.
type texts []string

// UnmarshalJSON never fails: a licence in an odd form is no reason to lose the
// packages.
func (t *texts) UnmarshalJSON(content []byte) error {
	var one string
	if json.Unmarshal(content, &one) == nil {
		if one != "" {
			*t = texts{one}
		}
		return nil
	}
	var many []string
	if json.Unmarshal(content, &many) == nil {
		*t = many
	}
	return nil
}

type npmPackage struct {
	Version      string                `json:"version"`
	License      texts                 `json:"license"`
	Dev          bool                  `json:"dev"`
	Dependencies map[string]npmPackage `json:"dependencies"`
}

// npmLock reads package-lock.json: version 1 nests, 2 and 3 list folders.
func npmLock(content []byte) ([]Package, error) {
	// "dependencies" holds strings inside of "packages", so the two are decoded
	// apart.
	var file struct {
		Packages map[string]struct {
			Version string `json:"version"`
			License texts  `json:"license"`
			Dev     bool   `json:"dev"`
			Link    bool   `json:"link"`
		} `json:"packages"`
		Dependencies json.RawMessage `json:"dependencies"`
	}
	if err := decode(content, &file); err != nil {
		return nil, err
	}
	var packages []Package
	for _, folder := range sortedKeys(file.Packages) {
		p := file.Packages[folder]
		if i := strings.LastIndex(folder, "node_modules/"); i >= 0 && !p.Link {
			packages = append(packages, Package{folder[i+len("node_modules/"):], p.Version, p.License, p.Dev})
		}
	}
	if len(file.Packages) > 0 || len(file.Dependencies) == 0 {
		return packages, nil
	}
	var nested map[string]npmPackage
	if err := decode(file.Dependencies, &nested); err != nil {
		return nil, err
	}
	return nestedNPM(nil, nested, maxDepth), nil
}

func nestedNPM(packages []Package, nested map[string]npmPackage, depth int) []Package {
	if depth == 0 {
		return packages
	}
	for _, name := range sortedKeys(nested) {
		p := nested[name]
		packages = append(packages, Package{name, p.Version, p.License, p.Dev})
		packages = nestedNPM(packages, p.Dependencies, depth-1)
	}
	return packages
}

// bunLock reads bun.lock, whose entries begin with "name@version".
func bunLock(content []byte) ([]Package, error) {
	var file struct {
		Packages map[string][]json.RawMessage `json:"packages"`
	}
	if err := decode(plainJSON(content), &file); err != nil {
		return nil, err
	}
	var packages []Package
	for _, key := range sortedKeys(file.Packages) {
		var id string
		if entry := file.Packages[key]; len(entry) == 0 || json.Unmarshal(entry[0], &id) != nil {
			continue
		}
		if name, version, ok := cutLast(id, "@"); ok {
			packages = append(packages, Package{Name: name, Version: version})
		}
	}
	return packages, nil
}

// cutLast cuts around the last separator that is not the first byte.
func cutLast(text, separator string) (before, after string, ok bool) {
	i := strings.LastIndex(text, separator)
	if i <= 0 {
		return text, "", false
	}
	return text[:i], text[i+len(separator):], true
}

func pipfileLock(content []byte) ([]Package, error) {
	type entry struct {
		Version string `json:"version"`
	}
	var file struct {
		Default map[string]entry `json:"default"`
		Develop map[string]entry `json:"develop"`
	}
	if err := decode(content, &file); err != nil {
		return nil, err
	}
	var packages []Package
	for _, name := range sortedKeys(file.Default) {
		packages = append(packages, Package{Name: normalisePyPI(name), Version: strings.TrimLeft(file.Default[name].Version, "=")})
	}
	for _, name := range sortedKeys(file.Develop) {
		packages = append(packages, Package{Name: normalisePyPI(name), Version: strings.TrimLeft(file.Develop[name].Version, "="), Dev: true})
	}
	return packages, nil
}

func composerLock(content []byte) ([]Package, error) {
	type entry struct {
		Name    string `json:"name"`
		Version string `json:"version"`
		License texts  `json:"license"`
	}
	var file struct {
		Packages []entry `json:"packages"`
		Dev      []entry `json:"packages-dev"`
	}
	if err := decode(content, &file); err != nil {
		return nil, err
	}
	var packages []Package
	for _, p := range file.Packages {
		packages = append(packages, Package{strings.ToLower(p.Name), p.Version, p.License, false})
	}
	for _, p := range file.Dev {
		packages = append(packages, Package{strings.ToLower(p.Name), p.Version, p.License, true})
	}
	return packages, nil
}

func renvLock(content []byte) ([]Package, error) {
	var file struct {
		Packages map[string]struct {
			Version string `json:"Version"`
			License texts  `json:"License"`
		} `json:"Packages"`
	}
	if err := decode(content, &file); err != nil {
		return nil, err
	}
	var packages []Package
	for _, name := range sortedKeys(file.Packages) {
		packages = append(packages, Package{Name: name, Version: file.Packages[name].Version, Licences: file.Packages[name].License})
	}
	return packages, nil
}

func nugetLock(content []byte) ([]Package, error) {
	var file struct {
		Dependencies map[string]map[string]struct {
			Resolved string `json:"resolved"`
			Type     string `json:"type"`
		} `json:"dependencies"`
	}
	if err := decode(content, &file); err != nil {
		return nil, err
	}
	var packages []Package
	seen := map[string]bool{}
	for _, target := range sortedKeys(file.Dependencies) {
		for _, name := range sortedKeys(file.Dependencies[target]) {
			p := file.Dependencies[target][name]
			if p.Type != "Project" && !seen[name+" "+p.Resolved] {
				seen[name+" "+p.Resolved] = true
				packages = append(packages, Package{Name: name, Version: p.Resolved})
			}
		}
	}
	return packages, nil
}

func flakeLock(content []byte) ([]Package, error) {
	var file struct {
		Nodes map[string]struct {
			Locked struct {
				Rev string `json:"rev"`
			} `json:"locked"`
		} `json:"nodes"`
	}
	if err := decode(content, &file); err != nil {
		return nil, err
	}
	var packages []Package
	for _, name := range sortedKeys(file.Nodes) {
		if rev := file.Nodes[name].Locked.Rev; rev != "" {
			packages = append(packages, Package{Name: name, Version: rev})
		}
	}
	return packages, nil
}
