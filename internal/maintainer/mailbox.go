package maintainer

import (
	"slices"
	"strings"
)

// functional are the words of an address that stands for an office: no person's
// departure silences it.
var functional = []string{
	"contact", "equipe", "team", "support", "info", "dev", "data", "dsi", "dnum", "snum", "assistance", "aide", "help", "admin",
	"maintenance", "mainteneurs", "maintainers", "opensource", "open-source", "projet", "project", "bureau", "service", "pole", "lab",
	"hello", "bonjour", "labo", "product", "produit", "incubateur", "webmaster", "security", "securite", "tech", "technique", "communaute", "community",
}

// IsMailbox reports whether the address is an office's rather than a person's.
// An address of "word" alone at an administration is one too: nobody there has
// a mailbox without a last name.
func IsMailbox(email string) bool {
	local, _, _ := strings.Cut(strings.ToLower(email), "@")
	words := strings.FieldsFunc(local, func(r rune) bool { return r == '.' || r == '-' || r == '_' || r == '+' })
	if slices.ContainsFunc(words, func(w string) bool { return slices.Contains(functional, w) }) {
		return true
	}
	return IsAdministration(email) && !strings.Contains(local, ".")
}

// IsAdministration reports whether the address is a public body's, as far as
// the domain tells.
func IsAdministration(email string) bool {
	_, domain, _ := strings.Cut(strings.ToLower(email), "@")
	for _, suffix := range []string{
		"gouv.fr", "data.gouv.fr", "beta.gouv.fr", "numerique.gouv.fr", "gouv.qc.ca", "gc.ca", "gov.uk", "gov", "europa.eu",
		"admin.ch", "fgov.be", "etat.lu", "public.lu", "gov.it", "gob.es", "bund.de", "service-public.fr", "assemblee-nationale.fr",
		"senat.fr", "insee.fr", "ademe.fr", "adullact.org", "cnil.fr", "cerema.fr", "ign.fr", "pole-emploi.fr", "francetravail.fr",
	} {
		if domain == suffix || strings.HasSuffix(domain, "."+suffix) {
			return true
		}
	}
	return false
}
