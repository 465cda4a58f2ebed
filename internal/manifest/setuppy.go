package manifest

import (
	"fmt"
	"strings"
)

// readSetupPy reads the literals that setup.py gives to setup(): perenne runs no
// Python. A list that is named first and given by name is followed; one that is
// computed stays unknown.
func readSetupPy(m *Manifest, content []byte) error {
	tokens := pythonTokens(string(content))
	call := -1
	for i := range tokens {
		if tokens[i].text == "setup" && !tokens[i].quoted && tokenText(tokens, i+1) == "(" {
			call = i + 2
		}
	}
	if call < 0 {
		return fmt.Errorf("no call of setup(): %w", errOther)
	}
	m.Library = true
	for _, a := range pythonArguments(tokens, call) {
		values := pythonStrings(tokens, a.value, 2)
		if len(values) == 0 {
			continue
		}
		m.setupArgument(tokens, a.name, a.value, values)
	}
	return nil
}

func (m *Manifest) setupArgument(tokens []pythonToken, name string, at int, values []pythonToken) {
	first := values[0].text
	switch name {
	case "name":
		m.Name = first
	case "description":
		m.Description = first
	case "license":
		m.Licences = append([]string{first}, m.Licences...)
	case "author", "maintainer":
		m.Contacts = append(m.Contacts, first)
	case "python_requires":
		m.setRuntime("python", first)
	case "classifiers":
		var classifiers []string
		for _, v := range values {
			classifiers = append(classifiers, v.text)
		}
		m.addClassifierLicences(classifiers)
	case "install_requires":
		m.addPythonStrings(values, false)
	case "tests_require", "setup_requires":
		m.addPythonStrings(values, true)
	case "extras_require":
		for _, group := range pythonDict(tokens, at) {
			m.addPythonStrings(group.values, devGroup(group.name))
		}
	}
}

func (m *Manifest) addPythonStrings(values []pythonToken, dev bool) {
	for _, v := range values {
		for entry := range strings.SplitSeq(v.text, "\n") {
			if d, ok := parsePEP508(entry); ok {
				d.Dev, d.Line = dev, v.line
				m.Dependencies = append(m.Dependencies, d)
			}
		}
	}
}
