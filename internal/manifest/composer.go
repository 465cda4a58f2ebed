package manifest

import "strings"

// readComposer reads PHP's composer.json. https://getcomposer.org/doc/04-schema.md
func readComposer(m *Manifest, content []byte) error {
	root, err := parseJSON(content)
	if err != nil {
		return err
	}
	m.Name, m.Description = root.get("name").str(), root.get("description").str()
	m.Licences = root.get("license").strs()
	m.Contacts = composerContacts(root)
	m.setRuntime("php", root.get("require", "php").str())
	// Composer takes an absent type for a library, and most applications leave it
	// out: only one that is written counts.
	kind := root.get("type").str()
	m.Library = kind != "" && kind != "project" && kind != "metapackage"
	m.Private, m.Packaging = kind == "project", kind
	for _, group := range []string{"require", "require-dev"} {
		for _, d := range root.get(group).members() {
			// Names without a slash are the platform: php, ext-json, lib-curl.
			if strings.Contains(d.key, "/") {
				m.Dependencies = append(m.Dependencies, Dependency{
					Name: strings.ToLower(d.key), Version: d.str(), Dev: group == "require-dev", Line: d.line,
				})
			}
		}
	}
	for _, script := range root.get("scripts").members() {
		if m.Scripts == nil {
			m.Scripts = map[string]string{}
		}
		m.Scripts[script.key] = strings.Join(script.strs(), " && ")
	}
	// Scalingo runs these at each deployment.
	// https://doc.scalingo.com/languages/php/start
	if steps := root.get("extra", "paas", "compile").strs(); len(steps) > 0 {
		if m.Scripts == nil {
			m.Scripts = map[string]string{}
		}
		m.Scripts["paas-compile"] = strings.Join(steps, " && ")
	}
	return nil
}

func composerContacts(root *node) []string {
	var contacts []string
	for _, author := range root.get("authors").all() {
		text := author.get("name").str()
		if mail := author.get("email").str(); mail != "" {
			text = strings.TrimSpace(text + " <" + mail + ">")
		}
		if text != "" {
			contacts = append(contacts, text)
		}
	}
	return contacts
}
