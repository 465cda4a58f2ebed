package maintainers

import (
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/internal/audit"
)

// publiccode is the part of publiccode.yml that speaks of maintenance.
type publiccode struct {
	path string
	// kind is internal, contract, community, none, or "" when not said.
	kind     string
	kindLine int
	people   []declared
}

// maxPubliccodeBytes is more than any catalogue's description needs.
const maxPubliccodeBytes = 256 << 10

type publiccodeKey struct{}

func readPubliccode(s *audit.Snapshot) publiccode {
	return audit.Once(s, publiccodeKey{}, func(s *audit.Snapshot) publiccode {
		for _, name := range []string{"publiccode.yml", "publiccode.yaml"} {
			if f, found := s.File(name); found {
				if text, ok := s.ReadText(f); ok && len(text) <= maxPubliccodeBytes {
					return parsePubliccode(f.Path, text)
				}
			}
		}
		return publiccode{}
	})
}

// parsePubliccode reads maintenance.type, contacts and contractors. A file that
// is no YAML says nothing; another check judges it.
func parsePubliccode(path, text string) publiccode {
	p := publiccode{path: path}
	var fields struct {
		Maintenance struct {
			Type        yaml.Node `yaml:"type"`
			Contacts    []party   `yaml:"contacts"`
			Contractors []party   `yaml:"contractors"`
		} `yaml:"maintenance"`
	}
	// A type error in one field leaves the others filled.
	_ = yaml.Unmarshal([]byte(text), &fields)
	m := fields.Maintenance
	p.kind, p.kindLine = m.Type.Value, m.Type.Line
	for _, one := range m.Contacts {
		p.add(one, maintainer)
	}
	for _, one := range m.Contractors {
		p.add(one, contractor)
	}
	return p
}

// party is a contact or a contractor.
type party struct {
	Name  yaml.Node `yaml:"name"`
	Email yaml.Node `yaml:"email"`
	Until yaml.Node `yaml:"until"`
}

func (p *publiccode) add(one party, as role) {
	d := declared{role: as, place: audit.Place{Path: p.path, Line: max(one.Name.Line, one.Email.Line)}}
	d.name, d.email = one.Name.Value, one.Email.Value
	if one.Name.Line > 0 {
		d.place.Line = one.Name.Line
	}
	if until, err := time.Parse(time.DateOnly, one.Until.Value); err == nil {
		// The contract still holds on its last day.
		d.until = until.AddDate(0, 0, 1)
	}
	if (d.name != "" || d.email != "") && !isPlaceholder(d.entry) && len(p.people) < maxDeclared {
		p.people = append(p.people, d)
	}
}
