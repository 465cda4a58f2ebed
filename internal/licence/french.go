package licence

import "strings"

// frenchText recognises the French versions of the CeCILL family and of the
// EUPL, which are as binding as the English ones, and the Licence Ouverte: by
// their length, by the headings of their articles in order, and by what only one
// of them says. Their titles are often left out.
func frenchText(w *words, content []byte) string {
	if len(w.list) < shortest || len(w.list) > longest {
		return ""
	}
	text := " " + string(w.text)
	switch {
	case len(w.list) < 1200:
		if inOrder(text, openHeadings) {
			return openVersion(text)
		}
		if inOrder(text, openHeadingsInEnglish) && strings.Contains(text, " grantor ") {
			return "etalab-2.0"
		}
	case inOrder(text, cecillHeadings):
		return cecillVersion(" " + string(tokens(content).text))
	case inOrder(text, euplHeadings) && strings.Contains(text, " 1.2 "):
		return "EUPL-1.2"
	}
	return ""
}

// shortest and longest bound the length of such a text, words of one letter left
// out: a summary is shorter, a file with several licences longer.
const shortest, longest = 400, 4600

// FirstOpenLicence is the Licence Ouverte of 2011, which has no SPDX id.
const FirstOpenLicence = "LicenseRef-etalab-1.0"

// openVersion tells the Licence Ouverte of 2017, which a "concédant" grants, from
// that of 2011, whose "producteur" does.
func openVersion(text string) string {
	switch {
	case strings.Contains(text, " concedant "):
		return "etalab-2.0"
	case strings.Contains(text, " producteur "):
		return FirstOpenLicence
	}
	return ""
}

// openHeadingsInEnglish are those of the translation that its authors publish.
var openHeadingsInEnglish = []string{
	"reuser is free to reuse the information", "subject to", "personal data", "intellectual property rights", "liability", "applicable legislation",
	"compatibility of this license", "definitions",
}

var openHeadings = []string{
	"vous etes libre de reutiliser", "sous reserve de", "mentionner la paternite de", "responsabilite", "droits de propriete intellectuelle",
	"compatibilite de la presente license", "definitions", "reutilisateur",
}

// inOrder reports whether all headings but one stand in the text, one after the
// other.
func inOrder(text string, headings []string) bool {
	missed := 0
	for _, heading := range headings {
		if _, after, ok := strings.Cut(text, " "+heading+" "); ok {
			text = " " + after
		} else if missed++; missed > 1 {
			return false
		}
	}
	return true
}

// cecillVersion tells the licences of the family apart. Version 2.1 is the one
// that names the Affero GPL among those it is compatible with; "" is for the
// versions before 2, which were published in French and are among the
// references.
func cecillVersion(text string) string {
	switch {
	case strings.Contains(text, " cecill b "):
		return "CECILL-B"
	case strings.Contains(text, " cecill c "):
		return "CECILL-C"
	case strings.Contains(text, " affero "):
		return "CECILL-2.1"
	case strings.Contains(text, " version 2.0 "):
		return "CECILL-2.0"
	}
	return ""
}

var cecillHeadings = []string{
	"definitions", "objet", "acceptation", "entree en vigueur", "etendue des droits concedes",
	"propriete intellectuelle", "services associes", "responsabilite", "garantie", "resiliation",
	"dispositions diverses", "nouvelles versions du contrat", "loi applicable et competence territoriale",
}

var euplHeadings = []string{
	"definitions", "communication du code source", "limitations du droit auteur", "obligations du licencie", "chaine auteurs",
	"exclusion de garantie", "exclusion de responsabilite", "accords additionnels", "acceptation de la license",
	"information du public", "fin de la license", "juridiction competente", "droit applicable", "appendice",
}
