package manifest

import (
	"fmt"
	"strings"
)

// readPyproject reads pyproject.toml: PEP 621's [project], PEP 735's
// [dependency-groups], and the tables of poetry, pdm and uv.
// https://packaging.python.org/en/latest/specifications/pyproject-toml/
func readPyproject(m *Manifest, content []byte) error {
	root, err := parseTOML(content)
	if err != nil {
		return err
	}
	project, poetry := root.get("project"), root.get("tool", "poetry")
	if project == nil && poetry == nil && root.get("build-system") == nil && root.get("dependency-groups") == nil {
		return fmt.Errorf("settings of tools only: %w", errOther)
	}
	m.readProject(project)
	m.readPoetry(poetry)
	for _, group := range []*node{root.get("dependency-groups"), root.get("tool", "pdm", "dev-dependencies")} {
		for _, list := range group.members() {
			m.addRequirements(list, true)
		}
	}
	m.addRequirements(root.get("tool", "uv", "dev-dependencies"), true)
	for name, command := range root.get("tool", "pdm", "scripts").table() {
		m.setScript(name, command)
	}
	built := root.get("build-system") != nil
	m.Library = m.Name != "" && built && poetry.get("package-mode").str() != "false" && root.get("tool", "uv", "package").str() != "false"
	for _, classifier := range project.get("classifiers").strs() {
		m.Private = m.Private || strings.HasPrefix(classifier, "Private ::")
	}
	return nil
}

func (m *Manifest) readProject(project *node) {
	m.Name, m.Description = project.get("name").str(), project.get("description").str()
	m.setRuntime("python", project.get("requires-python").str())
	licence := project.get("license")
	m.addLicence(licence.str())
	m.addLicence(firstLine(licence.get("text").str()))
	m.addClassifierLicences(project.get("classifiers").strs())
	for _, key := range []string{"authors", "maintainers"} {
		for _, person := range project.get(key).all() {
			before := len(m.Contacts)
			m.addContact(person.get("name").str(), person.get("email").str())
			if key == "maintainers" {
				m.Maintainers = append(m.Maintainers, m.Contacts[before:]...)
			}
		}
	}
	for name, target := range project.get("urls").table() {
		if name = strings.ToLower(name); strings.Contains(name, "issue") || strings.Contains(name, "bug") || strings.Contains(name, "tracker") {
			m.Issues = target
		}
	}
	for name, target := range project.get("scripts").table() {
		m.setScript(name, target)
	}
	m.addRequirements(project.get("dependencies"), false)
	for _, extra := range project.get("optional-dependencies").members() {
		m.addRequirements(extra, devGroup(extra.key))
	}
}

func (m *Manifest) readPoetry(poetry *node) {
	if poetry == nil {
		return
	}
	if m.Name == "" {
		m.Name = poetry.get("name").str()
	}
	if m.Description == "" {
		m.Description = poetry.get("description").str()
	}
	m.addLicence(poetry.get("license").str())
	m.addClassifierLicences(poetry.get("classifiers").strs())
	for _, key := range []string{"authors", "maintainers"} {
		m.Contacts = append(m.Contacts, poetry.get(key).strs()...)
	}
	for name, target := range poetry.get("scripts").table() {
		m.setScript(name, target)
	}
	m.Maintainers = append(m.Maintainers, poetry.get("maintainers").strs()...)
	m.addPoetryTable(poetry.get("dependencies"), false)
	m.addPoetryTable(poetry.get("dev-dependencies"), true)
	for _, group := range poetry.get("group").members() {
		m.addPoetryTable(group.get("dependencies"), group.key != "main" && devGroup(group.key))
	}
}

// addPoetryTable reads poetry's name = "version" or name = {version = "…"}.
func (m *Manifest) addPoetryTable(table *node, dev bool) {
	for _, d := range table.members() {
		version := d.str()
		for _, key := range []string{"version", "git", "path", "url"} {
			if version == "" {
				version = d.get(key).str()
			}
		}
		if d.key == "python" {
			m.setRuntime("python", version)
			continue
		}
		m.Dependencies = append(m.Dependencies, Dependency{Name: normalisePyPI(d.key), Version: version, Dev: dev, Line: d.line})
	}
}

// addRequirements reads a list of requirement strings.
func (m *Manifest) addRequirements(list *node, dev bool) {
	for _, item := range list.all() {
		if d, ok := parsePEP508(item.str()); ok {
			d.Dev, d.Line = dev, item.line
			m.Dependencies = append(m.Dependencies, d)
		}
	}
}

// devGroup tells groups that serve development from those that serve a use of
// the program, such as "postgres".
func devGroup(name string) bool { return isDevRequirements(name + ".txt") }

func (m *Manifest) setScript(name, command string) {
	if m.Scripts == nil {
		m.Scripts = map[string]string{}
	}
	m.Scripts[name] = command
}

func (m *Manifest) addLicence(text string) {
	if text != "" {
		m.Licences = append(m.Licences, text)
	}
}

// addClassifierLicences keeps what follows "License ::" in trove classifiers,
// when no licence was stated otherwise.
func (m *Manifest) addClassifierLicences(classifiers []string) {
	if len(m.Licences) > 0 {
		return
	}
	for _, classifier := range classifiers {
		if rest, ok := strings.CutPrefix(classifier, "License :: "); ok && rest != "OSI Approved" {
			m.addLicence(strings.TrimPrefix(rest, "OSI Approved :: "))
		}
	}
}

func (m *Manifest) addContact(name, mail string) {
	text := name
	if mail != "" {
		text = strings.TrimSpace(name + " <" + mail + ">")
	}
	if text != "" {
		m.Contacts = append(m.Contacts, text)
	}
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(line)
}
