// Package publiccode reads publiccode.yml, the file in which a public body
// describes its software for catalogues (https://yml.publiccode.tools). It reads
// what is written, whatever version of the standard it follows; [Faults] alone
// judges it.
package publiccode

import (
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/yamlfile"
)

// Value is one scalar as written, "" on line 0 where there is none.
type Value struct {
	Text string
	// Line counts from 1.
	Line int
}

// Said reports whether the file gives the value.
func (v Value) Said() bool { return v.Text != "" }

// File is one publiccode.yml.
type File struct {
	Path string
	// Version is that of the standard: "0.2", "0.5.0".
	Version Value
	// Name, URL and LandingURL are those of the software.
	Name, URL, LandingURL Value
	// SoftwareType is "standalone/web", "library" and so on; DevelopmentStatus is
	// "concept", "development", "beta", "stable" or "obsolete".
	SoftwareType, DevelopmentStatus Value
	// SoftwareVersion is the last stable one and ReleaseDate its date.
	SoftwareVersion, ReleaseDate Value
	// Licence is legal.license, an SPDX expression; RepoOwner is
	// legal.repoOwner, or organisation.name, which has taken its place.
	Licence, RepoOwner Value
	// BasedOn lists the addresses of the software that this one continues.
	BasedOn []Value
	// Maintenance is "internal", "contract", "community" or "none".
	Maintenance Value
	// Contacts and Contractors are in the order of the file; may be empty.
	Contacts, Contractors []Party
	// Descriptions are one for each language, in the order of the file.
	Descriptions []Description
	// Keys are those at the top of the file, in its order.
	Keys []Value
	// Err is why nothing could be read, wrapping [audit.ErrTooLarge],
	// [audit.ErrDamaged] or what reading the file gave.
	Err error
}

// Party is a person or a company that maintains the software.
type Party struct {
	Name, Email, Phone, Affiliation, Website Value
	// Until is the last day of a contract, as written.
	Until Value
	// Line is where the entry begins.
	Line int
}

// Description is what the file says to readers of one language.
type Description struct {
	// Language is the key, a BCP 47 tag.
	Language                            Value
	Short, Long, LocalName, GenericName Value
	// Documentation is the address of what users read.
	Documentation Value
	Features      []Value
}

// names are those that catalogues look for, the first being the usual one.
var names = []string{"publiccode.yml", "publiccode.yaml"}

type fileKey struct{}

// Of reads the file at the top of the repository, once; nil when there is none.
func Of(s *audit.Snapshot) *File {
	return audit.Once(s, fileKey{}, func(s *audit.Snapshot) *File {
		for _, name := range names {
			if f, found := s.File(name); found {
				content, err := s.Read(f)
				if err != nil {
					return &File{Path: f.Path, Err: err}
				}
				return Parse(f.Path, content)
			}
		}
		return nil
	})
}

// Parse reads the content of one file; the path is kept as it is given.
func Parse(path string, content []byte) *File {
	p := &File{Path: path}
	documents, err := yamlfile.Parse(content)
	switch {
	case err != nil:
		p.Err = fmt.Errorf("%s: %w", path, err)
	case len(documents) == 0 || documents[0].Kind != yaml.MappingNode:
		p.Err = fmt.Errorf("%s: no keys: %w", path, audit.ErrDamaged)
	default:
		p.read(documents[0])
	}
	return p
}

func (p *File) read(top *yaml.Node) {
	for key := range yamlfile.Fields(top) {
		p.Keys = append(p.Keys, valueOf(key))
	}
	get := func(path ...string) Value { return valueOf(yamlfile.Field(top, path...)) }
	p.Version, p.Name, p.URL, p.LandingURL = get("publiccodeYmlVersion"), get("name"), get("url"), get("landingURL")
	p.SoftwareType, p.DevelopmentStatus = get("softwareType"), get("developmentStatus")
	p.SoftwareVersion, p.ReleaseDate = get("softwareVersion"), get("releaseDate")
	p.Licence, p.RepoOwner = get("legal", "license"), get("legal", "repoOwner")
	if !p.RepoOwner.Said() {
		p.RepoOwner = get("organisation", "name")
	}
	p.BasedOn = values(yamlfile.Field(top, "isBasedOn"))
	p.Maintenance = get("maintenance", "type")
	p.Contacts = parties(yamlfile.Field(top, "maintenance", "contacts"))
	p.Contractors = parties(yamlfile.Field(top, "maintenance", "contractors"))
	for language, node := range yamlfile.Fields(yamlfile.Field(top, "description")) {
		say := func(key string) Value { return valueOf(yamlfile.Field(node, key)) }
		p.Descriptions = append(p.Descriptions, Description{
			Language: valueOf(language), Short: say("shortDescription"), Long: say("longDescription"),
			LocalName: say("localisedName"), Documentation: say("documentation"), GenericName: say("genericName"), Features: values(yamlfile.Field(node, "features")),
		})
	}
}

func parties(list *yaml.Node) []Party {
	var all []Party
	for _, node := range yamlfile.Sequence(list) {
		get := func(key string) Value { return valueOf(yamlfile.Field(node, key)) }
		all = append(all, Party{
			Name: get("name"), Email: get("email"), Phone: get("phone"), Affiliation: get("affiliation"), Website: get("website"),
			Until: get("until"), Line: node.Line,
		})
	}
	return all
}

func valueOf(n *yaml.Node) Value {
	text := yamlfile.Text(n)
	if text == "" {
		return Value{}
	}
	return Value{Text: text, Line: yamlfile.FirstLine(n)}
}

// values reads a list, where one value may stand for a list of itself, and one
// with a key for itself.
func values(list *yaml.Node) []Value {
	var all []Value
	for _, node := range yamlfile.Items(list) {
		for _, inner := range yamlfile.Fields(node) {
			node = inner
			break
		}
		if v := valueOf(node); v.Said() {
			all = append(all, v)
		}
	}
	return all
}
