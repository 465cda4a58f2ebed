package guide_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/guide"
)

const beacons = `# Balises

Un service qui montre les phares et balises de la côte.

## Installation

### Sous Windows

Demander le programme au port.

## Lancer les tests

    npm test

## Architecture

Un serveur.

### Le serveur

Il sert.

## Remerciements

Aux gardiens.

## Voir aussi

Les marées.

## Mise en route

    git clone https://forge.example/balises && npm ci

## Licence

MIT
`

func TestSectionTopics(t *testing.T) {
	doc := document.Parse("README.md", []byte(beacons))
	want := map[string][]guide.Topic{
		"Balises": {guide.Purpose}, "Installation": {guide.Install}, "Sous Windows": {guide.Install},
		"Lancer les tests": {guide.Contributing}, "Architecture": nil, "Le serveur": nil,
		"Remerciements": {guide.Contact}, "Voir aussi": {guide.References}, "Mise en route": {guide.Install},
		"Licence": {guide.Licence},
	}
	for i, topics := range guide.SectionTopics(doc) {
		heading := doc.Sections[i].Heading
		if diff := cmp.Diff(want[heading], topics); diff != "" {
			t.Errorf("%s: %s", heading, diff)
		}
	}
}

// What people write over a project that they have left presents nothing.
func TestSectionTopicsOfAProjectLeft(t *testing.T) {
	doc := document.Parse("README.md", []byte("# Archivé\n\nCe dépôt est archivé, les développements ont cessé.\n\n# Marées\n\nUn service qui donne les heures des marées.\n"))
	got := guide.SectionTopics(doc)
	want := [][]guide.Topic{nil, {guide.Purpose}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzSectionTopics(f *testing.F) {
	f.Add(beacons)
	f.Add("a\n===\n\n### b\n# c\n")
	f.Fuzz(func(t *testing.T, text string) {
		doc := document.Parse("README.md", []byte(text))
		if got := guide.SectionTopics(doc); len(got) != len(doc.Sections) {
			t.Fatalf("%d answers for %d sections", len(got), len(doc.Sections))
		}
	})
}
