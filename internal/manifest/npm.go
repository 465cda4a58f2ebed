package manifest

import "strings"

// readPackageJSON reads npm's package.json.
// https://docs.npmjs.com/cli/configuring-npm/package-json
func readPackageJSON(m *Manifest, content []byte) error {
	root, err := parseJSON(content)
	if err != nil {
		return err
	}
	m.Name, m.Description = root.get("name").str(), root.get("description").str()
	m.Private = root.get("private").str() == "true"
	m.Licences = npmLicences(root)
	m.Scripts = root.get("scripts").table()
	for _, name := range []string{"node", "npm", "yarn", "pnpm"} {
		m.setRuntime(name, root.get("engines", name).str())
	}
	if manager, version, ok := strings.Cut(root.get("packageManager").str(), "@"); ok && m.Runtimes[manager] == "" {
		m.setRuntime(manager, version)
	}
	m.setRuntime("node", root.get("volta", "node").str())
	for _, group := range []struct {
		key string
		dev bool
	}{{"dependencies", false}, {"devDependencies", true}, {"optionalDependencies", false}, {"peerDependencies", false}} {
		for _, d := range root.get(group.key).members() {
			m.Dependencies = append(m.Dependencies, Dependency{Name: d.key, Version: d.str(), Dev: group.dev, Line: d.line})
		}
	}
	m.Issues = root.get("bugs").str() + root.get("bugs", "url").str()
	m.Contacts = npmContacts(root)
	m.Library = !m.Private && m.Name != "" && publishable(root)
	return nil
}

// npmLicences reads "license", and the two forms that npm has given up.
func npmLicences(root *node) []string {
	var licences []string
	for _, key := range []string{"license", "licence", "licenses"} {
		value := root.get(key)
		if kind := value.get("type").str(); kind != "" {
			licences = append(licences, kind)
		}
		for _, one := range value.all() {
			if text := one.str() + one.get("type").str(); text != "" {
				licences = append(licences, text)
			}
		}
	}
	return licences
}

// npmContacts writes objects the way npm writes strings: "Name <mail>".
func npmContacts(root *node) []string {
	var contacts []string
	add := func(n *node) {
		text := n.str()
		if n != nil && n.kind == object {
			text = n.get("name").str()
			if mail := n.get("email").str(); mail != "" {
				text = strings.TrimSpace(text + " <" + mail + ">")
			}
		}
		if text != "" {
			contacts = append(contacts, text)
		}
	}
	add(root.get("author"))
	for _, key := range []string{"maintainers", "contributors"} {
		for _, one := range root.get(key).all() {
			add(one)
		}
	}
	return contacts
}

// publishable reports whether the package offers itself for import. "main" says
// nothing: npm init writes it into every application.
func publishable(root *node) bool {
	for _, key := range []string{"exports", "module", "types", "typings", "files", "publishConfig", "peerDependencies", "unpkg", "jsdelivr"} {
		if root.get(key) != nil {
			return true
		}
	}
	return false
}

func (m *Manifest) setRuntime(name, constraint string) {
	if constraint == "" {
		return
	}
	if m.Runtimes == nil {
		m.Runtimes = map[string]string{}
	}
	m.Runtimes[name] = constraint
}
