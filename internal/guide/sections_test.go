package guide_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

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

const lighthouse = `# Phare

Un service qui allume les phares de la côte.

## Objectifs de la documentation

Aider les gardiens.

## Serveur de développement

    make up

## Tests

### Avec Docker

    docker compose run phare make test

## Données de test

    make seed

## Déploiement

### Configuration

La lampe est réglée par le port.

## Principe de fonctionnement

Une lampe tourne.

## Sécurité

La porte ferme à clef.

## Les autres feux

- [Feu vert](https://feux.example/vert)
- [Feu rouge](https://feux.example/rouge)

## Allumer depuis un programme

` + "```python\nphare.allume()\n```" + `

## Droit d'utilisation

Aux gardiens seulement.
`

// Headings that name a second topic by the way, and sections that only their
// content tells.
func TestSectionTopicsByMeaning(t *testing.T) {
	doc := document.Parse("README.md", []byte(lighthouse))
	want := map[string][]guide.Topic{
		"Phare": {guide.Purpose}, "Objectifs de la documentation": {guide.Purpose},
		"Serveur de développement": {guide.Install}, "Tests": {guide.Contributing}, "Avec Docker": {guide.Contributing},
		"Données de test": {guide.Install}, "Les autres feux": {guide.References}, "Allumer depuis un programme": {guide.Usage},
		"Droit d'utilisation": {guide.Licence},
	}
	for i, topics := range guide.SectionTopics(doc) {
		heading := doc.Sections[i].Heading
		if diff := cmp.Diff(want[heading], topics, cmpopts.EquateEmpty()); diff != "" {
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
