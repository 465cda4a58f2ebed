package manifest

import "fmt"

// readPipfile reads Pipenv's Pipfile. https://pipenv.pypa.io/en/latest/pipfile.html
func readPipfile(m *Manifest, content []byte) error {
	root, err := parseTOML(content)
	if err != nil {
		return err
	}
	for _, key := range []string{"python_version", "python_full_version"} {
		m.setRuntime("python", root.get("requires", key).str())
	}
	m.addPoetryTable(root.get("packages"), false)
	m.addPoetryTable(root.get("dev-packages"), true)
	m.Scripts = root.get("scripts").table()
	return nil
}

// readSetupCfg reads setuptools' declarative setup.cfg.
// https://setuptools.pypa.io/en/latest/userguide/declarative_config.html
func readSetupCfg(m *Manifest, content []byte) error {
	sections := parseINI(string(content))
	metadata, options := sections["metadata"], sections["options"]
	if metadata == nil && options == nil {
		return fmt.Errorf("neither [metadata] nor [options]: %w", errOther)
	}
	m.Name, m.Description = metadata["name"].first(), metadata["description"].first()
	m.addLicence(metadata["license"].first())
	m.addClassifierLicences(metadata["classifiers"].texts())
	m.addContact(metadata["author"].first(), metadata["author_email"].first())
	m.addContact(metadata["maintainer"].first(), metadata["maintainer_email"].first())
	m.setRuntime("python", options["python_requires"].first())
	m.addValues(options["install_requires"], false)
	m.addValues(options["tests_require"], true)
	extras := sections["options.extras_require"]
	for _, name := range sortedKeys(extras) {
		m.addValues(extras[name], devGroup(name))
	}
	m.Library = m.Name != ""
	return nil
}

func (m *Manifest) addValues(values iniValue, dev bool) {
	for _, v := range values {
		if d, ok := parsePEP508(v.text); ok {
			d.Dev, d.Line = dev, v.line
			m.Dependencies = append(m.Dependencies, d)
		}
	}
}
