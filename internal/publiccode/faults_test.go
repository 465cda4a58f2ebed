package publiccode

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const valid = `publiccodeYmlVersion: "0.4"
name: Ports
url: https://forge.example/ports.git
platforms: [web]
categories: [appointment-scheduling]
softwareType: standalone/web
developmentStatus: stable
releaseDate: 2026-03-01
legal: {license: AGPL-3.0-or-later}
maintenance:
  type: internal
  contacts:
    - name: Ada One
localisation:
  localisationReady: false
  availableLanguages: [fr]
description:
  fr:
    shortDescription: Réserver une place
    longDescription: >
      Les plaisanciers réservent une place au port depuis leur téléphone et la paient
      en ligne ; la capitainerie voit les arrivées du jour, encaisse et rend la monnaie.
    features: [Réserver, Payer]
`

func TestFaults(t *testing.T) {
	t.Parallel()
	without := func(line string) string { return strings.Replace(valid, line+"\n", "", 1) }
	with := func(old, new string) string { return strings.Replace(valid, old, new, 1) }
	for name, one := range map[string]struct {
		content string
		want    []string
	}{
		"valid":              {valid, nil},
		"version as number":  {with(`"0.4"`, "0.4"), nil},
		"no version":         {without(`publiccodeYmlVersion: "0.4"`), []string{"publiccodeYmlVersion: missing"}},
		"version unknown":    {with(`"0.4"`, "http://repo.example/0.4"), []string{"publiccodeYmlVersion: version"}},
		"no url":             {without("url: https://forge.example/ports.git"), []string{"url: missing"}},
		"url is a word":      {with("https://forge.example/ports.git", "ports"), []string{"url: url"}},
		"no platforms":       {without("platforms: [web]"), []string{"platforms: missing"}},
		"categories":         {without("categories: [appointment-scheduling]"), []string{"categories: missing"}},
		"categories in 0.5":  {strings.Replace(without("categories: [appointment-scheduling]"), "0.4", "0.5.0", 1), nil},
		"status":             {with("stable", "production"), []string{"developmentStatus: value"}},
		"type":               {with("standalone/web", "web"), []string{"softwareType: value"}},
		"date":               {with("2026-03-01", "01/03/2026"), []string{"releaseDate: date"}},
		"no date":            {without("releaseDate: 2026-03-01"), nil},
		"no date in 0.2":     {strings.Replace(without("releaseDate: 2026-03-01"), "0.4", "0.2", 1), []string{"releaseDate: missing"}},
		"licence":            {with("{license: AGPL-3.0-or-later}", "{}"), []string{"legal.license: missing"}},
		"no contact":         {without("    - name: Ada One"), []string{"maintenance.contacts: missing"}},
		"contract":           {with("type: internal", "type: contract"), []string{"maintenance.contractors: missing"}},
		"nobody":             {strings.Replace(without("    - name: Ada One"), "internal", "none", 1), nil},
		"languages":          {with("[fr]", "[français]"), []string{"localisation.availableLanguages: language"}},
		"ready":              {with("Ready: false", "Ready: maybe"), []string{"localisation.localisationReady: value"}},
		"language of text":   {with("  fr:\n", "  french:\n"), []string{"description.french: language"}},
		"no features":        {with("    features: [Réserver, Payer]\n", ""), []string{"description.features: missing"}},
		"no short":           {without("    shortDescription: Réserver une place"), []string{"description.fr.shortDescription: missing"}},
		"short too long":     {with("Réserver une place", strings.Repeat("é", 151)), []string{"description.fr.shortDescription: length"}},
		"not even a mapping": {"- a\n", []string{": missing"}},
		"contractors": {
			with("type: internal", "type: contract\n  contractors: [{name: Code SA, until: demain, website: code}, {until: 2026-12-31}]"),
			[]string{"maintenance.contractors.0.until: date", "maintenance.contractors.0.website: url", "maintenance.contractors.1.name: missing"},
		},
	} {
		var got []string
		for _, f := range Faults([]byte(one.content)) {
			got = append(got, f.String())
		}
		if diff := cmp.Diff(one.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func FuzzFaults(f *testing.F) {
	f.Add(valid)
	f.Add("description: &d {fr: *d}\nmaintenance: {contacts: [*d, *d]}\n")
	f.Add("isBasedOn: [a, b]\nmaintenance: []\nlocalisation: 3\n")
	f.Fuzz(func(t *testing.T, content string) {
		if faults := Faults([]byte(content)); len(faults) > maxFaults {
			t.Fatal(len(faults))
		}
	})
}
