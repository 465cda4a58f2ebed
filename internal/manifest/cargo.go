package manifest

// readCargo reads Rust's Cargo.toml.
// https://doc.rust-lang.org/cargo/reference/manifest.html
func readCargo(m *Manifest, content []byte) error {
	root, err := parseTOML(content)
	if err != nil {
		return err
	}
	pack := root.get("package")
	m.Name, m.Description = pack.get("name").str(), pack.get("description").str()
	m.addLicence(pack.get("license").str())
	m.Contacts = pack.get("authors").strs()
	m.setRuntime("rust", pack.get("rust-version").str())
	m.Private = pack.get("publish").str() == "false"
	m.Library = root.get("lib") != nil && !m.Private
	m.addCargo(root)
	m.addCargo(root.get("workspace"))
	for _, target := range root.get("target").members() {
		m.addCargo(target)
	}
	return nil
}

func (m *Manifest) addCargo(from *node) {
	for _, group := range []string{"dependencies", "build-dependencies", "dev-dependencies"} {
		for _, d := range from.get(group).members() {
			name, version := d.key, d.str()+d.get("version").str()
			if renamed := d.get("package").str(); renamed != "" {
				name = renamed
			}
			m.Dependencies = append(m.Dependencies, Dependency{Name: name, Version: version, Dev: group == "dev-dependencies", Line: d.line})
		}
	}
}
