package guide

import (
	"regexp"
	"strings"
	"sync"
	"unicode"

	"github.com/perenne-audit/perenne/internal/document"
)

// Topic is what a section is about, told by its heading.
type Topic string

// The topics. A heading may name several, and most name none.
const (
	Purpose      Topic = "purpose"
	Install      Topic = "install"
	Usage        Topic = "usage"
	Contact      Topic = "contact"
	People       Topic = "people"
	Licence      Topic = "licence"
	Contributing Topic = "contributing"
	Development  Topic = "development"
	Deployment   Topic = "deployment"
	operations   Topic = "operations"
	Architecture Topic = "architecture"
	Contents     Topic = "contents"
	References   Topic = "references"
)

// vocabulary gives the words of headings, in both languages, without accents.
// A phrase counts when its words follow each other in the heading; after "=", when
// the heading says nothing else.
var vocabulary = map[Topic]string{
	Purpose: `about|a propos|presentation|introduction|objectif|objectifs|=but|le but|but du projet|but de|contexte|context|description|overview|vue d ensemble|
		pourquoi|why|what is|what it is|qu est ce|c est quoi|le projet|the project|goal|goals|purpose|resume|summary|abstract|
		fonctionnalites|features|argument|motivation|philosophy|philosophie|=le logiciel|=logiciel|en bref|mission|background|presentation du projet|about the project|
		captures d ecran|screenshots|cas d usage|cas d utilisation|=contenu|highlights|key features|caracteristiques|avantages|benefits|que contient|what s inside|what is inside`,
	Install: `install|installer|installation|installing|installations|getting started|get started|demarrer|demarrage|prise en main|
		quick start|quickstart|lancer|lancement|launch|launching|setup|set up|setting up|mise en place|prerequis|pre requis|prerequisites|
		requirements|dependencies|dependances|running|run|en local|locally|local|build|building|compilation|compiler|pour commencer|premiers pas|
		first steps|comment lancer|how to run|start|starting|bootstrap|developpement local|technical dependencies`,
	Usage: `usage|utilisation|utiliser|using|how to use|mode d emploi|comment utiliser|comment ca marche|exemple|exemples|example|examples|
		guide utilisateur|user guide|manuel|run|running|lancer|lancement|launch|launching|execution|executer|commandes|commands|demo|
		tutorial|tutoriel|cli|demarrer|demarrage|getting started|how it works|fonctionnement|quick start|quickstart|start`,
	Contact: `contact|contacts|contactez|contacter|nous contacter|contact us|=support|getting support|get support|support technique|technical support|support and|support et|user support|support utilisateurs|=aide|=help|getting help|get help|need help|obtenir de l aide|aide et|help and|besoin d aide|assistance|
		feedback|signaler|issues|bugs|questions|une question|mainteneur|mainteneurs|mainteneuse|maintainer|maintainers|maintenance by|
		communaute|community|retours|nous ecrire|report a bug|a bug|un bug|un probleme|keep in touch|get in touch|stay in touch|referents|referent`,
	People: `auteur|auteurs|autrice|author|authors|equipe|team|credits|contributors|contributeurs|contributrices|qui sommes nous|who we are|
		about us|developers|developpeurs|remerciements|porteurs|partenaires`,
	Licence: `licence|licences|license|licenses|licensing|copyright|droits d auteur|conditions d utilisation|droit d utilisation|droits d utilisation|terms of use`,
	Contributing: `contribuer|contribution|contributions|contributing|contribute|how to contribute|comment contribuer|pull request|
		pull requests|guide de contribution|participer`,
	Development: `development|developpement|dev|develop|developing|developper|developers|developpeurs|hacking|tests|test|testing|docker|configuration|migrations`,
	Deployment: `deploiement|deploiements|deployer|deployment|deployments|deploy|deploying|mise en production|mise en ligne|mise en service|=production|en production|
		hebergement|hosting|=livraison|mettre en production|going live|in production|=heroku|=scalingo|=clever cloud|=kubernetes|=helm|self hosting|
		production deployment|production setup|production server|serveur de production|production environment|environnement de production|
		installation serveur|server installation`,
	operations: `exploitation|runbook|runbooks|operations|operation|operational|ops|operating|maintenance|sauvegarde|sauvegardes|backup|backups|
		restauration|restore|recovery|plan de reprise|supervision|=monitoring|incident|incidents|astreinte|panne|pannes|depannage|troubleshooting|
		en cas de probleme|en cas de panne|=arret|arreter le service|arreter le serveur|arreter l application|stop the server|stopping the server|stop the service|redemarrage|redemarrer|restart|restarting|rollback|
		retour arriere|disaster recovery|maintien en condition operationnelle|mco|pca|pra|on call|=production|en production|in production`,
	Architecture: `architecture|architectures|technical architecture|architecture technique|architecture logicielle|architecture overview|notes d architecture|
		documentation technique|technical documentation|technical overview|technical points|stack|stack technique|tech stack|
		technologies|composants|components|modele de donnees|data model|database model|schema|schemas|=structure|structure of|project structure|structure de l application|structure du code|structure des dossiers|structure du projet|
		structure du depot|code structure|organisation du code|organisation du depot|arborescence|project organization|repository structure|
		how it works|fonctionnement|comment ca marche|fonctionnement technique|conception|=design|technical design|software design|system design|internals|flux|data flow|diagram|diagramme|diagrammes|diagrams|vue technique|modules|pipeline|
		traitement des donnees|chaine de traitement|chaines de traitement|data processing`,
	setting: `configuration|configurations|configure|configurer|configuring|=docker|=docker compose|with docker|avec docker|variables d environnement|environment variables|parametrage|=settings|
		cloner|cloning|=clone|base de donnees|bases de donnees|database|fixtures|troubleshooting|depannage|erreur|erreurs|known issues|problemes connus|problemes frequents|problemes courants|common problems|codespace|codespaces|environnement|environment|plateformes|platforms|chargement de donnees|chargement des donnees|charger les donnees|import your data|importer vos donnees|load data|loading data|peupler|seed|initialization|initialisation|docker container|donnees de demo|donnees de test|jeu de test|test data|demo data|demo content|sample data|donnees de la prod|serveur de developpement|
		environnement de developpement|development environment|dev environment|development server|in your ide|mise en route`,
	calling: `command line|ligne de commande|=options|options|=api|api usage|rest api|parameters|parametres|=faq|frequently asked questions|foire aux questions|how can i|how do i|how to|tutorials|tutoriels|
		requetes|endpoints|=cli|admin|exporter|export|importer|import|se connecter|interrogez|interroger|output|sortie|walkthrough|recipes|scripts|useful commands|commandes utiles|as a library|comme bibliotheque|playground|try it|try out|essayer|essayez|tester|=from command line|commandes make`,
	helping: `remerciements|acknowledgements|acknowledgments|acknowledgement|thanks|thank you|sponsors|sponsoring|credits|partenaires|=security|=securite|security issues|security policy|vulnerabilites|vulnerabilities|vulnerability|donate|donation|donations|funding|difficultes|difficulte|=attribution|code of conduct|who uses|core team|governance|gouvernance`,
	developing: `development|developpement|develop|developing|developper|developers|developpeurs|hacking|test|tests|testing|lint|linting|linter|style|code style|coding style|release|releases|releasing|releaser|hooks|pre commit|
		conventions|guidelines|=ci|continuous integration|integration continue|mettre a jour les dependances|update dependencies|travailler sur|debug|debugging|qualite|code quality|benchmark|benchmarks|git workflow|dev|developping|debogage|=migrations|gestion des migrations|commit|commits`,
	leading: `sources|source de donnees|sources de donnees|data sources|prochaines etapes|next steps|further reading|related|related projects|projets lies|plus d informations|more information|pour aller plus loin|
		references|bibliographie|bibliography|citation|how to cite|citing|publications|statistiques|statistics|see also|annexes|changelog|translations|specifications|=alternatives|=plugins|learning more|=guide|=guidance|aller plus loin|api utilisees|apis utilisees|cheatsheet|cheat sheet|depots connexes|connexes|projets connexes|
		architecture decision records|forks|autres projets|other projects|get the data|obtenir les donnees`,
	making:     `outils utilises|outillage|built with|frameworks|dependances externes|external dependencies|build tools|ci cd|badges`,
	Contents:   `sommaire|table des matieres|table of contents|toc|contents|plan|index`,
	References: `documentation|doc|docs|wiki|liens|links|ressources|resources|voir aussi|see also|en savoir plus|learn more|guides`,
}

// phrases is the vocabulary, split: each phrase between spaces.
var phrases = sync.OnceValue(func() map[Topic][]string {
	split := map[Topic][]string{}
	for t, list := range vocabulary {
		for phrase := range strings.SplitSeq(list, "|") {
			phrase = " " + strings.TrimSpace(phrase) + " "
			split[t] = append(split[t], strings.Replace(phrase, " =", "= ", 1))
		}
	}
	return split
})

// About reports whether a heading names the topic.
func About(heading string, t Topic) bool {
	if strings.Contains(heading, "_") && !strings.ContainsAny(strings.Trim(heading, "_* "), " \t") && strings.ToUpper(heading) == heading {
		return false // the name of a setting: SCHEMA_URL
	}
	words := " " + Plain(heading) + " "
	if t == Deployment && spread().MatchString(words) {
		return false
	}
	// A heading as long as a sentence names nothing.
	if strings.Count(words, " ") > maxHeadingWords {
		return false
	}
	for _, phrase := range phrases()[t] {
		if whole, only := strings.CutPrefix(phrase, "="); only && words == whole || !only && strings.Contains(words, phrase) {
			return true
		}
	}
	return false
}

// spread are words of headings on how far a service has spread over a territory,
// which French calls deployment too.
var spread = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:statistiques?|statistics|etat (?:de|du) deploiement|suivi du deploiement|territoires?)\b`)
})

const maxHeadingWords = 16

var signsIn = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(?:login|log in|sign in|user(?:name)?|identifiants?|connexion|compte|account)[\s*_]*:[\s*_<]*[^\s@]+@`)
})

// SignsIn reports whether a text gives the address of an account to try the
// product with, announced as that: it is nobody's.
func SignsIn(text string) bool { return signsIn().MatchString(text) }

// Letters maps accented letters to plain ones.
var Letters = strings.NewReplacer("à", "a", "â", "a", "ä", "a", "ç", "c", "é", "e", "è", "e", "ê", "e", "ë", "e", "î", "i", "ï", "i",
	"ô", "o", "ö", "o", "ù", "u", "û", "u", "ü", "u", "œ", "oe")

// Plain is a text in lower case, without accents and punctuation, one space
// between words.
func Plain(s string) string {
	s = Letters.Replace(strings.ToLower(s))
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ")
}

// Words counts the words of prose in sections.
func Words(sections []document.Section) int {
	n := 0
	for _, s := range sections {
		n += WordsIn(s.Text)
	}
	return n
}

// WordsIn counts the words of a text; a number is none.
func WordsIn(text string) int {
	n := 0
	for word := range strings.FieldsSeq(text) {
		if strings.IndexFunc(word, unicode.IsLetter) >= 0 {
			n++
		}
	}
	return n
}

// codeIn counts the blocks of code in sections.
func codeIn(sections []document.Section) int {
	n := 0
	for _, s := range sections {
		n += len(s.Code)
	}
	return n
}

// HasContent reports whether something stands under a heading.
func HasContent(sections []document.Section) bool {
	for _, s := range sections {
		if len(s.Code) > 0 || len(s.Links) > 0 || WordsIn(s.Text) >= 2 {
			return true
		}
	}
	return false
}

// IsTitle reports whether the section's heading is the name of the whole
// document: the first one, above all others.
func IsTitle(doc *document.Document, i int) bool {
	if doc.Sections[i].Heading != doc.Title || len(doc.Sections) == 1 {
		return false
	}
	for j, other := range doc.Sections {
		if j < i && other.Level > 0 || j > i && other.Level <= doc.Sections[i].Level && other.Level > 0 {
			return false
		}
	}
	return true
}
