// Package bom reads bills of materials: the lists of components, with their
// licences, that tools write in the CycloneDX and SPDX formats.
package bom

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"path"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Bill is one list of components that is kept in the repository.
type Bill struct {
	Path string
	// Format is "CycloneDX" or "SPDX".
	Format string
	// Components are in the order of the file.
	Components []Component
}

// Component is one entry of a bill.
type Component struct {
	Name, Version string
	// Licences are SPDX expressions or names, as written; empty where the bill does
	// not know.
	Licences []string
}

// maxBytes is the size past which a bill is not read.
const maxBytes = 16 << 20

type billsKey struct{}

// Of returns the bills of a snapshot, sorted by path, once. A file counts by its
// name and by its content: one that only has the name is left out, and so is one
// of an application under test.
func Of(s *audit.Snapshot) []*Bill {
	return audit.Once(s, billsKey{}, func(s *audit.Snapshot) []*Bill {
		var bills []*Bill
		for _, f := range s.OwnFiles() {
			if !named(f.Path) || f.SizeBytes > maxBytes {
				continue
			}
			content, err := s.Read(f)
			if err != nil || len(content) > maxBytes {
				continue
			}
			if bill, err := Parse(f.Path, content); err == nil {
				bills = append(bills, bill)
			}
		}
		return bills
	})
}

// named reports whether a file is called as tools call bills.
func named(file string) bool {
	name := strings.ToLower(path.Base(file))
	for dir := range strings.SplitSeq(strings.ToLower(path.Dir(file)), "/") {
		switch dir {
		case "test", "tests", "testdata", "fixtures", "examples", "example", "spec":
			return false
		}
	}
	if strings.HasSuffix(name, ".spdx") {
		return true
	}
	ext := path.Ext(name)
	if ext != ".json" && ext != ".xml" {
		return false
	}
	stem := strings.TrimSuffix(name, ext)
	return stem == "bom" || strings.HasSuffix(stem, ".cdx") || strings.HasSuffix(stem, ".spdx") || strings.HasSuffix(stem, ".bom") ||
		strings.HasSuffix(stem, "-bom") || strings.Contains(stem, "sbom") || strings.Contains(stem, "cyclonedx")
}

// Parse reads one bill in CycloneDX (JSON, XML) or SPDX 2 (JSON, tags). The
// error wraps [audit.ErrUnsupported] for anything else and [audit.ErrDamaged]
// for what cannot be read.
func Parse(name string, content []byte) (*Bill, error) {
	bill := &Bill{Path: name}
	var err error
	switch path.Ext(strings.ToLower(name)) {
	case ".json":
		err = bill.readJSON(content)
	case ".xml":
		err = bill.readXML(content)
	default:
		err = bill.readTags(string(content))
	}
	if err != nil {
		return nil, fmt.Errorf("read bill of materials %q: %w", name, err)
	}
	return bill, nil
}

// document is the union of what CycloneDX and SPDX write in JSON.
type document struct {
	BOMFormat  string         `json:"bomFormat"`
	Components []cdxComponent `json:"components"`

	SPDXVersion string        `json:"spdxVersion"`
	Packages    []spdxPackage `json:"packages"`
	Describes   []string      `json:"documentDescribes"`
}

type cdxComponent struct {
	Name     string `json:"name"`
	Version  string `json:"version"`
	Licences []struct {
		Expression string `json:"expression"`
		Licence    struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		} `json:"license"`
	} `json:"licenses"`
}

type spdxPackage struct {
	ID        string `json:"SPDXID"`
	Name      string `json:"name"`
	Version   string `json:"versionInfo"`
	Concluded string `json:"licenseConcluded"`
	Declared  string `json:"licenseDeclared"`
}

func (b *Bill) readJSON(content []byte) error {
	var d document
	if err := json.Unmarshal(content, &d); err != nil {
		return fmt.Errorf("%w: %w", err, audit.ErrDamaged)
	}
	switch {
	case strings.EqualFold(d.BOMFormat, "CycloneDX"):
		b.Format = "CycloneDX"
		for _, c := range d.Components {
			one := Component{Name: c.Name, Version: c.Version}
			for _, l := range c.Licences {
				one.add(l.Expression, l.Licence.ID, l.Licence.Name)
			}
			b.Components = append(b.Components, one)
		}
	case strings.HasPrefix(d.SPDXVersion, "SPDX-"):
		b.Format = "SPDX"
		for _, p := range d.Packages {
			if len(d.Describes) == 1 && d.Describes[0] == p.ID {
				continue // the project itself
			}
			one := Component{Name: p.Name, Version: p.Version}
			one.add(p.Concluded, p.Declared)
			b.Components = append(b.Components, one)
		}
	default:
		return fmt.Errorf("neither CycloneDX nor SPDX 2: %w", audit.ErrUnsupported)
	}
	return nil
}

// add keeps the first that says something.
func (c *Component) add(candidates ...string) {
	for _, text := range candidates {
		if text != "" && text != "NOASSERTION" && text != "NONE" {
			c.Licences = append(c.Licences, text)
			return
		}
	}
}

func (b *Bill) readXML(content []byte) error {
	var d struct {
		XMLName    xml.Name
		Components []struct {
			Name     string `xml:"name"`
			Version  string `xml:"version"`
			Licences struct {
				Expression string `xml:"expression"`
				Licence    []struct {
					ID   string `xml:"id"`
					Name string `xml:"name"`
				} `xml:"license"`
			} `xml:"licenses"`
		} `xml:"components>component"`
	}
	if err := xml.Unmarshal(content, &d); err != nil {
		return fmt.Errorf("%w: %w", err, audit.ErrDamaged)
	}
	if d.XMLName.Local != "bom" || !strings.Contains(d.XMLName.Space, "cyclonedx.org") {
		return fmt.Errorf("not CycloneDX: %w", audit.ErrUnsupported)
	}
	b.Format = "CycloneDX"
	for _, c := range d.Components {
		one := Component{Name: c.Name, Version: c.Version}
		one.add(c.Licences.Expression)
		for _, l := range c.Licences.Licence {
			one.add(l.ID, l.Name)
		}
		b.Components = append(b.Components, one)
	}
	return nil
}

// readTags reads SPDX's "Tag: value" lines.
func (b *Bill) readTags(content string) error {
	if !strings.HasPrefix(strings.TrimSpace(content), "SPDXVersion:") && !strings.Contains(content[:min(len(content), 2000)], "\nSPDXVersion:") {
		return fmt.Errorf("no SPDXVersion: %w", audit.ErrUnsupported)
	}
	b.Format = "SPDX"
	for line := range strings.Lines(content) {
		tag, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		value = strings.TrimSpace(value)
		if tag == "PackageName" {
			b.Components = append(b.Components, Component{Name: value})
		}
		if len(b.Components) == 0 {
			continue
		}
		last := &b.Components[len(b.Components)-1]
		switch tag {
		case "PackageVersion":
			last.Version = value
		case "PackageLicenseConcluded", "PackageLicenseDeclared":
			if len(last.Licences) == 0 {
				last.add(value)
			}
		}
	}
	return nil
}
