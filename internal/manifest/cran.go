package manifest

import (
	"fmt"
	"regexp"
	"strings"
)

// readDescription reads R's DESCRIPTION, a list of "Field: value" whose values go
// on in indented lines.
// https://cran.r-project.org/doc/manuals/R-exts.html#The-DESCRIPTION-file
func readDescription(m *Manifest, content []byte) error {
	fields := debianFields(string(content))
	field := func(name string) string { return strings.Join(strings.Fields(fields[name].text), " ") }
	for _, name := range []string{"Package", "Imports", "Depends", "Suggests", "Type"} {
		if _, ok := fields[name]; !ok {
			continue
		}
		m.Name, m.Description, m.Packaging = field("Package"), field("Title"), field("Type")
		m.addLicence(field("License"))
		for _, key := range []string{"Maintainer", "Author"} {
			if text := field(key); text != "" {
				m.Contacts = append(m.Contacts, text)
				if key == "Maintainer" {
					m.Maintainers = append(m.Maintainers, text)
				}
			}
		}
		m.addPersons(field("Authors@R"))
		m.Issues = field("BugReports")
		for _, key := range []string{"Depends", "Imports", "LinkingTo", "Suggests"} {
			m.addCRAN(fields[key], key == "Suggests")
		}
		// The author that a generator writes tells a DESCRIPTION that nobody made their own.
		made := !strings.Contains(fields["Authors@R"].text, "first.last@example.com")
		m.Library = m.Name != "" && fields["Version"].text != "" && made
		return nil
	}
	return fmt.Errorf("no field of an R package: %w", errOther)
}

type debianField struct {
	text string
	line int
}

func debianFields(content string) map[string]debianField {
	fields := map[string]debianField{}
	current, number := "", 0
	for line := range strings.SplitSeq(content, "\n") {
		number++
		if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
			if f, ok := fields[current]; ok && len(f.text) < maxLineBytes {
				f.text += "\n" + line
				fields[current] = f
			}
			continue
		}
		name, value, found := strings.Cut(line, ":")
		if found && !strings.ContainsAny(name, " \t") {
			current = name
			fields[name] = debianField{value, number}
		}
	}
	return fields
}

var cranEntry = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9.]*)\s*(?:\(([^)]*)\))?`)

// addCRAN reads "pkg (>= 1.0), other", keeping the line of each.
func (m *Manifest) addCRAN(field debianField, dev bool) {
	line := field.line
	for entry := range strings.SplitSeq(field.text, ",") {
		leading := entry[:len(entry)-len(strings.TrimLeft(entry, " \t\r\n"))]
		at := line + strings.Count(leading, "\n")
		line += strings.Count(entry, "\n")
		match := cranEntry.FindStringSubmatch(strings.TrimSpace(entry))
		switch {
		case match == nil:
		case match[1] == "R":
			m.setRuntime("r", match[2])
		default:
			m.Dependencies = append(m.Dependencies, Dependency{Name: match[1], Version: match[2], Dev: dev, Line: at})
		}
	}
}

var personCall = regexp.MustCompile(`person\(`)

// addPersons reads the literal names and addresses of person(…) calls.
func (m *Manifest) addPersons(expression string) {
	for _, call := range personCall.Split(expression, -1)[1:] {
		name, mail, creator := "", "", false
		for _, text := range rubyStrings(call) {
			switch {
			case text == "cre":
				creator = true
			case strings.Contains(text, "@"):
				mail = text
			case name == "" || !strings.Contains(name, " ") && len(text) > 3:
				name = strings.TrimSpace(name + " " + text)
			}
		}
		before := len(m.Contacts)
		m.addContact(name, mail)
		if creator { // who answers for the package, in R's words
			m.Maintainers = append(m.Maintainers, m.Contacts[before:]...)
		}
	}
}

// readRenv reads renv.lock as a declaration: R projects that are no package have
// no other list of what they use. https://rstudio.github.io/renv/reference/lockfiles.html
func readRenv(m *Manifest, content []byte) error {
	root, err := parseJSON(content)
	if err != nil {
		return err
	}
	m.setRuntime("r", root.get("R", "Version").str())
	for _, d := range root.get("Packages").members() {
		m.Dependencies = append(m.Dependencies, Dependency{Name: d.key, Version: d.get("Version").str(), Line: d.line})
	}
	return nil
}
