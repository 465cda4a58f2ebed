package history

import "strings"

// collectiveWords name groups of people.
var collectiveWords = wordSet(`
	team teams equipe equipes squad maintainers mainteneurs contributors contributeurs developers developpeurs
	authors auteurs editors members membres collective collectif`)

// Collective reports whether the person is really a group that commits under one
// name, "perenne maintainers" or "Équipe projet": how many people that is, no
// history tells.
func (p *Person) Collective() bool {
	for word := range strings.FieldsSeq(fold(p.Name)) {
		if collectiveWords()[word] {
			return true
		}
	}
	return false
}
