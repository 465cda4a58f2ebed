package manifest

import (
	"fmt"
	"strings"
)

// readPOM reads Maven's pom.xml. https://maven.apache.org/pom.html
func readPOM(m *Manifest, content []byte) error {
	project, err := parseXML(content)
	if err != nil {
		return err
	}
	if project.key != "project" {
		return fmt.Errorf("root element %q: %w", project.key, errOther)
	}
	properties := project.get("properties").table()
	fill := func(n *node) string { return fillProperties(n.str(), properties) }
	parent := project.get("parent")
	group := project.get("groupId").str()
	if group == "" {
		group = parent.get("groupId").str()
	}
	m.Name = group + ":" + project.get("artifactId").str()
	m.Description = project.get("description").str()
	m.Packaging = project.get("packaging").str()
	for _, licence := range project.get("licenses").each("license") {
		m.addLicence(licence.get("name").str())
	}
	for _, developer := range project.get("developers").each("developer") {
		m.addContact(developer.get("name").str(), developer.get("email").str())
	}
	for _, key := range []string{"maven.compiler.release", "java.version", "maven.compiler.target", "maven.compiler.source"} {
		if m.Runtimes["java"] == "" {
			m.setRuntime("java", fillProperties(properties[key], properties))
		}
	}
	for _, plugin := range project.get("build", "plugins").each("plugin") {
		for _, key := range []string{"release", "target"} {
			if m.Runtimes["java"] == "" && plugin.get("artifactId").str() == "maven-compiler-plugin" {
				m.setRuntime("java", fill(plugin.get("configuration", key)))
			}
		}
	}
	if parent != nil {
		m.addMaven(parent.get("groupId").str(), parent.get("artifactId").str(), fill(parent.get("version")), false, parent.line)
	}
	for _, d := range project.get("dependencies").each("dependency") {
		dev := d.get("scope").str() == "test"
		m.addMaven(fill(d.get("groupId")), fill(d.get("artifactId")), fill(d.get("version")), dev, d.line)
	}
	return nil
}

func (m *Manifest) addMaven(group, artifact, version string, dev bool, line int) {
	if group != "" && artifact != "" {
		m.Dependencies = append(m.Dependencies, Dependency{Name: group + ":" + artifact, Version: version, Dev: dev, Line: line})
	}
}

// fillProperties replaces a value that is one ${property}, as versions are
// written. Three levels are enough for any project that a person can follow.
func fillProperties(text string, properties map[string]string) string {
	for range 3 {
		name, isProperty := strings.CutPrefix(text, "${")
		name, closed := strings.CutSuffix(name, "}")
		value, known := properties[name]
		if !isProperty || !closed || !known {
			break
		}
		text = value
	}
	return text
}
