package publiccode

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/internal/audit"
)

const whole = `publiccodeYmlVersion: "0.4"
name: Ports
url: https://forge.example/ports.git
softwareType: standalone/web
developmentStatus: stable
isBasedOn: https://forge.example/harbours.git
legal: {license: AGPL-3.0-or-later}
organisation: {name: Mairie}
maintenance:
  type: contract
  contacts:
    - name: Ada One
      email: ada@x.fr
  contractors:
    - {name: Code SA, until: 2026-12-31}
description:
  fr:
    shortDescription: Réserver une place
    features: [Réserver, Payer]
  en: ~
`

func TestParse(t *testing.T) {
	want := &File{
		Path: "publiccode.yml", Version: Value{"0.4", 1}, Name: Value{"Ports", 2}, URL: Value{"https://forge.example/ports.git", 3},
		SoftwareType: Value{"standalone/web", 4}, DevelopmentStatus: Value{"stable", 5},
		BasedOn: []Value{{"https://forge.example/harbours.git", 6}}, Licence: Value{"AGPL-3.0-or-later", 7}, RepoOwner: Value{"Mairie", 8},
		Maintenance: Value{"contract", 10},
		Contacts:    []Party{{Name: Value{"Ada One", 12}, Email: Value{"ada@x.fr", 13}, Line: 12}},
		Contractors: []Party{{Name: Value{"Code SA", 15}, Until: Value{"2026-12-31", 15}, Line: 15}},
		Descriptions: []Description{
			{Language: Value{"fr", 17}, Short: Value{"Réserver une place", 18}, Features: []Value{{"Réserver", 19}, {"Payer", 19}}},
			{Language: Value{"en", 20}},
		},
		Keys: []Value{
			{"publiccodeYmlVersion", 1}, {"name", 2}, {"url", 3}, {"softwareType", 4}, {"developmentStatus", 5}, {"isBasedOn", 6},
			{"legal", 7}, {"organisation", 8}, {"maintenance", 9}, {"description", 16},
		},
	}
	if diff := cmp.Diff(want, Parse("publiccode.yml", []byte(whole))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A value of the wrong kind hides none of the others.
func TestParseOddities(t *testing.T) {
	p := Parse("publiccode.yml", []byte("name: [a]\nlegal: MIT\nmaintenance: {type: none, contacts: nobody}\nisBasedOn: [{url: https://x.example/a}, b]\n"))
	if p.Err != nil || p.Name.Said() || p.Licence.Said() || p.Maintenance.Text != "none" || len(p.Contacts) != 0 || len(p.BasedOn) != 2 {
		t.Errorf("%+v", p)
	}
	for _, content := range []string{"", "- a\n", "a: [", "\x00"} {
		if p := Parse("publiccode.yml", []byte(content)); !errors.Is(p.Err, audit.ErrDamaged) {
			t.Errorf("%q: error %v", content, p.Err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(whole)
	f.Add("a: &a {maintenance: *a}\n<<: *a\nisBasedOn: &b [*b]\n")
	f.Fuzz(func(t *testing.T, content string) {
		if p := Parse("publiccode.yml", []byte(content)); p.Err != nil && len(p.Keys) > 0 {
			t.Fatal("keys and an error")
		}
	})
}
