package licences

import (
	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/internal/audit"
)

// publiccode is the part of publiccode.yml that speaks of rights.
type publiccode struct {
	path    string
	licence string
	// basedOn is true when the project says that it continues another one.
	basedOn bool
}

// largestPubliccode is more than any catalogue's description needs.
const largestPubliccode = 256 << 10

func readPubliccode(s *audit.Snapshot) publiccode {
	for _, name := range []string{"publiccode.yml", "publiccode.yaml"} {
		f, ok := s.File(name)
		if !ok {
			continue
		}
		content, ok := s.ReadText(f)
		if !ok || len(content) > largestPubliccode {
			continue
		}
		var fields struct {
			IsBasedOn yaml.Node `yaml:"isBasedOn"`
			Legal     struct {
				License string `yaml:"license"`
			} `yaml:"legal"`
		}
		if err := yaml.Unmarshal([]byte(content), &fields); err != nil {
			continue
		}
		based := fields.IsBasedOn
		return publiccode{path: name, licence: fields.Legal.License, basedOn: len(based.Content) > 0 || based.Kind == yaml.ScalarNode && based.Value != ""}
	}
	return publiccode{}
}
