package maintainers

import "testing"

func TestOfSentence(t *testing.T) {
	t.Parallel()
	for sentence, want := range map[string]status{
		"Ce dépôt est aujourd'hui archivé.":                            stopped,
		"This repository has been archived.":                           stopped,
		"This project is no longer maintained.":                        stopped,
		"L'application n'est plus maintenue depuis 2021.":              stopped,
		"Our tool is deprecated.":                                      stopped,
		"No longer maintained":                                         stopped,
		"This project is not actively developed.":                      passive,
		"La maintenance est passive.":                                  passive,
		"Le projet est en pause.":                                      passive,
		"We are looking for maintainers!":                              wanted,
		"Nous recherchons une mainteneuse.":                            wanted,
		"Maintenance est active":                                       active,
		"Ce projet est activement maintenu.":                           active,
		"udata is actively maintained.":                                active,
		"Python 2 is no longer supported.":                             "",
		"Les fichiers sont archivés chaque nuit.":                      "",
		"L'ancienne route est dépréciée.":                              "",
		"The archive is deleted when the project is created.":          "",
		"Le service archive les pièces.":                               "",
		"This may never succeed and be abandoned at any point.":        "",
		"When the application is terminated, the connection is closed": "",
	} {
		if got := ofSentence(sentence); got != want {
			t.Errorf("%q: %q, want %q", sentence, got, want)
		}
	}
}

func TestOfBadge(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]status{
		"https://www.repostatus.org/badges/latest/active.svg":                         active,
		"https://www.repostatus.org/badges/2.0.0/abandoned.svg":                       stopped,
		"https://img.shields.io/badge/Maintained%3F-no-red.svg":                       stopped,
		"https://img.shields.io/badge/maintenance-passively--maintained-yellowgreen":  passive,
		"https://img.shields.io/badge/lifecycle-stable-brightgreen.svg":               "",
		"https://img.shields.io/badge/lifecycle-retired-orange.svg":                   stopped,
		"man/figures/lifecycle-superseded.svg":                                        stopped,
		"https://img.shields.io/maintenance/yes/2026":                                 active,
		"https://img.shields.io/maintenance/yes/2020":                                 "",
		"https://img.shields.io/maintenance/no/2020":                                  stopped,
		"https://img.shields.io/badge/code.gouv.fr-contributif-blue":                  active,
		"https://img.shields.io/badge/code.gouv.fr-ouvert-mediumseagreen":             "",
		"https://img.shields.io/badge/build-passing-green":                            "",
		"https://ci.example/project/status.svg":                                       "",
		"https://img.shields.io/badge/Maintenance_status-looking_for_maintainers-red": wanted,
		"://": "",
	} {
		if got := ofBadge(address, 2026); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}

func FuzzStated(f *testing.F) {
	f.Add("Ce projet n'est plus maintenu.", "https://img.shields.io/badge/maintenance-no--more-red")
	f.Fuzz(func(t *testing.T, sentence, address string) {
		_, _, _ = ofHeading(sentence), ofSentence(sentence), ofBadge(address, 2026)
	})
}
